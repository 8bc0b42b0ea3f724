"""Formats of amounts, days and periods."""

from tossbill_ui.ui.shared.text import Text

AMOUNT = Text("{amount:,}원", "₩{amount:,}")

WEEKDAYS = {"ko": "월화수목금토일", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A day stays on one line; the word joiner keeps its weekday with it.
FULL_DAY = Text(
    "{year}년\u00a0{month}월\u00a0{day}일\u2060({weekday})\u2060",
    "{weekday}, {month_name}\u00a0{day},\u00a0{year}",
)
SHORT_DAY = Text("{month}월\u00a0{day}일", "{month_name}\u00a0{day}")
MOMENT = Text(
    "{year}. {month}. {day}. {time}", "{month_name}\u00a0{day},\u00a0{year}, {time} (Seoul)"
)
DAY = Text("{year}. {month}. {day}.", "{month_name}\u00a0{day},\u00a0{year}")
DAY_OF_YEAR = Text("{month}. {day}.", "{month_name}\u00a0{day}")
MONTH = Text("{year}년\u00a0{month}월", "{month_name}\u00a0{year}")
MONTH_ALONE = Text("{month}월", "{month_name}")
YEAR = Text("{year}년", "{year}")

PRICES = {
    "week": Text("주\u00a0{amount}", "{amount} a\u00a0week"),
    "month": Text("월\u00a0{amount}", "{amount} a\u00a0month"),
    "year": Text("연\u00a0{amount}", "{amount} a\u00a0year"),
}
PRICES_COUNTED = {
    "week": Text("{count}주마다\u00a0{amount}", "{amount} every {count}\u00a0weeks"),
    "month": Text("{count}개월마다\u00a0{amount}", "{amount} every {count}\u00a0months"),
    "year": Text("{count}년마다\u00a0{amount}", "{amount} every {count}\u00a0years"),
}
BY = Text("{method}로", "{method}")
BY_AFTER_CONSONANT = Text("{method}으로", "{method}")
