"""The facts that a shop states about itself on every page, as the law and Toss's review ask."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

BUSINESS_NUMBER = re.compile(r"(\d{3})-?(\d{2})-?(\d{5})")


def _is_business_number(number: str) -> str:
    """Return a business registration number as it is printed: ``123-45-67890``."""
    found = BUSINESS_NUMBER.fullmatch(number)
    if number and not found:
        raise ValueError("must be a business registration number: 123-45-67890")
    return "-".join(found.groups()) if found else ""


def _is_absolute(url: str) -> str:
    parts = urlsplit(url)
    if url and not (parts.scheme in ("http", "https") and parts.hostname):
        raise ValueError("must be an absolute address: https://…")
    return url


BusinessNumber = Annotated[str, AfterValidator(_is_business_number)]
PageUrl = Annotated[str, Field(max_length=300), AfterValidator(_is_absolute)]
Line = Annotated[str, Field(max_length=120)]

# The settings that Toss's review asks for, with what each is.
REVIEWED = {
    "tossbill_company_name": "company",
    "tossbill_company_representative": "representative",
    "tossbill_company_number": "business registration number",
    "tossbill_company_mail_order": "mail-order registration number",
    "tossbill_company_address": "address",
    "tossbill_company_phone": "phone",
    "tossbill_company_hosting": "hosting provider",
    "tossbill_terms_url": "terms of service",
    "tossbill_privacy_url": "privacy policy",
    "tossbill_refund_url": "refund rules",
}
