<?php
// From a card to the first charge, with PHP alone: php charge.php
const SECRET_KEY = "test_sk_tossbillSandboxSecretKey00";

function post(string $path, array $body, string ...$headers): array
{
    $headers[] = "Authorization: Basic " . base64_encode(SECRET_KEY . ":");
    $headers[] = "Content-Type: application/json";
    $url = (getenv("TOSS_BASE_URL") ?: "http://localhost:4242") . "/v1/$path";
    $context = stream_context_create(["http" => [
        "method" => "POST",
        "header" => $headers,
        "content" => json_encode($body),
        "timeout" => 65,
        "ignore_errors" => true, // an error of Toss's has a body too
    ]]);
    $answer = json_decode(file_get_contents($url, false, $context), true)
        ?? throw new RuntimeException("No answer of Toss's: was it lost?");
    if (isset($answer["code"])) {
        throw new RuntimeException("$answer[code]: $answer[message]");
    }
    return $answer;
}

$billingKey = post("billing/authorizations/card", [
    "customerKey" => "customer_1",
    "cardNumber" => "9400006100001234",
    "cardExpirationYear" => "30",
    "cardExpirationMonth" => "12",
    "customerIdentityNumber" => "900101",
])["billingKey"];

$orderId = bin2hex(random_bytes(16));
$payment = post("billing/$billingKey", [
    "customerKey" => "customer_1",
    "amount" => 4900,
    "orderId" => $orderId,
    "orderName" => "Pro",
], "Idempotency-Key: $orderId");
echo $payment["status"], "\n";
