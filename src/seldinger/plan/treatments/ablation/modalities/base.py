"""What the planner must know of a way to kill tissue, and why one stands before another."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import edt
import numpy as np

from seldinger import evidence
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.treatments.ablation import centrality
from seldinger.simulate.thermal import scene as heat_scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seldinger.catalogue.applicators import Applicator
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Step
    from seldinger.plan.treatments.ablation.arrange import Setting
    from seldinger.simulate.thermal.modalities.base import Modality as Engine
    from seldinger.simulate.thermal.scene import HeatScene

DEPTH = "depth"
"""What ``Reason.against`` says where a share of depth stands for the distance to the sinus."""
COOLED_LEAST = "ablation.sink.microwave"
KIDNEY_RECORD = "ablation.kidney.record"
HEAT_THE_TRACK = "Heat the track on the way out, as the maker says, until the capsule is near."
_SINK = ("ablation.sink.over_3mm", "ablation.sink.recurrence")
_AVOIDED = "ablation.kidney.rf_size"
_VESSELS_OF_LIVER = (("hepatic vessels",), ("portal vein", "venous system"))
"""Labels that show the vessels inside the liver: one of these sets, whole."""
_FINE_MM = 1.0


class Rule(StrEnum):
    """What was asked."""

    VESSEL = "vessel near"
    SIZE = "size"
    CENTRAL = "central"
    ZONE = "largest published zone"
    COOLED = "cooled least"
    RECORD = "longest record"
    AIR = "air around"
    REMEMBERED = "remembered"


class Bearing(StrEnum):
    """What the answer does to a modality's place."""

    PREFERRED = "preferred"
    BEHIND = "behind"
    """Goes behind the others."""
    NOTED = "noted"
    """Moves nothing."""
    UNKNOWN = "unknown"
    """Could not be judged, and moves nothing."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a modality stands where it stands.

    Attributes:
        rule: what was asked.
        bearing: what the answer does.
        facts: ids of the evidence, in which the rule stands.
        measured: of this patient, in the rule's unit: mm, or a share for a depth; None where
            nothing was measured.
        limit: what it was held against.
        against: what was measured to: a structure, or what stands for it.
        sources: keys of the bibliography beyond those of the facts.
        modality: which; empty where the reason is told once for several.
    """

    rule: Rule
    bearing: Bearing
    facts: tuple[str, ...] = ()
    measured: float | None = None
    limit: float | None = None
    against: str = ""
    sources: tuple[str, ...] = ()
    modality: str = ""


@dataclass(frozen=True, eq=False)
class Circumstances:
    """What modalities are ranked by; each question is answered once, when it is first asked.

    Attributes:
        case: target, anatomy, assumptions.
        margin_mm: planned around the target; a vessel counts as near within it.
    """

    case: NeedleCase
    margin_mm: float

    @cached_property
    def site(self) -> Site:
        """What surrounds the target."""
        return find_site(self.case)

    @cached_property
    def vessel(self) -> Reason:
        """Whether a vessel inside the margin cools what is heated, or warms what is frozen."""
        thick = self.case.assumed.get_value(heat_scene.LEAST_VESSEL.name)
        near, what = self._to_vessel_mm(thick), f"vessel of {thick:g} mm or more"
        if near is not None and near <= self.margin_mm:
            facts = (*_SINK, COOLED_LEAST)
            return Reason(Rule.VESSEL, Bearing.BEHIND, facts, near, self.margin_mm, what)
        known = any(all(map(self.case.anatomy.has, names)) for names in _VESSELS_OF_LIVER)
        bearing = Bearing.NOTED if known else Bearing.UNKNOWN
        return Reason(Rule.VESSEL, bearing, (), None, self.margin_mm, what)

    def _to_vessel_mm(self, thick_mm: float) -> float | None:
        """As ``to_vessel_mm``, on a block that ends a little outside the margin."""
        case = self.case
        points = case.anatomy.grid.to_lps(np.argwhere(case.target.mask))
        away = np.linalg.norm(points - np.asarray(case.target.centre_lps_mm), axis=1)
        # What the block's face cuts off looks thick: the margin ends two such vessels before it.
        reach = float(away.max()) + self.margin_mm + 2.0 * thick_mm
        grid = heat_scene.make_grid(case.target.centre_lps_mm, reach, _FINE_MM)
        return to_vessel_mm(heat_scene.build_scene(case.anatomy, case.target, grid, thick_mm))

    @cached_property
    def avoided_in_kidney(self) -> tuple[Reason, Reason]:
        """Whether the tumour is large, and whether it is central."""
        case, near = self.case, self.case.assumed.get_value(centrality.NEAR.name)
        size, limit = measure_widest_mm(case), evidence.driving_value(_AVOIDED, secondary=True)
        bearing = Bearing.BEHIND if size > limit else Bearing.NOTED
        large = Reason(Rule.SIZE, bearing, (_AVOIDED,), size, limit)
        found = centrality.judge(case)
        measured, limit, what = found.away_mm, near, found.structure
        if found.central and (found.away_mm is None or found.away_mm >= near):
            measured, limit, what = found.share, case.assumed.get_value(centrality.DEEP.name), DEPTH
        bearing = {True: Bearing.BEHIND, False: Bearing.NOTED, None: Bearing.UNKNOWN}[found.central]
        return large, Reason(Rule.CENTRAL, bearing, (_AVOIDED,), measured, limit, what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """A way to kill tissue, as the planner takes it; of each there is one.

    Attributes:
        engine: as the engine takes it.
        technique: what clearance calls it.
        rank: where it stands in an organ before any rule speaks, the first 0.
        device: the applicator that is taken where the user names none.
        device_at: that of an organ, where it is another.
        spacing_mm: between neighbours, that are tried.
        settings: what an applicator can be set to, by its own table; the gentlest first.
        reasons: what speaks for and against it here.
        why_unusable: why an applicator cannot be computed; empty when it can.
        widest_mm: short axis of one applicator's zone; more was never published.
        hottest_c: tissue; more was never published. None: that says nothing.
        largest_fact: knows a wider zone than the tables of the catalogue; empty: none does.
        energy: facts of zone by energy, by histology; "" where it is not told or not known.
        most_ml_per_kj: more is not believed; None where no energy is sent out.
        lethal_facts: what sources call dead, where they differ.
        remark: what a reader must know of every prediction of it; empty: nothing.
        withdrawal: of its applicators, in words.
        bail_out: what can go wrong with it alone.
    """

    engine: Engine
    technique: str
    rank: Mapping[Site, int]
    device: str
    device_at: Mapping[Site, str] = field(default_factory=dict)
    spacing_mm: tuple[float, ...]
    settings: Callable[[NeedleCase, Applicator], tuple[Setting, ...]]
    reasons: Callable[[Circumstances], tuple[Reason, ...]]
    why_unusable: Callable[[Applicator], str]
    widest_mm: float
    hottest_c: float | None = None
    largest_fact: str = ""
    energy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most_ml_per_kj: float | None = None
    lethal_facts: tuple[str, ...] = ()
    remark: str = ""
    withdrawal: str
    bail_out: tuple[Step, ...] = ()

    @property
    def name(self) -> str:
        """As plans, files and users call it."""
        return self.engine.name


def measure_widest_mm(case: NeedleCase) -> float:
    """Longest axis through the target."""
    points = case.anatomy.grid.to_lps(np.argwhere(case.target.mask))
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    along = centred @ axes.T
    extent = along.max(axis=0) - along.min(axis=0)
    return float(extent.max()) + case.anatomy.grid.spacing_mm[0]


def to_vessel_mm(scene: HeatScene) -> float | None:
    """From the target's surface to the nearest cell that holds its temperature; None without."""
    if not scene.vessels.any():
        return None
    spacing = scene.grid.spacing_mm[0]
    away = edt.edt(
        ~scene.target, anisotropy=(spacing,) * 3, black_border=False, order="C", parallel=2
    )
    return max(float(away[scene.vessels].min()) - 0.5 * spacing, 0.0)
