"""The shop's brand, the mode and the language switch, on every page."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.customers.session import Session
from tossbill_ui.prerender import OF_A_CUSTOMER
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.shared.colors import brand_colors
from tossbill_ui.ui.shared.company import EMPTY, NOWHERE, company_slots
from tossbill_ui.ui.shared.page_state import query_of, session_of
from tossbill_ui.ui.shared.text import frame, spoken

# The prerendered HTML knows neither shop nor mode, but a slot needs some text.
NOTHING = "\u00a0"
NO_PICTURE = "data:,"
ADDRESS_LENGTH = 200
PANEL, ENTER = "/sandbox/", "/enter/"
# The mark of a page's customer: it tells two of them apart, and no more.
UNKNOWN, NOBODY, MARK_LENGTH = "-", "none", 12


def brand_slots(settings: Settings, address: str, session: Session | None = None) -> dict[str, str]:
    """Return the slots that every page has.

    Args:
        settings: The shop's settings.
        address: The page's path and query, where the language switch returns to.
        session: The browser's session, which may lead back to the shop.
    """
    colors = brand_colors(settings.tossbill_brand_color)
    other, other_name = frame.OTHER_LANGUAGE[spoken()]
    has_logo = settings.tossbill_brand_logo is not None
    return {
        "brand_name": settings.tossbill_brand_name,
        "brand_logo": f"{settings.backend_url}/brand/logo" if has_logo else NO_PICTURE,
        "brand_style": ";".join(f"{name}:{value}" for name, value in colors.items()),
        "mode": settings.mode,
        "panel_href": f"{settings.backend_url}{PANEL}",
        "mode_text": frame.BANNER[settings.mode]() if settings.mode in frame.BANNER else NOTHING,
        "language": spoken(),
        "shop_href": (session.return_url if session else "") or NOWHERE,
        "other_language": other,
        "other_language_name": other_name,
        "other_language_href": _switch(settings, other, address),
        **company_slots(settings),
    }


def owner_mark(rt: Runtime, session: Session | None) -> str:
    """Return the mark of a session's customer."""
    return rt.signer.token("owner", session.customer_id)[:MARK_LENGTH] if session else NOBODY


def address(path: str, query: Mapping[str, str]) -> str:
    """Return a page's address without its host; drop a query that is longer than any of ours."""
    whole = f"{path}?{urlencode(query)}".rstrip("?")
    return whole if len(whole) <= ADDRESS_LENGTH else path


def _switch(settings: Settings, language: str, address: str) -> str:
    return f"{settings.backend_url}/language?{urlencode({'to': language, 'next': address})}"


def _is_of_a_customer(path: str) -> bool:
    return f"{path.rstrip('/')}/" in OF_A_CUSTOMER


class BrandState(rx.State):
    """Brand and mode, the same for everyone; the server fills them in before React loads."""

    shown: dict[str, str] = {
        "brand_name": NOTHING,
        "brand_logo": NO_PICTURE,
        "mode": Mode.LIVE,
        "panel_href": PANEL,
        "mode_text": NOTHING,
        "language": "ko",
        "shop_href": NOWHERE,
        "other_language": "en",
        "other_language_name": NOTHING,
        "other_language_href": "/language?to=en",
        **EMPTY,
    }
    colors: dict[str, str] = {}
    owner: str = UNKNOWN
    enter_href: str = ENTER
    # Each one is a press for which the session is too narrow, or a page that needs one.
    needed: int = 0
    why: str = "more"

    @rx.event
    def load(self) -> None:
        rt = runtime.current()
        self.owner = owner_mark(rt, session_of(self))
        self.enter_href = f"{rt.settings.backend_url}{ENTER}"
        path = self.router.url.path
        if rt.settings.is_linked and session_of(self) is None and _is_of_a_customer(path):
            self.why, self.needed = "needed", self.needed + 1
        self._stay_at(address(path, query_of(self)))
        self.colors = brand_colors(rt.settings.tossbill_brand_color)

    @rx.event
    def sign_out(self) -> None:
        """Leave the page, whose session has just ended."""
        self.owner = NOBODY

    @rx.event
    def need_sign_in(self) -> None:
        """Lead to the page to come in by, since the session is limited to another task."""
        self.why, self.needed = "more", self.needed + 1

    def _stay_at(self, address: str) -> None:
        """Make the language switch return to an address."""
        self.shown = brand_slots(runtime.current().settings, address, session_of(self))
