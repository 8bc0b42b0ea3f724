"""The sandbox's judgment of the shop that calls it; Toss has no such call."""

from unittest.mock import ANY

from tests.conformance.case import CHARGE, CHARGE_BODY, Case

CHECK = "_control/ledger/check"

SECTION_JUDGE = [
    Case(
        fact="a shop that charges again after an answer it never heard is named",
        mark="I",
        given="a charge made again after a lost answer",
        method="GET",
        path=CHECK,
        shows={"consistent": True, "double_charges": [ANY]},
    ),
    Case(
        fact="a shop that looked the order up first is not named",
        mark="I",
        given="a charge made after a look-up of a lost one",
        method="GET",
        path=CHECK,
        shows={"consistent": True, "double_charges": []},
    ),
    Case(
        fact="the same order again says nothing about a lost charge",
        mark="C",
        given="a lost charge",
        path=CHARGE,
        body=CHARGE_BODY,
        status=400,
        code="DUPLICATED_ORDER_ID",
    ),
    Case(
        fact="what was found is dismissed",
        mark="I",
        given="a charge made again after a lost answer",
        method="DELETE",
        path="_control/double-charges",
        shows={"consistent": True, "double_charges": []},
    ),
]
