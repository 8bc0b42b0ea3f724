"""The customer pages: pages -> components -> states -> views, text."""
