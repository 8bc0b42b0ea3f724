"""The base of all resources, and the kinds of their fields."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tossbill_ui.core.db import Table


def _in_utc(at: datetime) -> datetime:
    """Return the same instant in UTC, which is written with a ``Z``; PostgreSQL keeps no zone."""
    return at.astimezone(UTC)


Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$", examples=["0d9c6c1f4c0f4f5f8a6a2e0b6b8f3a51"])]
Krw = Annotated[int, Field(ge=0, examples=[9900])]
Instant = Annotated[datetime, AfterValidator(_in_utc), Field(examples=["2026-12-24T03:00:00Z"])]
Day = Annotated[date, Field(examples=["2026-12-24"])]
PlanCode = Annotated[str, Field(max_length=40, examples=["basic"])]


class Resource(BaseModel):
    """An object as shops see it: amounts in whole won, instants in UTC, days in Korea."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    @classmethod
    def of(cls, row: Table, **more: object) -> Self:
        """Take the row's columns with the names of the fields.

        Args:
            row: The row.
            more: The fields that are no columns, or that differ from them.
        """
        columns = {name: getattr(row, name) for name in cls.model_fields.keys() - more.keys()}
        return cls.model_validate(columns | more)
