"""The gallery's app: one page, built separately from the customers' pages and never served."""

# pyright: reportUnknownMemberType=false
# As in the pages: Reflex's elements are only partially typed.

import reflex as rx

from scripts.gallery.specimens import specimens


def gallery() -> rx.Component:
    """Render every specimen under its names."""
    return rx.el.main(
        *(
            rx.el.section(rx.el.h2(name, class_name="specimen-name"), shown, class_name="specimen")
            for name, shown in specimens().items()
        ),
        custom_attrs={"data-gallery": "specimens"},
    )


app = rx.App(html_lang="ko", stylesheets=["/app.css"], toaster=None)
app.add_page(gallery, route="/")
