"""What customers see: pages -> components -> states -> views, text."""
