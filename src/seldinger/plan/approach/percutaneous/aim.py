"""Aim: where in the target to steer, once it is known what must be missed.

The point chosen by the image alone (``anatomy.viability``) stays unless it lies too near to an
obstacle; then the target's viable part is searched for the place with most room around it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.finding import Finding
from seldinger.core.space import as_vector
from seldinger.core.verdict import Severity, Status
from seldinger.geometry import morphology
from seldinger.plan.approach.percutaneous import scene as scenes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.plan.approach.percutaneous.scene import Box, Scene
    from seldinger.plan.model import Approach


_NAMED = 4
"""Structures that the banner names; the finding names all."""


def move_aim_clear(scene: Scene, needed_mm: tuple[float, ...]) -> Scene:
    """The scene with its aim at least the first of ``needed_mm`` that can be kept from obstacles.

    Args:
        scene: as built.
        needed_mm: centre line to surface, for the devices offered, the widest first.

    Returns:
        The same scene when its aim has room enough, or when no place in the target has any.
    """
    aim = scene.anatomy.grid.to_index(scene.target.aim_lps_mm)[None]
    now = min((float(scenes.read(o, aim)[0]) for o in scene.obstacles), default=np.inf)
    where = scenes.find_bounding_box(scene.target.viable, 1)
    room = measure_room_mm(scene, where)
    viable = scene.target.viable[where]
    for least in needed_mm:
        if now >= least:
            return scene
        free = viable & (room >= least)
        if free.any():
            return _moved(scene, _roomiest(scene, where, free, room - least))
    return scene


def measure_room_mm(scene: Scene, where: Box) -> NDArray[np.float32]:
    """Distance to the nearest obstacle's surface at every voxel of the box."""
    shape = tuple(s.stop - s.start for s in where)
    room = np.full(shape, scenes.CAP_MM, dtype=np.float32)
    for one in scene.obstacles:
        shared = [
            (max(a.start, b.start), min(a.stop, b.stop))
            for a, b in zip(where, one.window, strict=True)
        ]
        if all(low < high for low, high in shared):
            here = tuple(slice(lo - s.start, hi - s.start)
                         for (lo, hi), s in zip(shared, where, strict=True))  # fmt: skip
            there = tuple(slice(lo - s.start, hi - s.start)
                          for (lo, hi), s in zip(shared, one.window, strict=True))  # fmt: skip
            np.minimum(room[here], one.distance_mm[there], out=room[here])
    return room


def _roomiest(
    scene: Scene, where: Box, free: NDArray[np.bool_], spare_mm: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Index of the free voxel with most room to obstacles and to the target's edge alike."""
    depth = morphology.distance_mm(~scene.target.viable[where], scene.spacing_mm)
    worth = np.where(free, np.minimum(depth, spare_mm + scene.spacing_mm), -np.inf)
    ties = np.argwhere(worth >= worth.max() - 1e-3) + np.array([s.start for s in where])
    middle = scene.anatomy.grid.to_index(scene.target.centre_lps_mm)
    nearest: NDArray[np.float64] = ties[int(np.argmin(((ties - middle) ** 2).sum(axis=1)))]
    return nearest.astype(np.float64)


def _moved(scene: Scene, index: NDArray[np.float64]) -> Scene:
    target = scene.target
    aim = scene.anatomy.grid.to_lps(index)
    by = float(np.linalg.norm(aim - np.asarray(target.aim_lps_mm)))
    old = scene.anatomy.grid.to_index(target.aim_lps_mm)[None]
    nearest = min(scene.obstacles, key=lambda o: float(scenes.read(o, old)[0]))
    note = f"the aim was moved by {by:.0f} mm, away from: {nearest.name}"
    moved = replace(target, aim_lps_mm=as_vector(aim), notes=(*target.notes, note))
    return replace(scene, target=moved)


def list_notes(scene: Scene) -> tuple[str, ...]:
    """What lies inside the target and must be missed, in words."""
    said = "; ".join(
        f"{o.name} {_percent(o.share)} of it ({o.volume_ml:.1f} mL), "
        f"{_from_centre(o.from_centre_mm)}"
        for o in scene.overlaps
    )
    return (f"inside it, and kept clear: {said}",) if said else ()


def find_obstacles_inside(scene: Scene, approach: Approach) -> tuple[Finding, ...]:
    """That something inside the target must be missed, and how far the best path stays from it.

    A sphere around a point that holds a vessel or another organ is no outline of a lesion: somebody
    must look. An outlined lesion around a vessel is one: it is told.
    """
    if not scene.overlaps:
        return ()
    best = approach.paths[0].clearances_mm if approach.paths else {}
    names = [o.name for o in scene.overlaps]
    few = ", ".join(names[:_NAMED]) + ("" if len(names) <= _NAMED else " and more")
    each = "; ".join(
        f"{o.name} {_percent(o.share)} of it, {o.volume_ml:.1f} mL{_passed(best.get(o.name))}"
        for o in scene.overlaps
    )
    if scene.target.drawn:
        text = f"Inside the target, and kept clear: {few}. In detail: {each}."
        return (Finding("target-overlap", Status.NOT_MET, Severity.CAUTION, text),)
    text = (
        f"The sphere around the point is no outline of a lesion: it covers {few}. They stay "
        f"obstacles: {each}. Give the lesion's outline as a mask, or a smaller diameter."
    )
    return (Finding("target-overlap", Status.UNKNOWN, Severity.ACTION, text),)


def _passed(clearance_mm: float | None) -> str:
    return "" if clearance_mm is None else f", the needle passes {clearance_mm:.1f} mm from it"


def _percent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{100.0 * share:.0f} %"  # noqa: PLR2004


def _from_centre(away_mm: float) -> str:
    return "through its centre" if away_mm <= 0.0 else f"{away_mm:.0f} mm from its centre"
