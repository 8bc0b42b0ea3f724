"""The pages of the window. ``Markup.format`` escapes everything that is put in."""

from urllib.parse import urlsplit

from markupsafe import Markup

from tossbill_ui.sandbox.forms import CardForm
from tossbill_ui.sandbox.personas import ISSUERS, PERSONAS, Card
from tossbill_ui.sandbox.trips import IDENTITY_CODE, Trip

_DOCUMENT = Markup("""<!doctype html>
<html lang="ko">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} · 연습용 결제창</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{root}/static/window.css">
<script src="{root}/static/window.js" defer></script>
</head>
<body>
<div class="stripes" aria-hidden="true"></div>
<div class="sheet">
<header class="bar">
<p class="practice"><strong>연습용</strong> 실제 카드는 쓰지 마세요</p>{close}
</header>
{content}
</div>
</body>
</html>
""")

_CLOSE = Markup("""<form method="post" action="{root}/window/{trip}/cancel">
<button class="close" data-testid="window-cancel" aria-label="결제창 닫기">
<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
<path d="M6 6l12 12M18 6L6 18"/></svg>
</button></form>""")

_CARD_STEP = Markup("""<main>
<h1>카드 정보를 입력해 주세요</h1>
<p class="lead">{shop}에서 자동결제에 쓸 카드예요.</p>
<section class="personas" aria-labelledby="personas-title" hidden>
<h2 id="personas-title">연습용 카드 고르기</h2>
<div class="chips">{chips}</div>
</section>
<form class="step" method="post" action="{root}/window/{trip}/card" novalidate autocomplete="off">
<div class="fields">
{number}
<div class="pair">{expiry}{password}</div>
{birth}
{agree}
</div>
<div class="bottom"><button class="primary" data-testid="window-submit">다음</button></div>
</form>
</main>""")

_CHIP = Markup(
    '<button type="button" class="chip" data-number="{number}" data-persona="{name}">'
    "{label}</button>"
)

_FIELD = Markup("""<div class="field">
<label for="{name}">{label}</label>
<input id="{name}" name="{name}" data-testid="window-{test}" value="{value}" type="{type}" \
inputmode="numeric" maxlength="{maximum}" placeholder="{placeholder}" autocomplete="off" \
required{invalid}>
{error}
</div>""")

_AGREE = Markup("""<div class="field">
<label class="agree" for="agree"><input id="agree" name="agree" type="checkbox" value="yes" \
data-testid="window-agree" required{checked}{invalid}>
<span>카드 확인과 자동결제 등록에 동의해요 <em>필수</em></span></label>
{error}
</div>""")

_IDENTITY_STEP = Markup("""<main>
<h1>본인 확인을 할게요</h1>
<p class="lead">연습용이라 문자를 보내지 않아요. 
인증번호 <strong>{code}</strong>을 입력해 주세요.</p>
<dl class="summary"><dt>등록할 카드</dt><dd>{card}</dd></dl>
<form class="step" method="post" action="{root}/window/{trip}/code" novalidate autocomplete="off">
<div class="fields">{field}
<p><a href="{root}/window/{trip}?step=card">다른 카드 입력하기</a></p></div>
<div class="bottom"><button class="primary" data-testid="window-submit">카드 등록하기</button></div>
</form>
</main>""")

_MESSAGE = Markup("""<main class="message"{data}>
<div role="status"><h1>{title}</h1>
<p class="lead">{text}</p></div>
{more}
</main>""")


def card_step(root: str, trip: Trip, form: CardForm) -> str:
    """Ask for the card; what was typed stays, and each mistake is named at its field."""
    first_error = next(iter(form.errors), "number")
    chips = Markup("").join(
        _CHIP.format(number=persona.number, name=persona.name, label=persona.label)
        for persona in PERSONAS.values()
    )

    def field(name: str, test: str, label: str, value: str, maximum: int, **more: str) -> Markup:
        return _field(
            name, test, label, value, maximum, form.errors.get(name), first_error == name, **more
        )

    content = _CARD_STEP.format(
        root=root,
        trip=trip.id,
        shop=urlsplit(trip.success_url).netloc,
        chips=chips,
        number=field(
            "number", "card-number", "카드번호", form.number, 23, placeholder="0000 0000 0000 0000"
        ),
        expiry=field("expiry", "card-expiry", "유효기간", form.expiry, 7, placeholder="MM/YY"),
        password=field(
            "password", "password", "비밀번호 앞 2자리", form.password, 2, kind="password"
        ),
        birth=field("birth", "birth", _birth_label(trip.card_types), form.birth, 12),
        agree=_AGREE.format(
            checked=Markup(" checked") if form.agreed else "",
            invalid=_invalid("agree", form.errors.get("agree"), first_error == "agree"),
            error=_error("agree", form.errors.get("agree")),
        ),
    )
    return _document(root, "카드 정보", content, trip)


def identity_step(root: str, trip: Trip, *, typed: str | None = None) -> str:
    """Ask for the code; ``typed`` is one that was wrong."""
    card = Card.from_json(trip.card or "{}")
    error = None if typed is None else f"인증번호가 맞지 않아요. {IDENTITY_CODE}을 입력해 주세요."
    content = _IDENTITY_STEP.format(
        root=root,
        trip=trip.id,
        code=IDENTITY_CODE,
        card=f"{ISSUERS[card.issuer_code]} {card.card_type} ···· {card.number[-4:-1]}",
        field=_field("code", "code", "인증번호 6자리", typed or "", 6, error, True),
    )
    return _document(root, "본인 확인", content, trip)


def handing_over(root: str, trip: Trip, url: str) -> str:
    """Tell the shop's page how the trip ended; the script of the window sends the message."""
    data = Markup(' data-ending="{}" data-url="{}" data-parent="{}"').format(
        trip.step, url, trip.parent_origin
    )
    more = Markup('<p><a class="primary" target="_top" href="{}">돌아가기</a></p>').format(url)
    return _message(root, "가게로 돌아가고 있어요", "잠시만 기다려 주세요.", data, more)


def refused(root: str, code: str, message: str) -> str:
    """Say why the window does not open, to people and to the shop's page."""
    data = Markup(' data-ending="refused" data-code="{}" data-message="{}"').format(code, message)
    more = Markup("<p><code>{}</code></p>").format(code)
    return _message(root, "결제창을 열 수 없어요", message, data, more)


def over(root: str) -> str:
    """Say that there is nothing left to do here."""
    text = "등록을 다시 하려면 가게의 화면에서 새로 시작해 주세요."
    return _message(root, "이미 끝난 결제창이에요", text, Markup(""), Markup(""))


def _message(root: str, title: str, text: str, data: Markup, more: Markup) -> str:
    content = _MESSAGE.format(title=title, text=text, data=data, more=more)
    return _document(root, title, content, None)


def _document(root: str, title: str, content: Markup, trip: Trip | None) -> str:
    close = _CLOSE.format(root=root, trip=trip.id) if trip else ""
    return _DOCUMENT.format(root=root, title=title, content=content, close=close)


def _field(
    name: str,
    test: str,
    label: str,
    value: str,
    maximum: int,
    error: str | None,
    focus: bool,
    *,
    kind: str = "text",
    placeholder: str = "",
) -> Markup:
    return _FIELD.format(
        name=name,
        test=test,
        label=label,
        value=value,
        maximum=maximum,
        type=kind,
        placeholder=placeholder,
        invalid=_invalid(name, error, focus),
        error=_error(name, error),
    )


def _invalid(name: str, error: str | None, focus: bool) -> Markup:
    described = Markup(' aria-invalid="true" aria-describedby="{}-error"').format(name)
    return Markup("").join([described if error else "", Markup(" autofocus") if focus else ""])


def _error(name: str, error: str | None) -> Markup:
    if error is None:
        return Markup("")
    return Markup('<p class="error" id="{}-error" role="alert">{}</p>').format(name, error)


def _birth_label(card_types: str) -> str:
    labels = {"PERSONAL": "생년월일 6자리", "CORPORATE": "사업자등록번호 10자리"}
    return " 또는 ".join(labels[kind] for kind in card_types.split(","))
