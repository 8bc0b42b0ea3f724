"""Amounts in whole won: the tax included in a price, and shares of a price."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parts:
    """The parts of an amount, in whole won; the three add up to the amount.

    Attributes:
        supplied_krw: 공급가액, the taxable part without VAT.
        vat_krw: 부가세, the VAT in the taxable part.
        tax_free_krw: The tax-free part.
    """

    supplied_krw: int
    vat_krw: int
    tax_free_krw: int

    @property
    def total_krw(self) -> int:
        """The whole amount."""
        return self.supplied_krw + self.vat_krw + self.tax_free_krw


def parts(amount_krw: int, *, tax_free_krw: int = 0) -> Parts:
    """Split an amount as Toss does: ``vat = round(taxable / 11)`` (contract §4.3).

    An eleventh of a whole number is never exactly halfway, so no rule for halves is needed.

    Raises:
        ValueError: The tax-free part is negative or more than the amount.
    """
    taxable = amount_krw - tax_free_krw
    if tax_free_krw < 0 or taxable < 0:
        raise ValueError("The tax-free part must be between 0 and the amount.")
    vat = (2 * taxable + 11) // 22
    return Parts(supplied_krw=taxable - vat, vat_krw=vat, tax_free_krw=tax_free_krw)


def share_up(amount_krw: int, part: int, whole: int) -> int:
    """Return ``part / whole`` of an amount, rounded up to the next won.

    Used for refunds, so that rounding favors the customer.

    Raises:
        ValueError: The part is negative or more than the whole, or the whole is 0.
    """
    if not 0 <= part <= whole or whole == 0:
        raise ValueError("A share must be between 0 and the whole, and the whole more than 0.")
    return -(-amount_krw * part // whole)
