"""The address of the question in the browser that came back, and what its form carries."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from tossbill_ui.core.settings import Settings
from tossbill_ui.core.text import is_id
from tossbill_ui.payment_methods.confirmation import Proof

PATH = "/register/confirm"
# The page's script adds the kind to the return address when it opens the window for an account.
KIND, ACCOUNT = "kind", "account"
# The amount that the page showed, and what is said above the question when it is asked again.
AMOUNT, NOTE = "amount", "note"
CHANGED, BUSY = "changed", "busy"


def kind_of(values: Mapping[str, str]) -> str:
    """Return the kind of method by the address, used for words only until Toss says it."""
    return ACCOUNT if values.get(KIND) == ACCOUNT else "card"


def carried(proof: Proof, kind: str) -> dict[str, str]:
    """Return the parameters of the address and of the form."""
    proved = {"registration": proof.registration_id, "card": proof.card, "token": proof.token}
    return proved | ({KIND: ACCOUNT} if kind == ACCOUNT else {})


def address(settings: Settings, proof: Proof, kind: str, *, note: str = "") -> str:
    """Return the address; Reflex's dev server sends no page that our routes know."""
    query = carried(proof, kind) | ({NOTE: note} if note else {})
    return f"{settings.backend_url}{PATH}?{urlencode(query)}"


def proof_of(values: Mapping[str, str], caller: str) -> Proof:
    """Return the proof in an address or a form; untrusted."""
    registration_id = values.get("registration", "")
    return Proof(
        # What a forged address has there instead is neither stored nor logged.
        registration_id=registration_id if is_id(registration_id) else "",
        card=values.get("card", ""),
        token=values.get("token", ""),
        caller=caller,
    )
