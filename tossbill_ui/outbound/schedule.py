"""When a delivery is tried: eight times in a day and a quarter, by the machine's clock."""

from __future__ import annotations

from datetime import timedelta

from tossbill_ui.core.crypto import fingerprint

# The pause before each try; the first follows at once.
PAUSES = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=10),
)
SPREAD = 0.1


def pause_after(tries: int, *, delivery_id: str) -> timedelta | None:
    """Return the pause after a number of failed tries; None if that was the last one.

    It differs by up to a tenth from one delivery to the next, so that those that failed together
    do not return together. For one delivery it is always the same.
    """
    if tries >= len(PAUSES):
        return None
    drawn = int(fingerprint(f"{delivery_id}.{tries}")[:8], 16) / 0xFFFF_FFFF
    return PAUSES[tries] * (1 + SPREAD * (2 * drawn - 1))
