"""From a card to the first charge, with Python alone: run ``python charge.py``."""

import base64
import json
import os
import uuid
from urllib.request import Request, urlopen

BASE_URL = os.environ.get("TOSS_BASE_URL", "http://localhost:4242")
SECRET_KEY = "test_sk_tossbillSandboxSecretKey00"


def post(path: str, body: dict, idempotency_key: str = "") -> dict:
    """Post to Toss; an error of Toss's is raised as an HTTPError."""
    headers = {
        "Authorization": "Basic " + base64.b64encode(f"{SECRET_KEY}:".encode()).decode(),
        "Content-Type": "application/json",
    }
    if idempotency_key:
        headers["Idempotency-Key"] = idempotency_key
    request = Request(f"{BASE_URL}/v1/{path}", json.dumps(body).encode(), headers)
    with urlopen(request, timeout=65) as response:
        return json.load(response)


card = {
    "customerKey": "customer_1",
    "cardNumber": "9400006100001234",
    "cardExpirationYear": "30",
    "cardExpirationMonth": "12",
    "customerIdentityNumber": "900101",
}
billing_key = post("billing/authorizations/card", card)["billingKey"]

order_id = str(uuid.uuid4())
order = {"customerKey": "customer_1", "amount": 4900, "orderId": order_id, "orderName": "Pro"}
payment = post(f"billing/{billing_key}", order, idempotency_key=order_id)
print(payment["status"])
