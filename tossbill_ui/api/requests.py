"""What the requests of programs have in common: bodies, names of objects, and parts of lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from tossbill_ui.resources.lists import LONGEST_CURSOR, MOST, USUAL, Window

# No price is as high, and both databases can store it.
MOST_KRW = 10**9

Won = Annotated[int, Field(strict=True, ge=0, le=MOST_KRW, examples=[9900])]
PlanCode = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,39}$", examples=["pro"])]
AnId = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
ObjectId = Annotated[str, Path(max_length=64, description="Its id.")]
CustomerRef = Annotated[
    str,
    Field(
        max_length=400,
        description="Our id of the customer, or `ext:` and yours.",
        examples=["ext:42"],
    ),
]


class Body(BaseModel):
    """The body of a command; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Part(BaseModel):
    """The part of a list that is wanted; unknown parameters are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    limit: int = Field(default=USUAL, ge=1, le=MOST)
    """How many items."""

    after: str | None = Field(default=None, max_length=LONGEST_CURSOR)
    """The cursor `next` of the page before."""

    @property
    def window(self) -> Window:
        """The window of the list."""
        return Window(self.limit, self.after)
