"""Form fields of the window. ``Markup.format`` escapes every value."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from tossbill_sandbox import language
from tossbill_sandbox.language import markup

_FIELD = Markup("""<div class="field">
<label for="{name}">{label}</label>
{control}
{error}
</div>""")

_INPUT = Markup("""<input id="{name}" name="{name}" data-testid="window-{test}" value="{value}" \
type="{kind}" inputmode="numeric" maxlength="{maximum}" placeholder="{placeholder}" \
autocomplete="off" required{state}>""")

_SELECT = Markup("""<select id="{name}" name="{name}" data-testid="window-{name}"{state}>
{options}
</select>""")

_OPTION = Markup('<option value="{value}"{selected}>{label}</option>')

_RADIO = Markup("""<label class="choice"><input type="radio" name="owner" value="{value}" \
data-testid="window-owner-{value}" data-label="{birth_label}"{checked}>
<span>{label}</span></label>""")

_OWNERS = Markup("""<fieldset class="field choices">
<legend>{legend}</legend>
<div class="pair">{radios}</div>
</fieldset>""")

_AGREE = Markup("""<div class="field">
<label class="agree" for="agree"><input id="agree" name="agree" type="checkbox" value="yes" \
data-testid="window-agree" required{checked}{state}>
<span>{agree}</span></label>
{error}
<details class="terms"><summary>{terms_title}</summary>
<p>{terms}</p></details>
</div>""")
_AGREED = "{what} 확인과 자동결제 등록에 동의해요 <em>필수</em>"
_TERMS = (
    "가게가 정한 날에 이 결제수단으로 결제해요. 본인 확인을 위해 입력한 정보를 한 번 확인하고, "
    "번호 전체와 비밀번호는 저장하지 않아요. 등록은 가게에서 지울 수 있어요."
)
_AGREED_TO_PAY = "주문 내용을 확인했고 결제에 동의해요 <em>필수</em>"
_PAYMENT_TERMS = "가게가 결제를 승인하면 이 카드로 한 번 결제해요. 카드번호 전체는 저장하지 않아요."

_OWNER_LABELS = {"PERSONAL": "개인", "CORPORATE": "법인"}
_BIRTH_LABELS = {"PERSONAL": "생년월일 6자리", "CORPORATE": "사업자등록번호 10자리"}


@dataclass(frozen=True, slots=True)
class Fields:
    """Renders the fields of one form.

    Attributes:
        errors: Error messages by field name.
        focus: The focused field: the first with an error, or the first of all.
        is_framed: Whether the form is in an iframe. Chromium blocks ``autofocus`` in one of
            another origin and says so in the shop's console; there the script focuses the field.
    """

    errors: Mapping[str, str]
    focus: str
    is_framed: bool

    @classmethod
    def of(cls, errors: Mapping[str, str], first: str, *, is_framed: bool) -> "Fields":
        """Focus the first field with an error, or ``first``."""
        return cls(errors, next(iter(errors), first), is_framed)

    def text(
        self,
        name: str,
        label: str,
        value: str,
        *,
        maximum: int,
        test: str = "",
        kind: str = "text",
        placeholder: str = "",
    ) -> Markup:
        """Render a text field."""
        control = _INPUT.format(
            name=name,
            test=test or name,
            value=value,
            kind=kind,
            maximum=maximum,
            placeholder=placeholder,
            state=self._state(name),
        )
        return self._field(name, label, control)

    def select(
        self, name: str, label: str, value: str, *, options: Mapping[str, str], empty: str = ""
    ) -> Markup:
        """Render a drop-down; ``empty`` is the label of an empty option, if there is one."""
        nothing = {"": empty} if empty else {}
        rendered = Markup("\n").join(
            _OPTION.format(value=key, label=text, selected=_if(key == value, "selected"))
            for key, text in {**nothing, **options}.items()
        )
        control = _SELECT.format(name=name, options=rendered, state=self._state(name))
        return self._field(name, label, control)

    def owner(self, legend: str, owner_types: list[str], chosen: str) -> Markup:
        """Render the owner types in the shop's order; nothing if there is only one."""
        if len(owner_types) < 2:
            return Markup("")
        radios = Markup("").join(
            _RADIO.format(
                value=each,
                label=language.text(_OWNER_LABELS[each]),
                birth_label=language.text(_BIRTH_LABELS[each]),
                checked=_if(each == chosen, "checked"),
            )
            for each in owner_types
        )
        return _OWNERS.format(legend=legend, radios=radios)

    def birth(self, owner_types: list[str], value: str) -> Markup:
        """Render the field for the owner's birth date or business number."""
        labels = [language.text(_BIRTH_LABELS[each]) for each in owner_types]
        either = language.text("{one} 또는 {other}", one=labels[0], other=labels[-1])
        return self.text("birth", either if labels[1:] else labels[0], value, maximum=12)

    def agree(self, what: str, agreed: bool) -> Markup:
        """Render the consent checkbox, which is never preselected."""
        return self._agree(markup(_AGREED, what=what), _TERMS, agreed)

    def agree_to_pay(self, agreed: bool) -> Markup:
        """Render the consent to a one-off payment."""
        return self._agree(markup(_AGREED_TO_PAY), _PAYMENT_TERMS, agreed)

    def _agree(self, label: Markup, terms: str, agreed: bool) -> Markup:
        return _AGREE.format(
            agree=label,
            terms_title=language.text("동의하는 내용 보기"),
            terms=language.text(terms),
            checked=_if(agreed, "checked"),
            state=self._state("agree"),
            error=self._error("agree"),
        )

    def _field(self, name: str, label: str, control: Markup) -> Markup:
        return _FIELD.format(name=name, label=label, control=control, error=self._error(name))

    def _state(self, name: str) -> Markup:
        described = Markup(' aria-invalid="true" aria-describedby="{}-error"').format(name)
        wrong = described if name in self.errors else Markup("")
        return wrong + _if(name == self.focus, "data-focus" if self.is_framed else "autofocus")

    def _error(self, name: str) -> Markup:
        if name not in self.errors:
            return Markup("")
        text = self.errors[name]
        return Markup('<p class="error" id="{}-error" role="alert">{}</p>').format(name, text)


def _if(condition: bool, attribute: str) -> Markup:
    return Markup(" " + attribute) if condition else Markup("")  # noqa: S704 - a constant
