"""Readiness: what is known of the procedure and of the patient besides the images.

The outlook is the procedure's; clearance needs a patient, and without one is unknown.
"""

from __future__ import annotations

from seldinger import evidence
from seldinger.care import outlook as outlooks
from seldinger.core.errors import CareError


def outlook(procedure: str, organ: str | None) -> outlooks.Outlook | None:
    """Outcomes beside those of the alternatives; None for a procedure that has no page of them."""
    try:
        return outlooks.of(procedure, organ)
    except CareError:
        return None


def sources(outlook: outlooks.Outlook | None) -> tuple[str, ...]:
    """Keys of the bibliography that an outlook rests on; what is from memory has none."""
    if outlook is None:
        return ()
    shown = (*outlook.rows, *outlook.indicated, *outlook.think_again)
    return tuple(sorted({evidence.fact(row.fact).source for row in shown if row.source}))
