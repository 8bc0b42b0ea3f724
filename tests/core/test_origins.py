import pytest

from tossbill_ui.core.origins import Origins

SHOP = Origins.from_text("https://Shop.example:443/, http://localhost:8000")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example/",
        "https://SHOP.example:443/a?b=c#d",
        "https://shop.example?x",
        "http://localhost:8000/members/42/%EA%B0%80",
    ],
)
def test_page_of_the_shop_is_one(url: str) -> None:
    assert SHOP.include(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "//shop.example/",
        "http://shop.example/",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://shop.example:444/",
        "https://evil.example/https://shop.example/",
        "https://shop.example\\@evil.example/",
        "https://evil.example\\shop.example/",
        "https://shop.example/\\evil",
        "https://shop.example/\r\nx",
        "https://shop.example/ x",
        'https://shop.example/"onclick="',
        "javascript:alert(1)//https://shop.example",
        "https://localhost:8000/",
        "https://shop.example/" + "x" * 500,
    ],
)
def test_page_of_another_site_is_none(url: str) -> None:
    assert not SHOP.include(url)


@pytest.mark.parametrize("text", ["shop.example", "https://a/b", "https://a b", "ftp://a", "*"])
def test_text_that_is_no_origin_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        Origins.from_text(text)


def test_no_origin_includes_nothing() -> None:
    assert not Origins.from_text("").include("https://shop.example")
