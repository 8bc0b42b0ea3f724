"""What a browser calls each page, by its address."""

from tossbill_ui.ui.text import cards, history, subscription

TITLES = {
    "/": cards.TITLE_HOME,
    "/register/": cards.REGISTER_TITLE,
    "/success/": cards.TITLE_RESULT,
    "/fail/": cards.TITLE_RESULT,
    "/history/": history.TITLE,
    "/subscription/": subscription.TITLE,
    "404": cards.NOT_FOUND_TITLE,
}
