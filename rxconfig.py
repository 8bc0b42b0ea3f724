"""Reflex's configuration; everything about the app itself is in tossbill_ui.core.settings."""

import reflex as rx

config = rx.Config(
    app_name="tossbill_ui",
    show_built_with_reflex=False,
    state_manager_mode="memory",
    telemetry_enabled=False,
    frontend_compression_formats=["gzip", "brotli"],
    plugins=[rx.plugins.SitemapPlugin()] if False else [],
)
