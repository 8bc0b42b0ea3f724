// From a card to the first charge, with Node alone: node charge.mjs
const baseUrl = process.env.TOSS_BASE_URL ?? "http://localhost:4242";
const secretKey = "test_sk_tossbillSandboxSecretKey00";

async function post(path, body, headers = {}) {
  const response = await fetch(`${baseUrl}/v1/${path}`, {
    method: "POST",
    headers: {
      authorization: "Basic " + btoa(`${secretKey}:`),
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(65_000),
  });
  const answer = await response.json().catch((cause) => {
    throw new Error("No answer of Toss's: was it lost?", { cause });
  });
  if (!response.ok) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}

const { billingKey } = await post("billing/authorizations/card", {
  customerKey: "customer_1",
  cardNumber: "9400006100001234",
  cardExpirationYear: "30",
  cardExpirationMonth: "12",
  customerIdentityNumber: "900101",
});

const orderId = crypto.randomUUID();
const order = { customerKey: "customer_1", amount: 4900, orderId, orderName: "Pro" };
const payment = await post(`billing/${billingKey}`, order, { "idempotency-key": orderId });
console.log(payment.status);
