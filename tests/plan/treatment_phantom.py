"""A patient of boxes and balls, known exactly: a block of fat with skin on its front (-y) face."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np

from seldinger.anatomy.model import Anatomy, Kind, Lesion, Origin, Skin, Structure, Tissue
from seldinger.core.space import Grid, as_vector
from seldinger.core.verdict import Severity, Status
from seldinger.core.volume import Volume
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study
from seldinger.plan import asked
from seldinger.plan.approach.percutaneous import scene as scenes
from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.plan.model import Approach, Gate, GateResult, Guidance, Path, Probability, Treatment
from seldinger.plan.procedure import Decision, Procedure, Reach, Settings, TreatmentLogic
from seldinger.simulate.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Vector
    from seldinger.core.volume import Mask

SPACING_MM = 2.0
SHAPE = (90, 70, 90)
"""180 x 140 x 180 mm; the skin is the plane y = 20 mm, open to the air in front of it."""
SKIN_Y_MM = 20.0
MIDDLE_MM = 90.0
GRID = Grid.aligned(SHAPE, SPACING_MM)


@cache
def points() -> NDArray[np.float64]:
    """(i, j, k, 3) LPS mm of every voxel."""
    index = np.moveaxis(np.indices(SHAPE, dtype=np.float64), 0, -1)
    return GRID.to_lps(index.reshape(-1, 3)).reshape(*SHAPE, 3)


def box(low: Vector, high: Vector) -> Mask:
    """Voxels whose centres lie in the box."""
    p = points()
    within = (p >= np.asarray(low)) & (p <= np.asarray(high))
    inside: Mask = np.logical_and.reduce(within, axis=-1)
    return inside


def ball(centre: Vector, diameter_mm: float) -> Mask:
    """Voxels whose centres lie in the ball."""
    away: NDArray[np.float64] = ((points() - np.asarray(centre)) ** 2).sum(axis=-1) ** 0.5
    inside: Mask = away <= diameter_mm / 2.0
    return inside


def thing(name: str, kind: Kind, mask: Mask) -> Structure:
    """A labelled structure."""
    return Structure(name, kind, mask, Origin.LABEL, (name,), mobile=False)


def anatomy(structures: Sequence[Structure] = (), hu: NDArray[np.float32] | None = None) -> Anatomy:
    """A block of fat (-100 HU) in air that holds ``structures``."""
    body = points()[..., 1] >= SKIN_Y_MM
    values = np.where(body, -100.0, -1000.0).astype(np.float32) if hu is None else hu
    image = Volume(values, GRID, "HU")
    skin = np.zeros(SHAPE, dtype=np.uint8)
    skin[:, round(SKIN_Y_MM / SPACING_MM), :] = Skin.OPEN
    tissue = np.where(body, Tissue.FAT, Tissue.OUTSIDE).astype(np.uint8)
    study = Study((Series(image, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER),))
    return Anatomy(study, image, GRID, body, tissue, skin, tuple(structures))


def target(depth_mm: float, diameter_mm: float, organ: str | None, label: str = "lesion") -> Lesion:
    """A ball whose centre lies ``depth_mm`` under the middle of the skin."""
    centre = (MIDDLE_MM, SKIN_Y_MM + depth_mm, MIDDLE_MM)
    mask = ball(centre, diameter_mm)
    volume = np.pi * diameter_mm**3 / 6000.0
    return Lesion(label, mask, mask, centre, centre, diameter_mm, volume, organ, Origin.LABEL)


def case(
    procedure: Procedure,
    goal: Lesion,
    structures: Sequence[Structure] = (),
    settings: Settings | None = None,
    hu: NDArray[np.float32] | None = None,
) -> NeedleCase:
    """``procedure`` meeting the phantom."""
    distance = goal.centre_lps_mm[1] - SKIN_Y_MM - goal.diameter_mm / 2.0
    chosen, whole = settings or Settings(), anatomy(structures, hu)
    ours = asked.list_assumptions(procedure)
    edits = {name: value for name, value in chosen.assume.items() if name in {a.name for a in ours}}
    known = resolve_assumptions(ours, edits)
    organ = goal.organ if goal.organ is not None and whole.has(goal.organ) else None
    way_in = cast("Percutaneous", procedure.approach)
    scene = scenes.build(whole, replace(goal, organ=organ), way_in.permitted_structures)
    return NeedleCase(
        procedure=procedure, anatomy=whole, target=goal, settings=chosen, assumed=known,
        scene=scene, limits=way_in.limits, skin_distance_mm=distance,
    )  # fmt: skip


def needle_logic(procedure: Procedure) -> NeedleLogic:
    """The treatment of a procedure with its own halves, which plans do not know."""
    return cast("NeedleLogic", procedure.treatment)


def path(goal: Lesion, lengths_mm: dict[str, float] | None = None, x_mm: float = MIDDLE_MM) -> Path:
    """A straight path from the skin at ``x_mm`` (and the middle) to the target's aim."""
    entry = np.array([x_mm, SKIN_Y_MM, MIDDLE_MM])
    depth = float(np.linalg.norm(np.asarray(goal.aim_lps_mm) - entry))
    return Path(
        entry_lps_mm=as_vector(entry),
        target_lps_mm=goal.aim_lps_mm,
        depth_mm=depth,
        skin_angle_deg=0.0,
        tilt_deg=0.0,
        axial_angle_deg=0.0,
        patient_position="supine",
        provisional=False,
        technique="ct-in-plane",
        clearances_mm={},
        lengths_mm=lengths_mm or {},
        unidentified_mm=0.0,
        probability=Probability(0.9, {}),
        score=0.0,
        score_parts={},
    )


def approach(*paths: Path) -> Approach:
    """An approach with these accepted paths."""
    return Approach("percutaneous", 100, len(paths), {}, (), tuple(paths))


def answered(found: NeedleCase, **answers: str) -> NeedleCase:
    """The same case with these answers."""
    return replace(found, settings=replace(found.settings, answers=answers))


class NeedleLogic(Protocol):
    """What our treatments by needle are made of."""

    def list_instruments(self, case: NeedleCase) -> tuple[Instrument, ...]:
        """Devices in order of preference."""

    def conclude(self, case: NeedleCase, instrument: Instrument, approach: Approach) -> Decision:
        """The decision over the paths of one device."""

    def score_penalties(self, case: NeedleCase, path: Path) -> Mapping[str, float]:
        """Of one path."""


class Nothing(TreatmentLogic[NeedleCase]):
    """A treatment that has no opinion."""


def decided(case: NeedleCase, *paths: Path, **said: Any) -> Decision:
    """What a treatment that finds nothing decides over these paths of one needle."""
    needle = Instrument("needle", "straight", 1.0, 150.0, 0.0, (0.0, 0.0), False, "for tests")
    reach = Reach(case, needle, approach(*paths))
    treatment = Treatment("t", "t", (), said.pop("settings", {}), ())
    guidance = Guidance("ct", "because", ())
    placed = tuple(
        Placement("needle", "needle", (p.entry_lps_mm, p.target_lps_mm), (), 0) for p in paths[:1]
    )
    found = said.pop("findings", ())
    return Decision(reach, treatment, guidance, found, **{"placements": placed, **said})


def gates_met() -> tuple[GateResult, ...]:
    """Every gate, met."""
    return tuple(GateResult(gate, Status.MET, Severity.INFO, "Met.") for gate in Gate)


PROCEDURE = Procedure("test", "Test", "A test.", Percutaneous(), Nothing())
