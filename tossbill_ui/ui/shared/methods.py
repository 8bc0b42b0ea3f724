"""Payment methods as customers see them: label and details."""

from __future__ import annotations

from tossbill_ui.payment_methods.models import PaymentMethod
from tossbill_ui.toss import issuers
from tossbill_ui.ui.shared.text import methods as text
from tossbill_ui.ui.shared.text import spoken


def method_label(method: PaymentMethod) -> str:
    """Return a method's label, ``현대카드 ···· 123``, which stays on one line."""
    if method.kind == "card":
        names = issuers.ENGLISH if spoken() == "en" else issuers.KOREAN
        name = names.get(method.issuer_code or "") or text.UNKNOWN_ISSUER()
    else:
        name = _bank(method.bank_name or "") or text.ACCOUNT()
    return f"{name}\u00a0····\u00a0{method.last_digits}" if method.last_digits else name


def _bank(name: str) -> str:
    return issuers.BANKS_ENGLISH.get(name, name) if spoken() == "en" else name


def method_detail(method: PaymentMethod) -> str:
    """Return what kind of method it is: ``신용 · 개인``."""
    parts = [part for part in (method.card_type, method.owner_type) if part]
    words = [text.CARD_WORDS[part]() if part in text.CARD_WORDS else part for part in parts]
    return " · ".join(words) or text.ACCOUNT()
