"""Whole won: tax inside a price, and shares of a price."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parts:
    """What an amount is made of, in whole won; the three add up to the amount.

    Attributes:
        supplied_krw: 공급가액, the taxable part without its tax.
        vat_krw: 부가세, in the taxable part.
        tax_free_krw: What no tax is on.
    """

    supplied_krw: int
    vat_krw: int
    tax_free_krw: int

    @property
    def total_krw(self) -> int:
        """The whole amount."""
        return self.supplied_krw + self.vat_krw + self.tax_free_krw


def parts(amount_krw: int, *, tax_free_krw: int = 0) -> Parts:
    """Take an amount apart the way Toss does: ``vat = round(taxable / 11)`` (contract §4.3).

    An eleventh of a whole number never ends in exactly a half, so no rule for halves is needed.

    Raises:
        ValueError: The tax-free part is negative or more than the amount.
    """
    taxable = amount_krw - tax_free_krw
    if tax_free_krw < 0 or taxable < 0:
        raise ValueError("The tax-free part lies between nothing and the whole amount.")
    vat = (2 * taxable + 11) // 22
    return Parts(supplied_krw=taxable - vat, vat_krw=vat, tax_free_krw=tax_free_krw)


def share_up(amount_krw: int, part: int, whole: int) -> int:
    """Return ``part / whole`` of an amount, rounded up to the next won.

    Used for money that goes back to a customer, so a fraction is the shop's loss.

    Raises:
        ValueError: It is no share: the part is negative or more than the whole.
    """
    if not 0 <= part <= whole or whole == 0:
        raise ValueError("A share lies between nothing and the whole.")
    return -(-amount_krw * part // whole)
