"""The frame of a page that is plain HTML: it needs no build, no script and no websocket."""

from __future__ import annotations

from html import escape

from tossbill_ui.core.settings import Mode, Settings
from tossbill_ui.ui.shared.colors import brand_colors
from tossbill_ui.ui.shared.text import frame, spoken


def plain_page(
    title: str,
    content: str,
    *,
    top: str,
    stylesheet: str,
    head: str = "",
    above: str = "",
    style: str = "",
) -> str:
    """Return a page in the language of this task.

    Args:
        title: The title, as text.
        content: The element ``main``, as HTML.
        top: The header's content, as HTML.
        stylesheet: The address of the stylesheet of our pages.
        head: What else stands in the head, as HTML.
        above: What stands above the header, as HTML.
        style: The declarations of the page's own style.
    """
    return f"""<!DOCTYPE html>
<html lang="{spoken()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="stylesheet" href="{escape(stylesheet)}">
{head}</head>
<body>
<div class="page single" style="{escape(style)}">
{above}<header>
{top}
</header>
{content}
</div>
</body>
</html>
"""


def shops_page(
    settings: Settings, title: str, content: str, *, stylesheet: str, again_in: int | None = None
) -> str:
    """Return a page of the shop that leads to no other page.

    Args:
        settings: The shop's settings.
        title: The title, as text.
        content: The element ``main``, as HTML.
        stylesheet: The address of the stylesheet of our pages.
        again_in: The seconds after which a browser loads it again, if it does.
    """
    again = f'<meta http-equiv="refresh" content="{again_in}">\n' if again_in else ""
    colors = brand_colors(settings.tossbill_brand_color)
    name = escape(settings.tossbill_brand_name)
    return plain_page(
        title,
        content,
        top=f'<div class="top"><span class="brand">{name}</span></div>',
        stylesheet=stylesheet,
        head=again,
        above=_banner(settings.mode),
        style=";".join(f"{name}:{value}" for name, value in colors.items()),
    )


def _banner(mode: Mode) -> str:
    if mode not in frame.BANNER:
        return ""
    return f'<p class="mode-banner" data-mode="{mode}">{escape(frame.BANNER[mode]())}</p>\n'
