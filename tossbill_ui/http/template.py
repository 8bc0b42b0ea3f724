"""Fills in a prerendered page.

The build marks the parts that vary: ``data-slot="name"`` on an element with plain text, and
``data-fill="attribute:name …"`` on an element with variable attributes (see ADR-0004).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape

TAG = re.compile(
    r"<(?P<tag>[a-z][a-z0-9]*)(?P<attributes>(?:\s[^<>]*)?\sdata-(?:slot|fill)=[^<>]*)>"
    r"(?P<text>[^<]*)"
)
ATTRIBUTE = re.compile(r'\s(?P<name>[\w:-]+)="(?P<value>[^"]*)"')
# What messengers read of a page. React knows nothing of it, and leaves it in the head alone.
SHARE_CARD = "".join(
    f'<meta property="og:{name}" content="" data-fill="content:share_{slot}">'
    for name, slot in (
        ("title", "title"),
        ("description", "description"),
        ("image", "picture"),
        ("site_name", "site"),
    )
)
Part = str | Callable[[Mapping[str, str]], str]


class Template:
    """A prerendered page, split once at its slots.

    Args:
        html: The page as the build wrote it.
    """

    def __init__(self, html: str) -> None:
        self._parts = _split(_marked(html))

    def fill(self, slots: Mapping[str, str]) -> str:
        """Return the page with escaped values in its slots; slots without a value keep their text.

        Args:
            slots: Text by slot name.
        """
        return "".join(part if isinstance(part, str) else part(slots) for part in self._parts)


def _marked(html: str) -> str:
    """Mark the two elements that Reflex writes itself, and add the share card."""
    marked = html.replace("<html ", '<html data-fill="lang:language" ', 1)
    marked = marked.replace("<title>", '<title data-slot="page_title">', 1)
    return marked.replace("</head>", f"{SHARE_CARD}</head>", 1)


def _split(html: str) -> list[Part]:
    parts: list[Part] = []
    end = 0
    for match in TAG.finditer(html):
        parts += [html[end : match.start()], _element(match)]
        end = match.end()
    return [*parts, html[end:]]


def _element(match: re.Match[str]) -> Callable[[Mapping[str, str]], str]:
    tag, text = match["tag"], match["text"]
    attributes = {a["name"]: a["value"] for a in ATTRIBUTE.finditer(match["attributes"])}
    slot = attributes.get("data-slot", "")
    fills = dict(pair.split(":", 1) for pair in attributes.get("data-fill", "").split())

    def render(values: Mapping[str, str]) -> str:
        now = attributes | {
            name: escape(values[source]) for name, source in fills.items() if source in values
        }
        inside = escape(values[slot]) if slot in values else text
        written = "".join(f' {name}="{value}"' for name, value in now.items())
        return f"<{tag}{written}>{inside}"

    return render
