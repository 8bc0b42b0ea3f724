import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.*;

/** The h2c offer with a body of unknown length, and with Expect: 100-continue. */
class HttpClientStream {
    public static void main(String[] arguments) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
            .header("Authorization", arguments[2])
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", arguments[3])
            .expectContinue(true)
            .POST(HttpRequest.BodyPublishers.ofInputStream(
                () -> new ByteArrayInputStream(arguments[1].getBytes()))).build();
        System.out.println(HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
    }
}
