"""The address of each panel: ``/subscription/?panel=cancel&subscription=ID``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from tossbill_ui.core.text import is_code, is_id


class PanelName(StrEnum):
    """The panels of ``/subscription/``, as its address names them."""

    CANCEL = "cancel"
    METHOD = "method"
    PLAN = "plan"
    CHANGE = "change"
    PRICE = "price"
    PAUSE = "pause"


@dataclass(frozen=True)
class PanelAddress:
    """The panel that an address names; by default none.

    Attributes:
        panel: One of `PanelName`, or empty.
        subscription_id: Untrusted: it may be another customer's, or nobody's.
        plan_code: With ``change``, the new plan; untrusted.
    """

    panel: str = ""
    subscription_id: str = ""
    plan_code: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The query parameters; none without a panel."""
        plan = {"plan": self.plan_code} if self.plan_code else {}
        if not self.panel:
            return {}
        return {"panel": self.panel, "subscription": self.subscription_id, **plan}

    @property
    def text(self) -> str:
        """The query as it stands in the address."""
        return urlencode(self.query)


NO_PANEL = PanelAddress()


def from_query(query: Mapping[str, str]) -> PanelAddress:
    """Return the panel that an address names; an unknown panel is none.

    A panel about what cannot be a subscription or a plan is kept: the page says that it was not
    found.
    """
    panel = query.get("panel", "")
    if panel not in set(PanelName):
        return NO_PANEL
    wanted, plan_code = query.get("subscription", ""), query.get("plan", "")
    return PanelAddress(
        panel=panel,
        subscription_id=wanted if is_id(wanted) else "",
        plan_code=plan_code if panel == PanelName.CHANGE and is_code(plan_code) else "",
    )


def method_panel_path(subscription_id: str) -> str:
    """Return the path to choose another payment method for a subscription at."""
    address = PanelAddress(PanelName.METHOD, subscription_id)
    return f"/subscription/?{address.text}"
