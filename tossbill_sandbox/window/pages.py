"""Pages of the window. ``Markup.format`` escapes every value."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from markupsafe import Markup

from tossbill_sandbox.cards.accounts import BANKS, account_number_of
from tossbill_sandbox.cards.personas import ISSUERS, PERSONAS, Persona
from tossbill_sandbox.language import markup, spoken, text
from tossbill_sandbox.window.fields import Fields
from tossbill_sandbox.window.forms import MethodForm
from tossbill_sandbox.window.window_session import IDENTITY_CODE, WindowSession

VISIBLE_CHIPS = 4
_STEP_TITLES = {"card": "카드 정보", "account": "계좌 정보"}
_LEAD = "<strong>{shop}</strong>에서 자동결제에 쓸 {what}예요. 지금 결제되는 금액은 없어요."
_NO_MESSAGE = "연습용이라 문자를 보내지 않아요. 인증번호 <strong>{code}</strong>을 입력해 주세요."

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
<h1>{title}</h1>
<p class="lead">{lead}</p>
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

_IDENTITY_STEP = Markup("""<main>
<h1>{title}</h1>
<p class="lead">{lead}</p>
<dl class="summary"><dt>{registered}</dt><dd>{method}</dd></dl>
<form class="step" method="post" action="{root}/window/{session}/code" novalidate \
autocomplete="off">
<div class="fields">{field}
<p><a href="{root}/window/{session}?step=method">{again}</a></p></div>
<div class="bottom">
<button class="primary" data-testid="window-submit">{register}</button></div>
</form>
</main>""")

_MESSAGE = Markup("""<main class="message"{data}>
<div role="status"><h1>{title}</h1>
<p class="lead">{text}</p></div>
{more}
</main>""")

_BACK = Markup('<p><a class="primary" target="_top" href="{url}">{label}</a></p>')


def card_step(root: str, session: WindowSession, form: MethodForm) -> str:
    """Render the card form, with entered values and an error message at each invalid field."""
    draw = Fields.of(form.errors, "number", is_framed=session.is_framed)
    expiry = draw.text(
        "expiry", text("유효기간"), form.expiry, maximum=7, test="card-expiry", placeholder="MM/YY"
    )
    label = text("비밀번호 앞 2자리")
    password = draw.text("password", label, form.password, maximum=2, kind="password")
    parts = [
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
            options=_names(ISSUERS),
            empty=text("카드번호로 알아보기"),
        ),
        Markup('<div class="pair">{}{}</div>').format(expiry, password),
        draw.owner(text("누구의 카드인가요?"), session.owner_types, form.owner),
        draw.birth(session.owner_types, form.birth),
        draw.agree(text("카드"), form.agreed),
    ]
    chips = [_chip(each, each.number, "", _persona(each.label)) for each in PERSONAS.values()]
    return _method_step(root, session, text("카드 정보를 입력해 주세요"), "card", chips, parts)


def account_step(root: str, session: WindowSession, form: MethodForm) -> str:
    """Render the account form."""
    draw = Fields.of(form.errors, "company", is_framed=session.is_framed)
    parts = [
        draw.select(
            "company",
            text("은행"),
            form.company,
            options=_names(BANKS),
            empty=text("은행 고르기"),
        ),
        draw.text("number", text("계좌번호"), form.number, maximum=20, test="account-number"),
        draw.owner(text("누구의 계좌인가요?"), session.owner_types, form.owner),
        draw.birth(session.owner_types, form.birth),
        draw.agree(text("계좌"), form.agreed),
    ]
    bank = next(iter(BANKS))
    # A persona's label is "issuer · outcome"; accounts have no issuer, so one chip per outcome.
    outcomes = {each.label.partition(" · ")[2]: each for each in reversed(PERSONAS.values())}
    chips = [
        _chip(each, account_number_of(each), bank, text(outcome))
        for outcome, each in reversed(outcomes.items())
    ]
    return _method_step(root, session, text("계좌 정보를 입력해 주세요"), "account", chips, parts)


def identity_step(root: str, session: WindowSession, *, typed: str | None = None) -> str:
    """Render the identity step; ``typed`` is a wrong code that was entered."""
    wrong = text("인증번호가 맞지 않아요. {code}을 입력해 주세요.", code=IDENTITY_CODE)
    what = text(session.what)
    errors = {} if typed is None else {"code": wrong}
    draw = Fields.of(errors, "code", is_framed=session.is_framed)
    content = _IDENTITY_STEP.format(
        root=root,
        session=session.id,
        title=text("본인 확인을 할게요"),
        lead=markup(_NO_MESSAGE, code=IDENTITY_CODE),
        registered=text("등록할 {what}", what=what),
        again=text("다시 입력하기"),
        register=text("{what} 등록하기", what=what),
        method=_method_label(session),
        field=draw.text("code", text("인증번호 6자리"), typed or "", maximum=6),
    )
    return _document(root, text("본인 확인"), content, session)


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


def refused(root: str, code: str, message: str) -> str:
    """Render the reason why the window does not open; the shop's page receives it too."""
    data = Markup(' data-ending="refused" data-code="{}" data-message="{}"').format(code, message)
    more = Markup("<p><code>{}</code></p>").format(code)
    return _message(root, text("결제창을 열 수 없어요"), message, data, more)


def over(root: str, shop: str) -> str:
    """Render the notice that the session has ended or is unknown, with a link to the shop if known.

    The browser's back button leads here, from a page of the shop.
    """
    body = text("등록을 다시 하려면 가게의 화면에서 새로 시작해 주세요.")
    more = _back(shop) if shop else Markup("")
    return _message(root, text("이미 끝난 결제창이에요"), body, Markup(""), more)


def _method_step(
    root: str,
    session: WindowSession,
    title: str,
    path: str,
    chips: list[Markup],
    parts: list[Markup],
) -> str:
    what = text(session.what)
    content = _METHOD_STEP.format(
        root=root,
        session=session.id,
        title=title,
        lead=markup(_LEAD, shop=urlsplit(session.success_url).netloc, what=what),
        choose=text("연습용 {what} 고르기", what=what),
        next=text("다음"),
        path=path,
        owner=session.owner_types[0],
        chips=_chips(chips),
        fields=Markup("\n").join(parts),
    )
    return _document(root, text(_STEP_TITLES[path]), content, session)


def _chip(persona: Persona, number: str, company: str, label: str) -> Markup:
    return _CHIP.format(number=number, name=persona.name, company=company, label=label)


def _chips(chips: list[Markup]) -> Markup:
    """Render the first chips visibly and the rest in a collapsed section."""
    shown = _CHIPS.format(chips=Markup("").join(chips[:VISIBLE_CHIPS]))
    rest = chips[VISIBLE_CHIPS:]
    if not rest:
        return shown
    label = text("다른 결과 {count}가지 더 보기", count=len(rest))
    return shown + _MORE_CHIPS.format(label=label, chips=Markup("").join(rest))


def _method_label(session: WindowSession) -> str:
    if account := session.chosen_account:
        return f"{text(account.bank_name)} ···· {account.masked_number[-4:]}"
    card = session.chosen_card
    return f"{text(ISSUERS[card.issuer_code])} {text(card.card_type)} ···· {card.number[-4:-1]}"


def _message(root: str, title: str, body: str, data: Markup, more: Markup) -> str:
    content = _MESSAGE.format(title=title, text=body, data=data, more=more)
    return _document(root, title, content, None)


def _document(root: str, title: str, content: Markup, session: WindowSession | None) -> str:
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


def _names(by_code: Mapping[str, str]) -> dict[str, str]:
    return {code: text(name) for code, name in by_code.items()}


def _persona(label: str) -> str:
    return " · ".join(text(part) for part in label.split(" · "))
