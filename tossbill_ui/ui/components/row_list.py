"""A list that is loading, empty, or shows its rows; CSS shows the one in ``data-phase``."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from tossbill_ui.ui.components.element import Slot, element
from tossbill_ui.ui.components.waiting import empty, skeleton
from tossbill_ui.ui.shared.text import Text


@dataclass(frozen=True, kw_only=True)
class ListTexts:
    """Texts of a list: while it loads, and without a row.

    Attributes:
        testid: The test id of the empty list.
    """

    loading: Text
    empty: Text
    empty_body: Text
    testid: str


def row_list(
    texts: ListTexts,
    *rows: rx.Component,
    phase: rx.Var[str] | str,
    below: rx.Component,
) -> rx.Component:
    """Return a list in all its phases.

    Args:
        texts: Its texts.
        rows: Its rows.
        phase: The state variable with the phase: ``loading``, ``empty`` or ``rows``.
        below: Stands below the rows, if there are any.
    """
    return element(
        rx.el.div,
        rx.el.div(skeleton(texts.loading), class_name="when-loading"),
        rx.el.div(
            empty(texts.empty, texts.empty_body, testid=texts.testid), class_name="when-empty"
        ),
        rx.el.ul(*rows, class_name="methods when-rows"),
        rx.el.div(below, class_name="when-rows"),
        fills={"data-phase": Slot("phase", phase)},
        class_name="subscriptions",
    )
