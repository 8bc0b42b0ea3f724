"""The links to Toss's receipts, which customers trust since they are on our pages."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"([a-z0-9-]+\.)*tosspayments\.com")
_LENGTH = 500
# No space, no control character, no backslash, which browsers read as a slash.
_PLAIN = re.compile(r"[!-\[\]-~]+")


def receipt_link(url: object) -> str:
    """Return the address of a receipt; an empty string unless it leads to Toss by HTTPS.

    Source: contract §4.3. The sandbox's receipts have Toss's addresses, too.
    """
    if not isinstance(url, str) or len(url) > _LENGTH or not _PLAIN.fullmatch(url):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme == "https" and _HOST.fullmatch(parts.netloc) else ""
