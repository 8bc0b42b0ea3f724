"""A status chip: the word carries the meaning, the tint supports it."""

from __future__ import annotations

import reflex as rx

from tossbill_ui.ui.components.element import Attributes, Fills, Words, element


def status_chip(
    words: Words, *, fills: Fills | None = None, attrs: Attributes | None = None
) -> rx.Component:
    """Return a chip; its tone (``data-tone``) is ``ink``, ``amber``, ``red`` or ``grey``."""
    return element(rx.el.span, words, fills=fills, attrs=attrs, class_name="status-chip")
