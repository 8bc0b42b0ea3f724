"""State of the form for the notification address, and of its verification."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import reflex as rx

from tossbill_ui import runtime
from tossbill_ui.core.actor import Actor
from tossbill_ui.core.callers import caller_at
from tossbill_ui.core.errors import NeedsSignIn, NotFound, TossbillError
from tossbill_ui.core.mail_address import NoMailAddress
from tossbill_ui.customers.sign_in_codes import CodeOver, TooMany, WrongCode
from tossbill_ui.notices import address, verification
from tossbill_ui.notices.address import MailAddress
from tossbill_ui.runtime import Runtime
from tossbill_ui.ui.shared.page_state import caller_of
from tossbill_ui.ui.shared.text import Text, spoken
from tossbill_ui.ui.subscription import email_text as text

Work = Callable[[Runtime, Actor], Awaitable[None]]
REFUSALS: dict[type[TossbillError], Text] = {
    NoMailAddress: text.WRONG,
    NotFound: text.NOBODY,
    NeedsSignIn: text.LIMITED,
    TooMany: text.TOO_MANY,
    WrongCode: text.WRONG_CODE,
    CodeOver: text.CODE_OVER,
}
# The field that is to be corrected.
FIELDS: dict[type[TossbillError], str] = {WrongCode: "code", CodeOver: "code", TooMany: "code"}


class EmailState(rx.State):
    """This customer's notification address, and the result of the last press."""

    email: str = ""
    # Whether the address signs in, in words; empty without an address.
    standing: str = ""
    is_verified: bool = False
    # Whether a code was mailed that can still be typed.
    is_asked: bool = False
    # Whether there is a customer, who can save an address.
    is_known: bool = False
    said: str = ""
    # The field that is wrong: ``email``, ``code``, or none.
    wrong: str = ""
    # Disables the buttons until the state has loaded, and against a second press.
    busy: bool = True

    @rx.event
    async def load(self) -> None:
        await self._show()
        self.said, self.wrong, self.busy = "", "", False

    @rx.event
    async def save(self, form: dict[str, Any]) -> AsyncGenerator[None]:
        """Save the typed address; an invalid one stays in the field to be corrected."""
        typed = str(form.get("email") or "").strip()

        async def work(rt: Runtime, actor: Actor) -> None:
            await address.change(rt, actor, typed)

        async for _ in self._do(work, text.SAVED if typed else text.CLEARED):
            yield

    @rx.event
    async def send_code(self) -> AsyncGenerator[None]:
        """Mail a code to the saved address."""
        caller = caller_at(self.router.session.client_ip)

        async def work(rt: Runtime, actor: Actor) -> None:
            await verification.send_code(rt, actor, caller=caller, language=spoken())

        async for _ in self._do(work, text.SENT):
            yield

    @rx.event
    async def verify(self, form: dict[str, Any]) -> AsyncGenerator[None]:
        """Verify the saved address with the typed code."""
        typed = str(form.get("code") or "")

        async def work(rt: Runtime, actor: Actor) -> None:
            await verification.verify(rt, actor, typed)

        async for _ in self._do(work, text.DONE):
            yield

    async def _do(self, work: Work, done: Text) -> AsyncGenerator[None]:
        """Do what was asked for, and say what came of it."""
        if self.busy:
            return
        self.busy, self.said = True, ""
        yield
        said, wrong = done(), ""
        try:
            await work(runtime.current(), caller_of(self))
        except tuple(REFUSALS) as refused:
            said, wrong = _words(refused), FIELDS.get(type(refused), "email")
        finally:
            self.busy = False
        if wrong != "email":
            await self._show()
        self.said, self.wrong = said, wrong

    async def _show(self) -> None:
        rt, actor = runtime.current(), caller_of(self)
        found = await address.get_address(rt, actor)
        self.email, self.standing = found.email, _standing(found)
        self.is_verified, self.is_known = found.is_verified, found.is_known
        self.is_asked = not found.is_verified and await verification.is_asked(rt, actor)


def _words(refused: TossbillError) -> str:
    left = refused.tries_left if isinstance(refused, WrongCode) else 0
    is_last = isinstance(refused, WrongCode) and not left
    return text.CODE_OVER() if is_last else REFUSALS[type(refused)](left=left)


def _standing(found: MailAddress) -> str:
    if not found.email:
        return ""
    if found.is_verified:
        return text.VERIFIED()
    return text.AFTER_ANOTHER() if found.is_after_another else text.UNVERIFIED()
