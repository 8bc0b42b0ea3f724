"""Texts of the start page for a customer who subscribes."""

from tossbill_ui.ui.shared.text import Text

MINE = Text("내 구독", "Your subscriptions")
MANAGE = Text("구독 관리하기", "Manage subscriptions")
PLANS = Text("요금제", "Plans")
