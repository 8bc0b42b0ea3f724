"""The forms of a registration: card or account, then the identity code."""

from urllib.parse import urlsplit

from markupsafe import Markup

from tossbill_sandbox.cards.accounts import BANKS, account_number_of
from tossbill_sandbox.cards.personas import ISSUERS, PERSONAS
from tossbill_sandbox.language import markup, text
from tossbill_sandbox.window.fields import Fields
from tossbill_sandbox.window.forms import MethodForm
from tossbill_sandbox.window.pages import (
    card_chip,
    chip,
    document,
    expiry_field,
    method_step,
    names,
    number_fields,
)
from tossbill_sandbox.window.window_session import IDENTITY_CODE, WindowSession

_LEAD = "<strong>{shop}</strong>에서 자동결제에 쓸 {what}예요. 지금 결제되는 금액은 없어요."
_NO_MESSAGE = "연습용이라 문자를 보내지 않아요. 인증번호 <strong>{code}</strong>을 입력해 주세요."

_HEAD = Markup("""<h1>{title}</h1>
<p class="lead">{lead}</p>""")

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


def card_step(root: str, session: WindowSession, form: MethodForm) -> str:
    """Render the card form, with entered values and an error message at each invalid field."""
    draw = Fields.of(form.errors, "number", is_framed=session.is_framed)
    label = text("비밀번호 앞 2자리")
    password = draw.text("password", label, form.password, maximum=2, kind="password")
    parts = [
        *number_fields(draw, form),
        Markup('<div class="pair">{}{}</div>').format(expiry_field(draw, form), password),
        draw.owner(text("누구의 카드인가요?"), session.owner_types, form.owner),
        draw.birth(session.owner_types, form.birth),
        draw.agree(text("카드"), form.agreed),
    ]
    chips = [card_chip(each, each.label) for each in PERSONAS.values()]
    head = _head(session, text("카드 정보를 입력해 주세요"))
    title, label = text("카드 정보"), text("다음")
    return method_step(root, session, title, head, "card", label, chips, parts)


def account_step(root: str, session: WindowSession, form: MethodForm) -> str:
    """Render the account form."""
    draw = Fields.of(form.errors, "company", is_framed=session.is_framed)
    parts = [
        draw.select(
            "company",
            text("은행"),
            form.company,
            options=names(BANKS),
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
        chip(each, account_number_of(each), bank, text(outcome))
        for outcome, each in reversed(outcomes.items())
    ]
    head = _head(session, text("계좌 정보를 입력해 주세요"))
    title, label = text("계좌 정보"), text("다음")
    return method_step(root, session, title, head, "account", label, chips, parts)


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
    return document(root, text("본인 확인"), content, session)


def _head(session: WindowSession, title: str) -> Markup:
    shop, what = urlsplit(session.success_url).netloc, text(session.what)
    return _HEAD.format(title=title, lead=markup(_LEAD, shop=shop, what=what))


def _method_label(session: WindowSession) -> str:
    if account := session.chosen_account:
        return f"{text(account.bank_name)} ···· {account.masked_number[-4:]}"
    card = session.chosen_card
    return f"{text(ISSUERS[card.issuer_code])} {text(card.card_type)} ···· {card.number[-4:-1]}"
