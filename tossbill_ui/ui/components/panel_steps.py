"""Makes an open panel a step in the browser's history."""

from __future__ import annotations

import reflex as rx


class PanelSteps(rx.Component):
    """Puts ``query`` into the address each time ``move`` changes; renders nothing.

    Opening a panel is a step that the back button undoes, and closing it goes back to before that
    step. ``on_escape`` is called when Escape is pressed while a panel is open, ``on_step`` after a
    step back or forward.
    """

    library = "$/public/panel_steps.jsx"
    tag = "PanelSteps"
    is_default = True

    query: rx.Var[str]
    move: rx.Var[int]
    on_escape: rx.EventHandler[rx.event.no_args_event_spec]
    on_step: rx.EventHandler[rx.event.no_args_event_spec]


panel_steps = PanelSteps.create
