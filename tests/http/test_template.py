import json

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


def test_a_page_without_values_is_the_page_itself() -> None:
    assert Template(PAGE).fill({}) == PAGE


def test_values_are_text_and_never_markup() -> None:
    evil = '"><script>alert(1)</script>'

    page = Template(PAGE).fill({"title": evil, "view": evil, "target": evil})

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count('data-view="') == 1


def test_the_boot_block_is_the_last_thing_in_the_body_and_cannot_be_left() -> None:
    boot = {"success_url": "https://shop/?a=1&b=</script><script>x"}

    page = Template(PAGE).fill({}, boot)

    before, _, after = page.partition('id="tossbill-boot">')
    block, _, rest = after.partition("</script>")
    assert rest == "</body></html>"
    assert json.loads(block) == boot
    assert before.endswith('<script type="application/json" ')
