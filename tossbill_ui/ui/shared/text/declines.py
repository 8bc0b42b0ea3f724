"""Declined charges on pages, in the words that mails use, too."""

from tossbill_ui.toss.declines import reason
from tossbill_ui.ui.shared.text import joined, spoken


def decline(code: str, kind: str = "card") -> str:
    """Return the words for a declined charge, also for an unknown code."""
    return joined(reason(code, kind, spoken()))
