"""Contract §1 (authentication) and §3 (customerKey, authKey)."""

from base64 import b64encode

from tests.conformance.case import CARD, CARD_BODY, ISSUE, Case
from tossbill_sandbox.app import SANDBOX_SECRET_KEY

EXCHANGE = {"authKey": "{auth_key}", "customerKey": "customer_1"}


def basic(text: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(text.encode()).decode()}"}


def _key(fact: str, mark: str, headers: dict[str, str], status: int, code: str) -> Case:
    return Case(
        fact=fact,
        mark=mark,
        path=ISSUE,
        body={},
        auth=None,
        headers=headers,
        status=status,
        code=code,
    )


def _customer(fact: str, mark: str, customer_key: str, status: int, code: str | None) -> Case:
    body = {**CARD_BODY, "customerKey": customer_key}
    return Case(fact=fact, mark=mark, path=CARD, body=body, status=status, code=code)


SECTION_1 = [
    _key("no key", "C", {}, 401, "UNAUTHORIZED_KEY"),
    _key("an unknown key", "C", basic("test_sk_nobody:"), 401, "UNAUTHORIZED_KEY"),
    _key("not base64", "C", {"authorization": "Basic ***"}, 401, "UNAUTHORIZED_KEY"),
    _key("another scheme", "C", {"authorization": "Bearer a"}, 401, "UNAUTHORIZED_KEY"),
    _key(
        "a byte-order mark was encoded",
        "C",
        basic("\ufeff" + SANDBOX_SECRET_KEY + ":"),
        401,
        "UNAUTHORIZED_KEY",
    ),
    _key("no colon", "C", basic(SANDBOX_SECRET_KEY), 403, "INCORRECT_BASIC_AUTH_FORMAT"),
    _key("a password", "C", basic(f"{SANDBOX_SECRET_KEY}:p"), 401, "UNAUTHORIZED_KEY"),
    Case(
        fact="client and secret key of different pairs",
        mark="C",
        given="an older shop",
        path=ISSUE,
        body=EXCHANGE,
        auth=("test_sk_older", ""),
        status=400,
        code="INVALID_API_KEY",
    ),
    Case(
        fact="a shop without a billing contract",
        mark="C",
        path=CARD,
        body=CARD_BODY,
        switches={"card_data_contract": False},
        status=400,
        code="NOT_SUPPORTED_METHOD",
    ),
]
SECTION_3 = [
    _customer("two characters", "C", "ab", 200, None),
    _customer("one character", "C", "a", 400, "INVALID_REQUEST"),
    _customer("three hundred characters", "S", "a" * 300, 200, None),
    _customer("three hundred and one characters", "S", "a" * 301, 500, "FAILED_DB_PROCESSING"),
    _customer("characters are not validated", "S", "bad key!", 200, None),
    _customer("no special character is required", "S", "abc123", 200, None),
    Case(
        fact="an unknown authKey",
        mark="C",
        path=ISSUE,
        body={"authKey": "never", "customerKey": "customer_1"},
        status=404,
        code="NOT_FOUND_BILLING",
    ),
    Case(
        fact="an authKey of 301 characters",
        mark="C",
        path=ISSUE,
        body={"authKey": "a" * 301, "customerKey": "customer_1"},
        status=400,
        code="INVALID_REQUEST",
    ),
    Case(
        fact="an authKey is used once",
        mark="C",
        given="a used authKey",
        path=ISSUE,
        body=EXCHANGE,
        status=404,
        code="NOT_FOUND_BILLING",
    ),
    Case(
        fact="the code for a used authKey is a switch",
        mark="U",
        given="a used authKey",
        path=ISSUE,
        body=EXCHANGE,
        switches={"auth_key_used": "INVALID_BILLING_AUTH"},
        status=400,
        code="INVALID_BILLING_AUTH",
    ),
    Case(
        fact="the lifetime of an authKey is a switch",
        mark="U",
        given="an authKey",
        path=ISSUE,
        body=EXCHANGE,
        switches={"auth_key_lifetime": 0},
        status=404,
        code="NOT_FOUND_BILLING",
    ),
    Case(
        fact="the code for another customer's authKey is a switch",
        mark="U",
        given="an authKey",
        path=ISSUE,
        body={**EXCHANGE, "customerKey": "customer_2"},
        switches={"customer_key_differs": "INVALID_REQUEST"},
        status=400,
        code="INVALID_REQUEST",
    ),
]
