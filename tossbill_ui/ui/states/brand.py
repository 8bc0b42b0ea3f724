"""Whose shop it is and which Toss is on the other side."""

from __future__ import annotations

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.ui.colors import brand_colors
from tossbill_ui.ui.text import ko

# What the build prerenders knows no shop and no mode; a slot needs some text all the same.
NOTHING = "\u00a0"
NO_PICTURE = "data:,"


def brand_slots(settings: Settings) -> dict[str, str]:
    """Return the slots that every page has."""
    colors = brand_colors(settings.tossbill_brand_color)
    has_logo = settings.tossbill_brand_logo is not None
    return {
        "brand_name": settings.tossbill_brand_name,
        "brand_logo": f"{settings.backend_url}/brand/logo" if has_logo else NO_PICTURE,
        "brand_style": ";".join(f"{name}:{value}" for name, value in colors.items()),
        "mode": settings.mode,
        "mode_text": ko.BANNER.get(settings.mode, NOTHING),
    }


class BrandState(rx.State):
    """The same for everyone; the server fills it in before React comes."""

    shown: dict[str, str] = {
        "brand_name": NOTHING,
        "brand_logo": NO_PICTURE,
        "mode": Mode.LIVE,
        "mode_text": NOTHING,
    }
    colors: dict[str, str] = {}

    @rx.event
    def load(self) -> None:
        settings = runtime.current().settings
        self.shown = brand_slots(settings)
        self.colors = brand_colors(settings.tossbill_brand_color)
