import java.net.HttpURLConnection;
import java.net.URL;

/** What Toss's own Java samples use. */
class UrlConnectionPost {
    public static void main(String[] arguments) throws Exception {
        HttpURLConnection connection = (HttpURLConnection) new URL(arguments[0]).openConnection();
        connection.setRequestProperty("Authorization", arguments[2]);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty("Idempotency-Key", arguments[3]);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.getOutputStream().write(arguments[1].getBytes("UTF-8"));
        System.out.println(connection.getResponseCode());
    }
}
