"""Formats of days in lists and on buttons; those that mails use too are in `core.formats`."""

from tossbill_ui.ui.shared.text import Text

SHORT_DAY = Text("{month}월\u00a0{day}일", "{month_name}\u00a0{day}")
BUTTON_DAY = Text("{year}년\u00a0{month}월\u00a0{day}일", "{month_name}\u00a0{day},\u00a0{year}")
MOMENT = Text(
    "{year}. {month}. {day}. {time}", "{month_name}\u00a0{day},\u00a0{year}, {time} (Seoul)"
)
DAY = Text("{year}. {month}. {day}.", "{month_name}\u00a0{day},\u00a0{year}")
DAY_OF_YEAR = Text("{month}. {day}.", "{month_name}\u00a0{day}")
MONTH = Text("{year}년\u00a0{month}월", "{month_name}\u00a0{year}")
MONTH_ALONE = Text("{month}월", "{month_name}")
YEAR = Text("{year}년", "{year}")

BY = Text("{method}로", "{method}")
BY_AFTER_CONSONANT = Text("{method}으로", "{method}")
