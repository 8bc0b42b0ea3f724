import java.net.URI;
import java.net.http.*;

/** Offers HTTP/2 (h2c) with its first request, as java.net.http does by default. */
class HttpClientPost {
    public static void main(String[] arguments) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
            .header("Authorization", arguments[2])
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", arguments[3])
            .POST(HttpRequest.BodyPublishers.ofString(arguments[1])).build();
        System.out.println(HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
    }
}
