<?php
// Posts with file_get_contents, without any extension.
[, $url, $body, $authorization, $key] = $argv;
$headers = "Authorization: $authorization\r\nContent-Type: application/json\r\nIdempotency-Key: $key\r\n";
$options = ["http" => ["method" => "POST", "header" => $headers, "content" => $body]];
file_get_contents($url, false, stream_context_create($options));
echo explode(" ", $http_response_header[0])[1], "\n";
