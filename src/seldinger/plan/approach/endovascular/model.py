"""What a search through vessels is asked, and the case it is asked in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.core.record import Assumption
from seldinger.plan.approach.endovascular.options import EndovascularOptions
from seldinger.plan.procedure import Case

if TYPE_CHECKING:
    from seldinger.anatomy.model import Segment, Territory
    from seldinger.core.tree import Tree

OUTSIDE = Assumption(
    "outside_patient_mm", 100.0, "mm", 50.0, 200.0,
    "of a shaft that stays outside to be held: hub and hand; no source read",
)  # fmt: skip
ARTERY_SD = Assumption(
    "artery_diameter_sd_mm", 0.3, "mm", 0.1, 1.0,
    "how far an artery's diameter on the image may be off, one standard deviation: about half a "
    "voxel; spasm is not in it",
)  # fmt: skip
CLEARANCE = Assumption(
    "shaft_clearance_mm", 0.5, "mm", 0.0, 2.0,
    "by how much the narrowest lumen before the lesion is wider than what goes through it",
)  # fmt: skip
ROOM = Assumption(
    "sheath_room_mm", 20.0, "mm", 0.0, 60.0,
    "from the puncture to the lesion that a sheath needs to sit in the artery; no source read",
)  # fmt: skip
WEIGHTS = (
    Assumption(
        "weight_way_m", 0.5, "1/m", 0.0, 5.0, "score of a metre of way: shorter is easier to steer"
    ),
    Assumption(
        "weight_turning", 0.3, "1", 0.0, 5.0, "score of each full turn of 360 degrees on the way"
    ),
    Assumption(
        "weight_tight", 3.0, "1", 0.0, 10.0, "score of certainty that the sheath fills the artery"
    ),
    Assumption(
        "weight_groin", 0.3, "1", 0.0, 5.0,
        "score of a groin against a wrist: complications of the puncture and hours in bed",
    ),
    Assumption(
        "weight_brachial", 1.0, "1", 0.0, 5.0, "score of the elbow: a register found it the worst"
    ),
    Assumption(
        "weight_foot", 1.0, "1", 0.0, 5.0,
        "score of knee and foot: thin arteries, and the leg's last; no source read",
    ),
    Assumption("weight_crossover", 0.2, "1", 0.0, 5.0, "score of crossing to the other leg"),
    Assumption(
        "weight_arch", 0.4, "1", 0.0, 5.0, "score of a way that passes the vessels of the head"
    ),
)  # fmt: skip
ASSUMPTIONS = (OUTSIDE, ARTERY_SD, CLEARANCE, ROOM, *WEIGHTS)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What must be brought to a lesion.

    Attributes:
        device: catalogue id of what is delivered.
        technique: how it is used, as the plan prints it: "plain balloon".
        role: "balloon", "stent" or "microcatheter".
        sheath_french: inner size of the smallest sheath that it goes through.
        shaft_mm: length of its shaft.
        shaft_outer_mm: of its shaft.
        wire_mm: diameter of the wire that it runs on; None where that is not told.
        exchanged: it comes off over its wire, which must then be as long again.
        reason: why this one, in one sentence.
    """

    device: str
    technique: str
    role: str
    sheath_french: float
    shaft_mm: float
    shaft_outer_mm: float
    wire_mm: float | None
    reason: str
    exchanged: bool = True


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ArteryCase(Case):
    """A case with the vessels that may lead to the target, as far as anyone traced them.

    Attributes:
        target: a stretch of vessel, or what an artery feeds.
        vessels: traced, named, directed from the heart; None: nobody traced any.
    """

    target: Segment | Territory
    vessels: Tree | None

    @property
    def options(self) -> EndovascularOptions:
        """What the user told of the way."""
        return self.settings.get_options(EndovascularOptions)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class VesselCase(ArteryCase):
    """A case with the vessels that lead to a stretch of one of them.

    Attributes:
        target: the stretch of vessel.
        vessels: traced, named, directed from the heart.
    """

    target: Segment
    vessels: Tree


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class TerritoryCase(ArteryCase):
    """A case of what an artery feeds.

    Attributes:
        target: the tissue, with the stretch of artery where a catheter's tip must come.
    """

    target: Territory
