"""What the search for a needle's path is asked, and the case it is asked in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.procedure import Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.anatomy.model import Lesion
    from seldinger.core.space import Points, Vector
    from seldinger.plan.approach.percutaneous.scene import Scene


@dataclass(frozen=True, slots=True)
class Instrument:
    """What the path search must know of a device.

    Attributes:
        device: catalogue id.
        technique: how it is used, as the plan prints it ("coaxial", "trocar", "Seldinger" ...).
        diameter_mm: outer diameter of the widest thing that goes along this path: dilator, drain,
            introducer. Clearances are measured for it.
        usable_mm: length from tip to hub.
        beyond_mm: how far the device ends beyond the aim, throw and dead tip included.
        sample_mm: (from, to) along the needle about the aim (negative = before it) where tissue is
            taken or the drain must lie; a pass hits when this stretch meets the target.
        keeps_inside: True when all beyond the target's near wall must stay inside it (drains).
        reason: why this one, in one sentence.
        widest: catalogue id of the device that is ``diameter_mm`` wide; "" when it is ``device``.
        error: key of the error model that it is placed by, whatever its angles are; "": by its
            angles.
    """

    device: str
    technique: str
    diameter_mm: float
    usable_mm: float
    beyond_mm: float
    sample_mm: tuple[float, float]
    keeps_inside: bool
    reason: str
    widest: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Toward:
    """A tip that is given, instead of a target that is aimed at, and the way wanted to it.

    Attributes:
        tip_lps_mm: where the way ends.
        axis_lps: the direction wanted, unit, out of the skin.
        lean_deg: how far a way may lean from it.
        clear: of a skin entry, LPS mm, and the direction out of it, whether nothing that is placed
            already is in the way.
        entry_lps_mm: an entry that is taken as it is; None: the free one that leans least.
        exact: obstacles are measured exactly from every entry within the lean; otherwise the
            planning lattice, which errs by a voxel or so, sorts entries out first.
    """

    tip_lps_mm: Vector
    axis_lps: Vector
    lean_deg: float
    clear: Callable[[Points, Points], bool]
    entry_lps_mm: Vector | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits of a percutaneous path."""

    depth_mm: float = 150.0
    tilt_deg: float = 30.0
    organ_first: frozenset[str] = frozenset()
    """Organs of which a healthy stretch must lie before the target (liver tumours: bleeding,
    seeding)."""


class TargetPoint(StrEnum):
    """Which part of a target a needle is for."""

    VIABLE_TISSUE = "viable tissue"
    """Not calcium, gas, fluid or necrosis."""
    WHOLE = "whole"
    """All of it, steered at its deepest point: fluid is what a drain is for."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class NeedleCase(Case):
    """A case with what needles are measured against.

    Attributes:
        target: the lesion.
        scene: obstacles and permitted tissue around the target.
        limits: hard limits of a path.
        skin_distance_mm: shortest distance from the target's surface to open skin.
    """

    target: Lesion
    scene: Scene
    limits: Limits
    skin_distance_mm: float

    @property
    def options(self) -> PercutaneousOptions:
        """What the user chose of the way."""
        return self.settings.get_options(PercutaneousOptions)
