"""The customers that paths and parameters name: ``ext:42`` or our id."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote

from fastapi import Path

from tossbill_ui.core.errors import NotFound
from tossbill_ui.customers.portal_links import is_external_id
from tossbill_ui.customers.service import EXTERNAL, id_of
from tossbill_ui.runtime import Runtime

Ref = Annotated[
    str,
    Path(
        max_length=400,
        description="Our id of the customer, or `ext:` and yours.",
        examples=["ext:42"],
    ),
]


def name_in(path: str) -> str:
    """Return the name in a path, where it is still escaped.

    Raises:
        NotFound: It names nobody.
    """
    try:
        return checked(unquote(path, errors="strict"))
    except UnicodeDecodeError:
        raise NotFound("There is no such customer.") from None


def checked(name: str) -> str:
    """Return a name that the database can be asked for.

    Raises:
        NotFound: It names nobody.
    """
    if name.startswith(EXTERNAL) and not is_external_id(name.removeprefix(EXTERNAL)):
        raise NotFound("There is no such customer.")
    return name


async def customer_in(rt: Runtime, path: str) -> str:
    """Return our id of the customer whom a path names; of a merged one, of who it became.

    Raises:
        NotFound: It names nobody.
    """
    return await id_of(rt, name_in(path))
