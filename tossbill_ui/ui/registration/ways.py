"""The ways in which a payment method can be registered here."""

from __future__ import annotations

from dataclasses import dataclass

from tossbill_ui.core.settings import Settings

# In place of a method's id: none of those on offer, but a new one.
NEW_METHOD = "new"


@dataclass(frozen=True)
class Ways:
    """The ways to register that a shop offers.

    Attributes:
        accounts: Whether a bank account may be registered, always in Toss's window.
        card_form: Whether a card is typed into our own form instead of Toss's window.
    """

    accounts: bool = False
    card_form: bool = False

    @classmethod
    def of(cls, settings: Settings) -> Ways:
        """Return what the settings turn on."""
        return cls(accounts=settings.takes_accounts, card_form=settings.has_card_form)

    @property
    def need_window(self) -> bool:
        """Whether Toss's window may open."""
        return self.accounts or not self.card_form

    def parts(self) -> dict[str, str]:
        """Return the parts of the registration page's view that say what is shown."""
        return {
            "accounts": "yes" if self.accounts else "no",
            "card_form": "yes" if self.card_form else "no",
        }
