"""Whose shop it is and which Toss is on the other side."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.settings import Settings
from tossbill_ui.ui.text import ko

NO_BANNER = "\u00a0"


def brand_slots(settings: Settings) -> dict[str, str]:
    """Return the slots that every page has."""
    return {
        "brand_name": settings.tossbill_brand_name,
        "mode": settings.mode,
        "mode_text": ko.BANNER.get(settings.mode, NO_BANNER),
    }


class BrandState(rx.State):
    """The same for everyone; the defaults are what the build prerenders."""

    name: str = "Tossbill"
    mode: str = "sandbox"
    mode_text: str = ko.BANNER["sandbox"]

    @rx.event
    def load(self) -> None:
        slots = brand_slots(runtime.current().settings)
        self.name, self.mode, self.mode_text = (
            slots["brand_name"],
            slots["mode"],
            slots["mode_text"],
        )
