"""Toss's addresses without ``/sandbox``, as the standalone sandbox serves them."""

from tests.conformance.case import CARD, CARD_BODY, CHARGE, CHARGE_BODY, Case

HOST = "http://sandbox.test/"

SECTION_4_ROOT = [
    Case(
        fact="a card is registered",
        mark="I",
        path=f"{HOST}{CARD}",
        body=CARD_BODY,
        shows={"method": "카드"},
    ),
    Case(
        fact="a billing key is charged",
        mark="I",
        given="a key",
        path=f"{HOST}{CHARGE}",
        body=CHARGE_BODY,
        shows={"status": "DONE"},
    ),
    Case(
        fact="a missing route",
        mark="I",
        method="GET",
        path=f"{HOST}v1/nothing",
        status=404,
        code="NOT_FOUND_HTTP_METHOD",
    ),
    Case(
        fact="a base URL that ends in a slash",
        mark="I",
        method="GET",
        path=f"{HOST}/v1/payments/key",
        status=404,
        code="NOT_FOUND_HTTP_METHOD",
        answers={
            "x-tossbill-hint": (
                "The path has two slashes in a row. Remove the slash at the end of your base URL."
            )
        },
    ),
]
