"""Guide: a plan is carried out, again and again, with the errors that needles have.

In:    a plan, a seed.      Out: ``Rehearsal``: what every draw met, and how often.
Never: a new plan, another error than the plan's own, a probability of one patient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.opening import open_late

if TYPE_CHECKING:
    from seldinger.guide.model import Passes, Rehearsal, Share, ZoneDraws
    from seldinger.guide.rehearsing import rehearse

__all__ = ["Passes", "Rehearsal", "Share", "ZoneDraws", "rehearse"]

__getattr__, __dir__ = open_late(
    __name__, {"model": ("Passes", "Rehearsal", "Share", "ZoneDraws"), "rehearsing": ("rehearse",)}
)
