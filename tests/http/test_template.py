import json
import re
from html import unescape

from tossbill_ui.http.template import Template

PAGE = (
    '<html><body><main data-fill="data-view:view" data-view="working" class="m">'
    '<h1 class="t" data-slot="title">before</h1><p>plain</p>'
    '<a data-fill="href:target" data-slot="label" href="/old">old</a></main></body></html>'
)


def test_slots_and_attributes_are_filled() -> None:
    page = Template(PAGE).fill(
        {"title": "after", "view": "issued", "target": "/new", "label": "go"}
    )

    assert '<h1 class="t" data-slot="title">after</h1>' in page
    assert 'data-view="issued" class="m"' in page
    assert 'href="/new">go</a>' in page
    assert "<p>plain</p>" in page


def test_page_without_values_is_unchanged() -> None:
    assert Template(PAGE).fill({}) == PAGE


def test_values_are_escaped() -> None:
    evil = '"><script>alert(1)</script>'

    page = Template(PAGE).fill({"title": evil, "view": evil, "target": evil})

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count('data-view="') == 1


def test_json_in_an_attribute_is_preserved() -> None:
    call = {"success_url": "https://shop/?a=1&b='\"</script><script>x"}

    page = Template(PAGE).fill({"view": json.dumps(call)})

    found = re.search(r'data-view="([^"]*)"', page)
    assert found
    assert json.loads(unescape(found[1])) == call
