import pytest

from tossbill_ui.ui.shared.colors import BLACK, WHITE, brand_colors, contrast


def test_black_on_white_has_the_highest_contrast() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1


@pytest.mark.parametrize(
    ("brand", "text"),
    [("#0B6B57", WHITE), ("#000000", WHITE), ("#FFFFFF", BLACK), ("#FFD400", BLACK)],
)
def test_text_on_the_brand_color_is_the_readable_one(brand: str, text: str) -> None:
    assert brand_colors(brand) == {"--brand": brand, "--on-brand": text}


def test_text_on_any_color_reaches_aa() -> None:
    grid = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in _steps()]

    assert min(contrast(brand_colors(one)["--on-brand"], one) for one in grid) >= 4.5


def _steps() -> list[tuple[int, int, int]]:
    parts = range(0, 256, 17)
    return [(r, g, b) for r in parts for g in parts for b in parts]
