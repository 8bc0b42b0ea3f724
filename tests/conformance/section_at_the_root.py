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
]
