# From a card to the first charge, with Ruby alone: ruby charge.rb
require "json"
require "net/http"
require "securerandom"

BASE_URL = ENV.fetch("TOSS_BASE_URL", "http://localhost:4242")
SECRET_KEY = "test_sk_tossbillSandboxSecretKey00"

def post(path, body, headers = {})
  uri = URI("#{BASE_URL}/v1/#{path}")
  request = Net::HTTP::Post.new(uri, headers.merge("Content-Type" => "application/json"))
  request.basic_auth(SECRET_KEY, "")
  request.body = body.to_json
  options = { use_ssl: uri.scheme == "https", read_timeout: 65 }
  response = Net::HTTP.start(uri.host, uri.port, options) { |http| http.request(request) }
  response.value # raises unless it is a success
  JSON.parse(response.body)
rescue JSON::ParserError
  raise "No answer of Toss's: was it lost?"
end

billing_key = post("billing/authorizations/card", {
  customerKey: "customer_1",
  cardNumber: "9400006100001234",
  cardExpirationYear: "30",
  cardExpirationMonth: "12",
  customerIdentityNumber: "900101"
}).fetch("billingKey")

order_id = SecureRandom.uuid
order = { customerKey: "customer_1", amount: 4900, orderId: order_id, orderName: "Pro" }
payment = post("billing/#{billing_key}", order, { "Idempotency-Key" => order_id })
puts payment.fetch("status")
