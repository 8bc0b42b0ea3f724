"""A form that the browser posts by itself, without React and without the websocket."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML


class PostForm(BaseHTML):
    """An HTML form; Reflex's own prevents the browser from sending it."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


post_form = PostForm.create
