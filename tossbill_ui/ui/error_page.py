"""The pages for an error and for a request too many, in plain HTML since all else may fail."""

from __future__ import annotations

from html import escape

from tossbill_ui.core.language import Language
from tossbill_ui.ui.shared.navigation import NAVIGATION
from tossbill_ui.ui.shared.plain_page import plain_page
from tossbill_ui.ui.shared.text import Text, frame, speak


def broken_page(brand_name: str, language: Language, stylesheet: str) -> str:
    """Return the page for an error of ours; its button reloads the same address.

    Args:
        brand_name: The name of the shop.
        language: The reader's language.
        stylesheet: The address of the stylesheet of our pages.
    """
    return _page(brand_name, language, stylesheet, (frame.BROKEN_TITLE, frame.BROKEN_BODY))


def busy_page(brand_name: str, language: Language, stylesheet: str) -> str:
    """Return the page for one request too many; the arguments are those of `broken_page`."""
    return _page(brand_name, language, stylesheet, (frame.BUSY_TITLE, frame.BUSY_BODY))


def _page(brand_name: str, language: Language, stylesheet: str, words: tuple[Text, Text]) -> str:
    speak(language)
    title, body, again = *(text() for text in words), frame.BROKEN_AGAIN()
    ways = "".join(f'<a class="way" href="{path}">{escape(way())}</a>' for way, path in NAVIGATION)
    top = f"""<div class="top"><a class="brand" href="/">{escape(brand_name)}</a></div>
<nav class="navigation" aria-label="{escape(frame.NAVIGATION())}">{ways}</nav>"""
    content = f"""<main class="content" data-testid="broken">
<h1 class="title">{escape(title)}</h1>
<p class="lead">{escape(body)}</p>
<div class="bottom"><a class="button primary" href="">{escape(again)}</a></div>
</main>"""
    return plain_page(title, content, top=top, stylesheet=stylesheet)
