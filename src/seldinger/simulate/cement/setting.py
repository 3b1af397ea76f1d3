"""Setting: how warm cement makes itself, the canal, the roots and the discs while it hardens.

Cells that hold cement give off its heat; bone, discs and canal conduct it away, blood carries some.
Liquor and veins that flow are not in it, nor is cement colder than the body at first: both make it
warmer here than it is. What is followed is tissue; nothing is called dead by it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from seldinger.catalogue import tissues as shelf
from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.core.space import as_vector
from seldinger.core.volume import Volume
from seldinger.physics.thermal.damage import cem43
from seldinger.physics.thermal.model import Model, Settings, SteadyFlow
from seldinger.physics.thermal.run import run
from seldinger.physics.thermal.sources import Source
from seldinger.simulate.cement.leaked import LeakedCement, place_leaks
from seldinger.simulate.cement.setting_heat import SettingHeat, find_setting_heat, mix
from seldinger.simulate.cement.setting_scene import SettingScene, build_setting_scene, carry_share
from seldinger.simulate.cement.settings import check_assumed, get_assumed
from seldinger.simulate.thermal.bone import DENSE, SPONGY
from seldinger.simulate.thermal.scene import SOFT
from seldinger.simulate.thermal.setup import BODY_C

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.core.volume import Mask
    from seldinger.physics.thermal.properties import Tissue
    from seldinger.physics.thermal.result import Energy, Result
    from seldinger.simulate.cement.outcome import CementResult

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]

CEMENT = "cement"
WARM_C, HOT_C = 43.0, 50.0
_LEVELS = 10
"""Shares of cement that are told apart where it changes what a cell conducts; its heat is exact."""
_HALF = 0.5
_WATCHED = 24
_PROXY_MM = 6.0
_AGREE_K = 0.5
_BOILS_C, _NO_BOILING, _EDGE = 100.0, "without boiling", "edge of the grid"
_KINDS = (SOFT, "muscle", "fat", SPONGY, DENSE)
READS = frozenset(
    f"{kind}.{number}"
    for kind in _KINDS
    for number in ("heat_capacity_j_per_kg_k", "conductivity_w_per_m_k", "perfusion_per_s")
)
"""Numbers of tissues, by "tissue.number"; those of a record without a default are not edited."""
_BLOODLESS = 0.05
"""From this share of cement on no blood flows in a cell."""


@dataclass(frozen=True, slots=True)
class SettingChanges:
    """What one run changes.

    Attributes:
        j_per_ml: heat of cement; None: as read.
        release_s: time in which it comes free; None: as assumed.
        perfusion: factor on the flow that is assumed.
        edits: numbers of tissues, by "tissue.number".
    """

    j_per_ml: float | None = None
    release_s: float | None = None
    perfusion: float = 1.0
    edits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Warmed:
    """How warm a place became.

    Attributes:
        peak_c: hottest cell of it at any time.
        above_43_s, above_50_s: longest time of a cell that is followed above so many degrees.
        cem43_min: most equivalent minutes at 43 degrees of a cell.
    """

    peak_c: float
    above_43_s: float
    above_50_s: float
    cem43_min: float


@dataclass(frozen=True, slots=True, eq=False)
class SettingResult:
    """What came of it.

    Attributes:
        heat: of the cement.
        places: by name; a canal or a root that does not show is not among them.
        peak_c: hottest of each cell.
        cement: share of each cell that is cement, leaked cement included.
        leaked: where leaked cement was drawn.
        times_s: (n,) from the first heat on.
        curves_c: (n,) of the hottest cell that is followed, by place.
        total_j: set free.
        energy: the engine's books.
        notes: what was left out or not known.
    """

    heat: SettingHeat
    places: Mapping[str, Warmed]
    peak_c: Volume
    cement: Volume
    leaked: LeakedCement
    times_s: Floats
    curves_c: Mapping[str, Floats]
    total_j: float
    energy: Energy
    notes: tuple[str, ...]

    __repr__ = short_repr


def simulate_setting(
    result: CementResult,
    assumed: Mapping[str, float] | None = None,
    changes: SettingChanges | None = None,
    scene: SettingScene | None = None,
    tissues: Mapping[str, float] | None = None,
) -> SettingResult:
    """Let given cement set.

    Args:
        result: cement as it was given, and what of it leaked.
        assumed: edits of assumptions by name.
        changes: of this run.
        scene: of the same vertebra; None: it is built.
        tissues: the user's own numbers, by "tissue.number".

    Raises:
        SimulationError: an edit that cannot be used, or what the engine refuses.
    """
    assumed, changes = assumed or {}, changes or SettingChanges()
    check_assumed(assumed)
    voxel_mm = get_assumed(assumed, "setting_voxel_mm")
    made = result.made
    scene = scene or build_setting_scene(made.vertebra, made.bed.grid, voxel_mm)
    base = find_setting_heat(assumed)
    heat = base.scale(changes.j_per_ml or base.j_per_ml, changes.release_s or base.release_s)
    own = carry_share(result.cement, scene.grid)
    leaked = place_leaks(result, scene.grid, scene.solid, scene.places, own)
    share = own + leaked.share
    total_j = float(share.sum()) * scene.grid.voxel_ml * heat.j_per_ml
    if total_j <= 0.0:
        raise SimulationError("no cement was given: there is nothing that sets")
    edits = {**(tissues or {}), **changes.edits}
    flow = get_assumed(assumed, "setting_perfusion_factor") * changes.perfusion
    model = _build_model(scene, share, heat, total_j, flow, edits)
    places = _find_places(scene, share)
    nearness = scipy.ndimage.gaussian_filter(share, _PROXY_MM / voxel_mm)
    watched = {name: _choose_cells(mask, nearness) for name, mask in places.items()}
    done = _run(model, assumed, heat, watched)
    if missed := _find_missed(places, watched, done):
        # The hottest cell was not among those that were followed: now it is.
        watched = {
            name: np.vstack([cells, missed[name]]) if name in missed else cells
            for name, cells in watched.items()
        }
        done = _run(model, assumed, heat, watched)
    return _read(scene, share, heat, done, places, watched, leaked, total_j)


def _build_model(
    scene: SettingScene,
    share: Floats,
    heat: SettingHeat,
    total_j: float,
    flow: float,
    edits: Mapping[str, float],
) -> Model:
    """The block for the engine: each tissue with each share of cement is a material."""
    base = scene.bone.scene
    material = base.material.astype(np.int64)
    # Gas takes no heat: where cement lies there is none.
    material[(share > 0.0) & (material == 0)] = base.tissues.index(SOFT) + 1
    level = np.rint(np.clip(share, 0.0, 1.0) * _LEVELS).astype(np.int64)
    level[(share >= _BLOODLESS) & (level == 0)] = 1
    key = material * (_LEVELS + 1) + level
    used = np.unique(key)
    tissues: list[Tissue] = []
    number = np.zeros(int(used.max()) + 1, dtype=np.uint8)
    for one in used.tolist():
        kind, own = divmod(one, _LEVELS + 1)
        if kind == 0:
            continue
        tissue = shelf.physical(base.tissues[kind - 1], edits, freezes=False, boils=False)
        tissue = replace(tissue, perfusion_per_s=flow * tissue.perfusion_per_s)
        tissues.append(mix(tissue, heat, own / _LEVELS))
        number[one] = len(tissues)
    density = share / (float(share.sum()) * scene.grid.voxel_ml * 1e-6)
    source = Source("setting cement", density, heat.make_schedule(total_j))
    return Model(
        scene.grid, number[key], tuple(tissues), shelf.blood(BODY_C, edits), SteadyFlow(), None,
        (source,), (), BODY_C,
    )  # fmt: skip


def _run(
    model: Model,
    assumed: Mapping[str, float],
    heat: SettingHeat,
    watched: Mapping[str, Cells],
) -> Result:
    counted = get_assumed(assumed, "setting_counted_above_c")
    cells = np.vstack(list(watched.values()))
    settings = Settings(
        duration_s=max(get_assumed(assumed, "setting_follow_s"), 2.0 * heat.release_s),
        laws=(cem43(math.inf, counted),),
        points_lps_mm=tuple(as_vector(point) for point in model.grid.to_lps(cells)),
        sample_every_s=4.0,
        front_k=0.01,
    )
    try:
        return run(model, settings)
    except ValueError as wrong:
        raise SimulationError(f"heat of setting cannot be computed so: {wrong}") from wrong


def _find_places(scene: SettingScene, share: Floats) -> dict[str, Mask]:
    """(i, j, k) bool of what is followed: tissue beside cement, and cement."""
    full = share >= _HALF
    if not full.any():
        full = share >= _HALF * share.max()
    found = {}
    for name, mask in scene.places.items():
        tissue = mask & ~full
        found[name] = tissue if tissue.any() else mask
    return {**found, CEMENT: full}


def _choose_cells(mask: Mask, nearness: Floats) -> Cells:
    """(n, 3) cells of a place that lie nearest to the most cement."""
    at = np.argwhere(mask)
    order = np.argsort(-nearness[mask], kind="stable")
    return at[order[:_WATCHED]]


def _find_missed(
    places: Mapping[str, Mask], watched: Mapping[str, Cells], done: Result
) -> dict[str, Cells]:
    """(1, 3) hottest cell of each place where none of those followed was about as hot."""
    found = {}
    first = 0
    for name, cells in watched.items():
        seen = float(done.points_c[:, first : first + len(cells)].max())
        first += len(cells)
        own = np.where(places[name], done.peak_c.values, -np.inf)
        if float(own.max()) > seen + _AGREE_K:
            found[name] = np.array([np.unravel_index(int(np.argmax(own)), own.shape)])
    return found


def _read(
    scene: SettingScene,
    share: Floats,
    heat: SettingHeat,
    done: Result,
    places: Mapping[str, Mask],
    watched: Mapping[str, Cells],
    leaked: LeakedCement,
    total_j: float,
) -> SettingResult:
    warmed, curves, first = {}, {}, 0
    minutes = next(iter(done.damage.values())).values
    for name, mask in places.items():
        own = done.points_c[:, first : first + len(watched[name])]
        first += len(watched[name])
        peak = float(done.peak_c.values[mask].max())
        warmed[name] = Warmed(
            max(peak, BODY_C), _measure_above_s(done.times_s, own, WARM_C),
            _measure_above_s(done.times_s, own, HOT_C), float(minutes[mask].max()),
        )  # fmt: skip
        curves[name] = own[:, int(np.argmax(own.max(axis=0)))]
    notes = [*leaked.notes, *_list_warnings(done), *_list_cut_short(curves, done.times_s)]
    if warmed[CEMENT].peak_c > _BOILS_C:
        notes.append(
            f"setting cement becomes {warmed[CEMENT].peak_c:.0f} C here: above {_BOILS_C:.0f} C "
            "water that boils would hold it, which is not in the model"
        )
    return SettingResult(
        heat, warmed, done.peak_c, Volume(share, scene.grid, "1"), leaked, done.times_s, curves,
        total_j, done.energy, tuple(notes),
    )  # fmt: skip


def _list_warnings(done: Result) -> Iterator[str]:
    """The engine's, in the words of cement."""
    for one in done.warnings:
        if _EDGE in one:
            yield (
                "the edge of the lattice becomes warm while cement sets; nothing leaves by it, so "
                "that what lies near it is too warm here"
            )
        elif _NO_BOILING not in one:
            yield one


def _list_cut_short(curves: Mapping[str, Floats], times_s: Floats) -> Iterator[str]:
    """Places whose times and minutes go on after they are followed."""
    for name, curve in curves.items():
        if name != CEMENT and float(curve[-1]) > WARM_C:
            yield (
                f"{name}: still {curve[-1]:.1f} C when warmth is followed no further, after "
                f"{times_s[-1]:.0f} s; its times and minutes are the least"
            )


def _measure_above_s(times_s: Floats, curves_c: Floats, level_c: float) -> float:
    """Longest time of a curve above a level; straight lines between the samples."""
    over = curves_c - level_c
    before, after = over[:-1], over[1:]
    rise = np.abs(after - before)
    part = np.where(
        (before > 0.0) & (after > 0.0), 1.0,
        np.where(
            (before > 0.0) | (after > 0.0),
            np.maximum(before, after) / np.where(rise > 0.0, rise, 1.0), 0.0,
        ),
    )  # fmt: skip
    spent = (part * np.diff(times_s)[:, None]).sum(axis=0)
    return float(spent.max(initial=0.0))
