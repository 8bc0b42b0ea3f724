"""State of the form for the notification address."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.errors import NotFound
from tossbill_ui.core.mail_address import NoMailAddress
from tossbill_ui.notices import address
from tossbill_ui.ui.shared.page_state import caller_of
from tossbill_ui.ui.subscription import email_text as text


class EmailState(rx.State):
    """This customer's notification address, and the result of the last change."""

    email: str = ""
    said: str = ""
    is_wrong: bool = False
    # Disables saving until the state has loaded, and against a second press.
    busy: bool = True

    @rx.event
    async def load(self) -> None:
        self.email = await address.get_email(runtime.current(), caller_of(self))
        self.said, self.is_wrong, self.busy = "", False, False

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncGenerator[None]:
        """Save the typed address; an invalid one stays in the field to be corrected."""
        if self.busy:
            return
        self.busy, self.said = True, ""
        yield
        try:
            await self._save(str(form.get("email") or "").strip())
        finally:
            self.busy = False

    async def _save(self, typed: str) -> None:
        try:
            await address.change(runtime.current(), caller_of(self), typed)
        except NoMailAddress:
            self.said, self.is_wrong = text.WRONG(), True
        except NotFound:
            self.said, self.is_wrong = text.NOBODY(), True
        else:
            self.email, self.is_wrong = typed, False
            self.said = text.SAVED() if typed else text.CLEARED()
