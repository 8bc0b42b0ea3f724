"""The terms of our own card form: a stored version means one text."""

from __future__ import annotations

import hashlib

from tossbill_ui.payment_methods.models import Registration
from tossbill_ui.ui.registration import card_text

# Add a line for each new version; never change one.
VERSIONS = {"2026-11-30": "8a80dce55fbdb932"}


def test_changed_terms_have_a_new_version() -> None:
    text = f"{card_text.TERMS.ko}\n{card_text.TERMS.en}"

    assert VERSIONS[card_text.TERMS_VERSION] == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_version_fits_its_column() -> None:
    column = Registration.__table__.c.card_terms  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]

    assert len(card_text.TERMS_VERSION) <= column.type.length  # pyright: ignore[reportUnknownMemberType]
