"""Pages of the window. ``Markup.format`` escapes every value."""

from collections.abc import Mapping

from markupsafe import Markup

from tossbill_sandbox.cards.personas import ISSUERS, Persona
from tossbill_sandbox.language import markup, spoken, text
from tossbill_sandbox.window.fields import Fields
from tossbill_sandbox.window.forms import MethodForm
from tossbill_sandbox.window.opening import WindowRefused
from tossbill_sandbox.window.window_session import WindowSession

VISIBLE_CHIPS = 4

_DOCUMENT = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} · {window}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}/static/fonts.css">
<link rel="stylesheet" href="{root}/static/window.css">
<script src="{root}/static/window.js" defer></script>
</head>
<body>
<div class="stripes" aria-hidden="true"></div>
<div class="sheet">
<header class="bar">
<p class="practice">{practice}</p>{switch}{close}
</header>
{content}
</div>
</body>
</html>
""")

_CLOSE = Markup("""<form method="post" action="{root}/window/{session}/cancel">
<button class="close" data-testid="window-cancel" aria-label="{label}">
<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
<path d="M6 6l12 12M18 6L6 18"/></svg>
</button></form>""")

_SWITCH = Markup(
    '<a class="language" lang="{language}" href="{root}/window/{session}?language={language}">'
    "{name}</a>"
)
# Written in the language that the link switches to.
_OTHER_LANGUAGE = {"ko": ("en", "English"), "en": ("ko", "한국어")}

_METHOD_STEP = Markup("""<main>
{head}
<section class="personas" aria-labelledby="personas-title" data-owner="{owner}" hidden>
<h2 id="personas-title">{choose}</h2>
{chips}
</section>
<form class="step" method="post" action="{root}/window/{session}/{path}" novalidate \
autocomplete="off">
<div class="fields">
{fields}
</div>
<div class="bottom"><button class="primary" data-testid="window-submit">{next}</button></div>
</form>
</main>""")

_CHIP = Markup(
    '<button type="button" class="chip" data-number="{number}" data-persona="{name}"'
    ' data-company="{company}">{label}</button>'
)
_CHIPS = Markup('<div class="chips">{chips}</div>')
_MORE_CHIPS = Markup("""<details class="more"><summary>{label}</summary>
<div class="chips">{chips}</div></details>""")

_MESSAGE = Markup("""<main class="message"{data}>
<div role="status"><h1>{title}</h1>
<p class="lead">{text}</p></div>
{more}
</main>""")

_BACK = Markup('<p><a class="primary" target="_top" href="{url}">{label}</a></p>')


def number_fields(draw: Fields, form: MethodForm) -> list[Markup]:
    """Render the fields for a card's number and its issuer."""
    return [
        draw.text(
            "number",
            text("카드번호"),
            form.number,
            maximum=23,
            test="card-number",
            placeholder="0000 0000 0000 0000",
        ),
        draw.select(
            "company",
            text("카드사"),
            form.company,
            options=names(ISSUERS),
            empty=text("카드번호로 알아보기"),
        ),
    ]


def expiry_field(draw: Fields, form: MethodForm) -> Markup:
    """Render the field for a card's expiry month."""
    return draw.text(
        "expiry", text("유효기간"), form.expiry, maximum=7, test="card-expiry", placeholder="MM/YY"
    )


def handing_over(root: str, session: WindowSession, url: str) -> str:
    """Render the last page in an iframe; its script posts the result to the shop's page."""
    data = Markup(' data-ending="{}" data-url="{}" data-parent="{}"').format(
        session.step, url, session.parent_origin
    )
    title, body = text("가게로 돌아가고 있어요"), text("잠시만 기다려 주세요.")
    return _message(root, title, body, data, _back(url))


def expired(root: str, url: str) -> str:
    """Render the notice that the session has expired, with a link to failUrl."""
    body = text("30분 안에 끝내지 않아 창을 닫았어요. 결제된 금액은 없어요.")
    return _message(root, text("시간이 지났어요"), body, Markup(""), _back(url))


def refused(root: str, refusal: WindowRefused) -> str:
    """Render the reason why the window does not open; the shop's page receives it too."""
    hint = refusal.hint and text(refusal.hint)
    data = Markup(' data-ending="refused" data-code="{}" data-message="{}" data-hint="{}"').format(
        refusal.code, refusal.message, hint
    )
    more = Markup("<p><code>{}</code></p>").format(refusal.code)
    more += Markup('<p class="hint">{}</p>').format(hint) if hint else Markup("")
    return _message(root, text("결제창을 열 수 없어요"), refusal.message, data, more)


def over(root: str, shop: str) -> str:
    """Render the notice that the session has ended or is unknown, with a link to the shop if known.

    The browser's back button leads here, from a page of the shop.
    """
    body = text("다시 하려면 가게의 화면에서 새로 시작해 주세요.")
    more = _back(shop) if shop else Markup("")
    return _message(root, text("이미 끝난 결제창이에요"), body, Markup(""), more)


def method_step(
    root: str,
    session: WindowSession,
    title: str,
    head: Markup,
    path: str,
    label: str,
    chips: list[Markup],
    parts: list[Markup],
) -> str:
    """Render a form below its heading, with chips and the label of its button."""
    content = _METHOD_STEP.format(
        root=root,
        session=session.id,
        head=head,
        choose=text("연습용 {what} 고르기", what=text(session.what)),
        next=label,
        path=path,
        owner=session.owner_types[0],
        chips=_chips(chips),
        fields=Markup("\n").join(parts),
    )
    return document(root, title, content, session)


def card_chip(persona: Persona, label: str) -> Markup:
    """Render the chip of a persona's card; ``label`` is "issuer · outcome" in Korean."""
    return chip(persona, persona.number, "", " · ".join(text(part) for part in label.split(" · ")))


def chip(persona: Persona, number: str, company: str, label: str) -> Markup:
    """Render a chip that fills in the form."""
    return _CHIP.format(number=number, name=persona.name, company=company, label=label)


def _chips(chips: list[Markup]) -> Markup:
    """Render the first chips visibly and the rest in a collapsed section."""
    shown = _CHIPS.format(chips=Markup("").join(chips[:VISIBLE_CHIPS]))
    rest = chips[VISIBLE_CHIPS:]
    if not rest:
        return shown
    label = text("다른 결과 {count}가지 더 보기", count=len(rest))
    return shown + _MORE_CHIPS.format(label=label, chips=Markup("").join(rest))


def _message(root: str, title: str, body: str, data: Markup, more: Markup) -> str:
    content = _MESSAGE.format(title=title, text=body, data=data, more=more)
    return document(root, title, content, None)


def document(root: str, title: str, content: Markup, session: WindowSession | None) -> str:
    """Render a whole page around its content."""
    return _DOCUMENT.format(
        root=root,
        language=spoken(),
        title=title,
        window=text("연습용 결제창"),
        practice=markup("<strong>연습용</strong> 실제 정보는 쓰지 마세요"),
        content=content,
        switch=_switch(root, session) if session else "",
        close=_close(root, session) if session else "",
    )


def _switch(root: str, session: WindowSession) -> Markup:
    language, name = _OTHER_LANGUAGE[spoken()]
    return _SWITCH.format(root=root, session=session.id, language=language, name=name)


def _close(root: str, session: WindowSession) -> Markup:
    return _CLOSE.format(root=root, session=session.id, label=text("결제창 닫기"))


def _back(url: str) -> Markup:
    return _BACK.format(url=url, label=text("가게로 돌아가기"))


def names(by_code: Mapping[str, str]) -> dict[str, str]:
    """Return the names of issuers or banks in the language of the page."""
    return {code: text(name) for code, name in by_code.items()}
