"""Third-party clients on the sandbox: ``python -m tests.conformance.third_party``.

Installs two published clients into a temporary folder, changes only their base URL, and lets each
issue, charge, look up and cancel. Not in the test suite, since it needs the package registries.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.sandbox.process import running

PYTHON_CLIENT = "python-tosspayments==1.1.0"
NODE_CLIENT = "toss-payments-server-api@10.0.0"
PYTHON_PROGRAM = """
import sys
from tosspayments import TossPayments

toss = TossPayments("test_sk_tossbillSandboxSecretKey00")
toss._TossPayments__base_url = sys.argv[1]
card = {
    "customerKey": "customer_1", "cardNumber": "9400006100001234", "cardPassword": "12",
    "cardExpirationYear": "30", "cardExpirationMonth": "12", "customerIdentityNumber": "900101",
}
order = {"customerKey": "customer_1", "amount": 4900, "orderId": "order-py", "orderName": "구독"}
billing_key = toss.create_billing_key(card)["billingKey"]
paid = toss.pay_with_billing_key(billing_key, order)
found = toss.get_payment_by_order_id("order-py")
gone = toss.cancel(paid["paymentKey"], {"cancelReason": "변심"}, idempotency_key="k")
print(paid["status"], found["status"], gone["status"])
"""
NODE_PROGRAM = """
import client from "toss-payments-server-api";

const { billing, payments } = (client.default ?? client).functional.v1;
const toss = {
  host: process.argv[2],
  headers: { Authorization: "Basic " + btoa("test_sk_tossbillSandboxSecretKey00:") },
};
const { billingKey } = await billing.authorizations.card.create(toss, {
  customerKey: "customer_1", cardNumber: "9400006100001234", cardPassword: "12",
  cardExpirationYear: "30", cardExpirationMonth: "12", customerIdentityNumber: "900101",
});
const paid = await billing.pay(toss, billingKey, {
  method: "billing", billingKey, customerKey: "customer_1",
  amount: 4900, orderId: "order-js", orderName: "구독",
});
const found = await payments.at(toss, paid.paymentKey);
const { paymentKey } = paid;
const gone = await payments.cancel(toss, paymentKey, { paymentKey, cancelReason: "변심" });
console.log(paid.status, found.status, gone.status);
"""
EXPECTED = "DONE DONE CANCELED"


def install_python(folder: Path) -> list[str]:
    """Return the command that runs the Python client."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", PYTHON_CLIENT], check=True)
    (folder / "client.py").write_text(PYTHON_PROGRAM)
    return [str(python), str(folder / "client.py")]


def install_node(folder: Path) -> list[str]:
    """Return the command that runs the Node client."""
    tools = Path(sys.executable).parent
    npm = [tools / "npm", "install", "--silent", "--prefix", folder, NODE_CLIENT]
    subprocess.run(npm, check=True)
    (folder / "client.mjs").write_text(NODE_PROGRAM)
    return [str(tools / "node"), str(folder / "client.mjs")]


async def run(folder: Path) -> None:
    """Run both clients; fail unless each prints the expected statuses."""
    commands = {PYTHON_CLIENT: install_python(folder), NODE_CLIENT: install_node(folder)}
    async with running(folder / "sandbox.db") as (client, _):
        root = str(client.http.base_url).rstrip("/")
        for name, command in commands.items():
            base = f"{root}/" if name == PYTHON_CLIENT else root
            process = await asyncio.create_subprocess_exec(
                *command, base, stdout=asyncio.subprocess.PIPE
            )
            printed = (await process.communicate())[0].decode().strip()
            sys.stdout.write(f"{name}: {printed}\n")
            if printed != EXPECTED:
                raise SystemExit(1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        asyncio.run(run(Path(temporary)))
