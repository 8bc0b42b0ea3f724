import java.net.URI;
import java.net.http.*;
import java.time.Duration;
import java.util.*;
import java.util.regex.*;

/** From a card to the first charge, with Java 17 alone: java Charge.java */
class Charge {
    static final String BASE_URL =
        System.getenv().getOrDefault("TOSS_BASE_URL", "http://localhost:4242");
    static final String SECRET_KEY = "test_sk_tossbillSandboxSecretKey00";
    static final HttpClient TOSS = HttpClient.newHttpClient();

    static String post(String path, String body, String... headers) throws Exception {
        String key = Base64.getEncoder().encodeToString((SECRET_KEY + ":").getBytes());
        var request = HttpRequest.newBuilder(URI.create(BASE_URL + "/v1/" + path))
            .header("Authorization", "Basic " + key)
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(65))
            .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) request.headers(headers);
        var response = TOSS.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) throw new IllegalStateException(response.body());
        return response.body();
    }

    /** Java brings no JSON parser; yours would be Jackson or Gson. */
    static String field(String name, String json) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        if (!found.find()) throw new NoSuchElementException(name);
        return found.group(1);
    }

    public static void main(String[] arguments) throws Exception {
        String billingKey = field("billingKey", post("billing/authorizations/card", """
            {
              "customerKey": "customer_1",
              "cardNumber": "9400006100001234",
              "cardExpirationYear": "30",
              "cardExpirationMonth": "12",
              "customerIdentityNumber": "900101"
            }"""));

        String orderId = UUID.randomUUID().toString();
        String payment = post("billing/" + billingKey, """
            {
              "customerKey": "customer_1",
              "amount": 4900,
              "orderId": "%s",
              "orderName": "Pro"
            }""".formatted(orderId), "Idempotency-Key", orderId);
        System.out.println(field("status", payment));
    }
}
