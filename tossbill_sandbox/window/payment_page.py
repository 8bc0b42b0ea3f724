"""The page of a one-off payment: what is paid, and the card it is paid with."""

from urllib.parse import urlsplit

from markupsafe import Markup

from tossbill_sandbox.cards.personas import PERSONAS, Persona
from tossbill_sandbox.language import text
from tossbill_sandbox.window.fields import Fields
from tossbill_sandbox.window.forms import MethodForm
from tossbill_sandbox.window.pages import card_chip, expiry_field, method_step, number_fields
from tossbill_sandbox.window.window_session import WindowSession

_HEAD = Markup("""<div class="order">
<p class="shop">{shop}</p>
<h1 data-testid="window-amount">{amount}</h1>
<p class="goods" data-testid="window-order-name">{name}</p>
</div>""")


def payment_step(root: str, session: WindowSession, form: MethodForm) -> str:
    """Render the form, with entered values and an error message at each invalid field."""
    draw = Fields.of(form.errors, "number", is_framed=session.is_framed)
    amount = text("{amount}원", amount=f"{session.total_krw:,}")
    head = _HEAD.format(
        shop=urlsplit(session.success_url).netloc, amount=amount, name=session.order_name
    )
    parts = [
        *number_fields(draw, form),
        *_terms(draw, session, form),
        draw.agree_to_pay(form.agreed),
    ]
    chips = [card_chip(each, each.label.split(", ")[0]) for each in _chosen()]
    label = text("{amount} 결제하기", amount=amount)
    return method_step(root, session, text("결제"), head, "card", label, chips, parts)


def _terms(draw: Fields, session: WindowSession, form: MethodForm) -> list[Markup]:
    """Render the expiry and, if there is a choice or the shop has made it, the months."""
    expiry = expiry_field(draw, form)
    if session.months == [0]:
        return [expiry]
    options = {str(each): _months(each) for each in session.months}
    months = draw.select("months", text("할부"), str(form.months), options=options)
    return [Markup('<div class="pair">{}{}</div>').format(expiry, months)]


def _months(count: int) -> str:
    return text("{count}개월", count=count) if count else text("일시불")


def _chosen() -> list[Persona]:
    """Return the personas whose outcome does not need a billing key."""
    return [
        each
        for each in PERSONAS.values()
        if not (each.issue_code or each.removed or each.approves_first)
        and each.declines_first is None
    ]
