"""Coverage of the contract by the cases: ``python -m tests.conformance``."""

import sys

from tests.conformance.table import NOT_SHOWN, SECTIONS, SHOWN_ELSEWHERE, count


def main() -> None:
    """Print the counts, and the facts that no case shows."""
    lines = [f"§{name}: {len(cases)} cases" for name, cases in SECTIONS.items()]
    lines += [f"{mark}: {number}" for mark, number in sorted(count().items())]
    lines += [f"elsewhere: {fact} ({where})" for fact, where in SHOWN_ELSEWHERE.items()]
    lines += [f"not shown: {fact} ({why})" for fact, why in NOT_SHOWN.items()]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
