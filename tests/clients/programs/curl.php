<?php
// Posts with curl; MODE is expect, http2 or http10.
[, $url, $body, $authorization, $key] = $argv;
$headers = ["Authorization: $authorization", "Content-Type: application/json", "Idempotency-Key: $key"];
$mode = getenv("MODE");
if ($mode === "expect") {
    $headers[] = "Expect: 100-continue";
}
$curl = curl_init($url);
curl_setopt_array($curl, [
    CURLOPT_RETURNTRANSFER => true,
    CURLOPT_HTTPHEADER => $headers,
    CURLOPT_POSTFIELDS => $body,
    CURLOPT_HTTP_VERSION => ["http2" => CURL_HTTP_VERSION_2_0, "http10" => CURL_HTTP_VERSION_1_0][$mode]
        ?? CURL_HTTP_VERSION_NONE,
]);
curl_exec($curl);
echo curl_getinfo($curl, CURLINFO_RESPONSE_CODE), "\n";
