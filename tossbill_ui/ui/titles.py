"""The title of each page, by its path."""

from tossbill_ui.ui.history import text as history_text
from tossbill_ui.ui.methods import text as methods_text
from tossbill_ui.ui.plans import text as plans_text
from tossbill_ui.ui.registration import text as registration_text
from tossbill_ui.ui.sessions import text as sessions_text
from tossbill_ui.ui.shared.text import frame
from tossbill_ui.ui.subscription import text as subscription_text

TITLES = {
    "/": plans_text.TITLE,
    "/register/": registration_text.TITLE,
    "/success/": registration_text.TITLE_RESULT,
    "/fail/": registration_text.TITLE_RESULT,
    "/history/": history_text.TITLE,
    "/methods/": methods_text.TITLE,
    "/subscription/": subscription_text.TITLE,
    "/subscription/sessions/": sessions_text.TITLE,
    "404": frame.NOT_FOUND_TITLE,
}
