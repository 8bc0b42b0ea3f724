"""The shop's brand color, and a text color that is readable on it."""

from __future__ import annotations

BLACK, WHITE = "#000000", "#ffffff"


def brand_colors(brand: str) -> dict[str, str]:
    """Return the CSS variables of a color ``#rrggbb`` and of the text on it."""
    on_brand = max((WHITE, BLACK), key=lambda text: contrast(text, brand))
    return {"--brand": brand, "--on-brand": on_brand}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
