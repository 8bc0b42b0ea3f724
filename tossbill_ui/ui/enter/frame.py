"""The frame of the pages to come in by, as that of all other pages but without their scripts."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from tossbill_ui.core.settings import Settings
from tossbill_ui.prerender import EnterFrame
from tossbill_ui.ui.components.head import PAPER, WHOLE_SCREEN
from tossbill_ui.ui.shared.brand import NO_PICTURE, brand_slots
from tossbill_ui.ui.shared.company import LINKS, NOWHERE
from tossbill_ui.ui.shared.text import frame as text


def framed(settings: Settings, frame: EnterFrame, title: str, content: str) -> str:
    """Return a page.

    Args:
        settings: The shop's settings.
        frame: What the pages have in common.
        title: Its title, not escaped.
        content: Its content in HTML.
    """
    slots = {name: escape(value) for name, value in brand_slots(settings, "/").items()}
    return f"""<!DOCTYPE html>
<html lang="{frame.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, {WHOLE_SCREEN}">
<meta name="robots" content="noindex, nofollow">
{_colors()}
<title>{escape(title)} · {slots["brand_name"]}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml" referrerpolicy="no-referrer">
{_styles(frame)}
</head>
<body>
<div class="page single" lang="{frame.language}" style="{slots["brand_style"]}">
{_header(settings, frame, slots)}
<main class="content">
{content}
</main>
{_footer(slots)}
</div>
</body>
</html>
"""


def link(address: str, words: str, class_name: str = "", **attributes: str) -> str:
    """Return a link; it does not tell the token in this page's address to where it leads."""
    more = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    named = f' class="{class_name}"' if class_name else ""
    return f'<a href="{escape(address)}"{named}{more} referrerpolicy="no-referrer">{words}</a>'


def _colors() -> str:
    return "\n".join(
        f'<meta name="theme-color" content="{color}" media="(prefers-color-scheme: {scheme})">'
        for scheme, color in PAPER.items()
    )


def _styles(frame: EnterFrame) -> str:
    return "\n".join(
        f'<link rel="stylesheet" href="{escape(address)}" referrerpolicy="no-referrer">'
        for address in frame.stylesheets
    )


def _header(settings: Settings, frame: EnterFrame, slots: dict[str, str]) -> str:
    has_logo = slots["brand_logo"] != NO_PICTURE
    logo = f'<img class="logo" src="{slots["brand_logo"]}" alt="" referrerpolicy="no-referrer">'
    mark = f"{logo if has_logo else ''}<span>{slots['brand_name']}</span>"
    other, name = text.OTHER_LANGUAGE[frame.language]
    separator = "&" if "?" in frame.address else "?"
    switch = f"{frame.address}{separator}{urlencode({'lang': other})}"
    back = link(frame.return_url, escape(text.TO_SHOP()), "to-shop") if frame.return_url else ""
    return f"""<header>
<div class="mode-banner" data-mode="{slots["mode"]}" role="note" data-testid="mode-banner">
<span>{slots["mode_text"]}</span>
{link(f"{settings.backend_url}/sandbox/", escape(text.SANDBOX_PANEL()), "to-panel")}
</div>
<div class="top">{link(f"{settings.public_url}/", mark, "brand")}
<a href="{escape(switch)}" class="other-language" lang="{other}"
data-testid="other-language">{name}</a></div>
{back}
</header>"""


def _footer(slots: dict[str, str]) -> str:
    links = "".join(
        link(slots[f"{name}_href"], escape(words()), rel="noopener")
        for name, (_, words) in LINKS.items()
        if slots[f"{name}_href"] != NOWHERE
    )
    return f"""<footer class="company" data-shown="{slots["company_shown"]}">
<p class="rules">{links}</p><p>{slots["company"]}</p>
</footer>"""
