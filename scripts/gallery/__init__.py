"""The design system on one page: `docs/design-system.html`, made of the real components."""
