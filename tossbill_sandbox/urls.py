"""Validation and extension of URLs passed by shops."""

from urllib.parse import SplitResult, quote, unquote_plus, urlsplit, urlunsplit


def is_absolute_http(url: str) -> bool:
    """Return whether a URL has an http(s) scheme and a host, and nothing that disguises another."""
    if any(character <= " " or character in '\\"<>' for character in url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def origin_of(url: str) -> str:
    """Return the scheme, host and port of an absolute URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def with_parameters(url: str, parameters: dict[str, str]) -> str:
    """Merge parameters into a URL's query (contract §2.1).

    The shop's own query stays byte for byte, except for parameters of the same names.
    """
    parts = urlsplit(url)
    kept = [
        pair
        for pair in parts.query.split("&")
        if pair and unquote_plus(pair.partition("=")[0]) not in parameters
    ]
    added = [f"{quote(name)}={quote(value, safe='')}" for name, value in parameters.items()]
    query = "&".join(kept + added)
    return urlunsplit(SplitResult(parts.scheme, parts.netloc, parts.path, query, parts.fragment))
