# Posts with Net::HTTP.
require "net/http"

url, body, authorization, key = ARGV
headers = { "Authorization" => authorization, "Content-Type" => "application/json", "Idempotency-Key" => key }
puts Net::HTTP.post(URI(url), body, headers).code
