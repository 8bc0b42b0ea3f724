"""Reflex's configuration; everything about the app itself is in tossbill_ui.core.settings."""

import reflex as rx
from reflex.plugins import SitemapPlugin

from tossbill_ui.core.settings import Settings
from tossbill_ui.ui.plugin import AnyAddress, LateReact, LocalVite

settings = Settings()

config = rx.Config(
    app_name="tossbill_ui",
    show_built_with_reflex=False,
    telemetry_enabled=False,
    # One web process; nothing of value lives in states.
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    redis_token_expiration=1800,
    cors_allowed_origins=[settings.public_url],
    frontend_compression_formats=["gzip", "brotli"],
    plugins=[LocalVite(), AnyAddress(), LateReact()],
    disable_plugins=[SitemapPlugin],
)
