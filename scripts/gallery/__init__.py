"""The design system on one page: `docs/design-system.html`, built from the real components."""
