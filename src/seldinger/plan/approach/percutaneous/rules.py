"""Hard rules: what no path may do. Each rule gives a mask of the candidates that it rejects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.kernels import march
from seldinger.plan.approach.percutaneous import scene as scenes

if TYPE_CHECKING:
    from seldinger.plan.approach.percutaneous.candidates import Candidates
    from seldinger.plan.approach.percutaneous.model import Instrument, Limits
    from seldinger.plan.approach.percutaneous.scene import Obstacle, Scene
    from seldinger.plan.assumptions import Assumed

Rejected = NDArray[np.bool_]

OF_GEOMETRY = (
    "depth",
    "gantry",
    "leaves-the-body",
    "needle-length",
    "organ-first",
    "stays-inside",
    "tilt",
    "unidentified",
)
"""Rules that are not the name of a structure."""

FAR_MM = 25.0
"""No rule, score or probability asks for distances beyond this; exact ones are printed."""

LOOP_ROOM_MM = 0.0
"""A drain's tip may touch the far wall of a collection, not pass it."""


@dataclass(frozen=True, slots=True, eq=False)
class Marched:
    """What the rays met; n candidates.

    Attributes:
        lengths_mm: (n, classes) of each tissue class, skin to aim.
        approach_mm: obstacle name -> (n,) centre line to surface, to within a voxel.
        first_organ_mm: (n,) depth at which the target organ is first met; -1 if never.
        organ_passes: (n,) how often it is entered.
        tip_inside_mm: (n,) how deep the device's end lies inside the target; 0 = outside.
    """

    lengths_mm: NDArray[np.float32]
    approach_mm: dict[str, NDArray[np.float32]]
    first_organ_mm: NDArray[np.float32]
    organ_passes: NDArray[np.int32]
    tip_inside_mm: NDArray[np.float32]


def measure_approach(
    obstacle: Obstacle,
    entries: NDArray[np.float32],
    aims: NDArray[np.float32],
    beyond_mm: NDArray[np.float32],
    shift_mm: NDArray[np.float32],
    spacing_mm: float,
) -> NDArray[np.float32]:
    """Nearest approach of centre lines to an obstacle's surface, capped; negative deep inside.

    Args:
        obstacle: with its field.
        entries: (n, 3) index coordinates of the lattice.
        aims: (n, 3) likewise.
        beyond_mm: (n,) how far each ray goes on.
        shift_mm: (n,) breath shift, applied only if the obstacle is mobile.
        spacing_mm: voxel edge.
    """
    corner = np.asarray(obstacle.corner, dtype=np.float32)
    moved = shift_mm / np.float32(spacing_mm) if obstacle.mobile else np.zeros_like(shift_mm)
    out = np.empty(len(entries), dtype=np.float32)
    march.nearest_approach(
        np.ascontiguousarray(entries - corner),
        np.ascontiguousarray(aims - corner),
        beyond_mm,
        np.ascontiguousarray(moved, dtype=np.float32),
        obstacle.distance_mm,
        spacing_mm,
        spacing_mm,
        FAR_MM,
        out,
    )
    return out


def march_candidates(scene: Scene, candidates: Candidates, beyond_mm: float) -> Marched:
    """Cast every candidate's ray once, ``beyond_mm`` past the aim."""
    n = len(candidates)
    aim = scene.anatomy.grid.to_index(scene.target.aim_lps_mm).astype(np.float32)
    # In C order and of their own: the kernel would be compiled again for what is not.
    entries, aims = np.ascontiguousarray(candidates.index), np.tile(aim, (n, 1))
    beyond = np.full(n, beyond_mm, dtype=np.float32)
    still = np.zeros(n, dtype=np.float32)
    h = scene.spacing_mm
    lengths = np.zeros((n, len(scene.class_names)), dtype=np.float32)
    first, passes = np.empty(n, dtype=np.float32), np.empty(n, dtype=np.int32)
    march.measure_crossings(
        entries, aims, scene.classes, scenes.ORGAN, h, h / 2.0, lengths, first, passes
    )
    near = {o.name: measure_approach(o, entries, aims, beyond, still, h) for o in scene.obstacles}
    ends = aim - candidates.outward * (beyond_mm / h)
    inside = scipy.ndimage.map_coordinates(scene.inside_mm, ends.T, order=1, mode="constant")
    return Marched(lengths, near, first, passes, inside.astype(np.float32))


def list_rejections(
    scene: Scene,
    candidates: Candidates,
    met: Marched,
    instrument: Instrument,
    limits: Limits,
    assumed: Assumed,
) -> dict[str, Rejected]:
    """Rule -> which candidates it rejects, alone or with others."""
    rules: dict[str, Rejected] = {
        "depth": candidates.depth_mm > limits.depth_mm,
        "needle-length": candidates.depth_mm + instrument.beyond_mm
        > instrument.usable_mm - assumed.get_value("hub_standoff_mm"),
        "tilt": candidates.tilt_deg > limits.tilt_deg,
        "gantry": _hits_gantry(scene, candidates, instrument, assumed),
        "leaves-the-body": met.lengths_mm[:, scenes.OUTSIDE] > 2.0 * scene.spacing_mm,
        "unidentified": met.lengths_mm[:, scenes.UNIDENTIFIED]
        > assumed.get_value("unidentified_tolerance_mm"),
    }
    if scene.target.organ in limits.organ_first:
        before = met.lengths_mm[:, scenes.ORGAN]
        rules["organ-first"] = before < assumed.get_value("organ_first_mm")
    if instrument.keeps_inside:
        rules["stays-inside"] = met.tip_inside_mm <= LOOP_ROOM_MM
    least = compute_least_mm(instrument, assumed)
    for name, near in met.approach_mm.items():
        rules[name] = near < least
    return rules


def compute_least_mm(instrument: Instrument, assumed: Assumed) -> float:
    """How near the device's centre line may come to an obstacle's surface."""
    return instrument.diameter_mm / 2.0 + assumed.get_value("least_clearance_mm")


def _hits_gantry(
    scene: Scene, candidates: Candidates, instrument: Instrument, assumed: Assumed
) -> Rejected:
    """Whether the hub of the needle, laid on the skin, would be outside the free bore.

    The needle stands outside at full length before it is driven in. The isocentre is not in the
    image:
    the middle of the body in the entry's slice is taken for it. Unscanned positions are not judged.
    """
    hub = candidates.lps_mm + candidates.outward * instrument.usable_mm
    inside = np.argwhere(scene.anatomy.body.any(axis=2))
    middle = scene.anatomy.grid.to_lps(
        np.append((inside.min(axis=0) + inside.max(axis=0)) / 2.0, 0.0)
    )
    radius = np.linalg.norm(hub[:, :2] - middle[:2], axis=1)
    free = assumed.get_value("gantry_bore_mm") / 2.0 - assumed.get_value("gantry_clearance_mm")
    hit: Rejected = (radius > free) & ~candidates.provisional
    return hit
