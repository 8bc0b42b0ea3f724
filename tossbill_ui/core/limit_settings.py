"""Settings that bound what one caller, and all callers, may use."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class LimitSettings(BaseSettings):
    """The limits on strangers; a caller is an IPv4 address or an IPv6 network of 64 bits."""

    # Percent of one processor core that a caller may use all the time.
    tossbill_limit_cpu: int = Field(default=20, ge=1, le=1000)
    # A second and caller.
    tossbill_limit_requests: int = Field(default=50, ge=1, le=100_000)
    tossbill_limit_events: int = Field(default=50, ge=1, le=100_000)
    # A second and API key.
    tossbill_limit_api: int = Field(default=100, ge=1, le=100_000)
    # Open tabs, and as many closed ones that are remembered.
    tossbill_limit_tabs: int = Field(default=100, ge=1, le=100_000)
    tossbill_limit_tabs_in_all: int = Field(default=2000, ge=1, le=1_000_000)
    # An hour and caller: codes that are mailed to sign in or to verify an address.
    tossbill_limit_codes: int = Field(default=5, ge=1, le=100_000)
    # Seconds for a request's headers, for its body, and for a connection to say what it wants.
    tossbill_limit_seconds: int = Field(default=20, ge=1, le=600)
