"""Actors of the tests, besides customers."""

from __future__ import annotations

from tossbill_ui.core.actor import operator

KIM = operator("kim")
