"""Place: where it happens: a block of one tissue, or a part of a patient, as cells with numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue import tissues as shelf
from seldinger.catalogue.names import closest
from seldinger.core.errors import SimulationError
from seldinger.core.progress import Progress, silent
from seldinger.core.record import AssumptionUse
from seldinger.core.space import Grid
from seldinger.physics.thermal.properties import Blood, Boiling, Freezing, Tissue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.core.record import InputFile
    from seldinger.core.volume import Mask
    from seldinger.simulate.layout import ExperimentFile
    from seldinger.simulate.layout_place import (
        BlockSection,
        BloodSection,
        PatientSection,
        TissueSection,
    )

HELD_VESSEL = "held_vessel_mm"
_MOST_CELLS = 100_000_000
_WHOLE = 1e-6
_BODY = ("density_kg_per_m3", "heat_capacity_j_per_kg_k", "conductivity_w_per_m_k")
_ICE = (
    "freezing_start_c",
    "freezing_end_c",
    "fusion_j_per_m3",
    "frozen_heat_capacity_j_per_kg_k",
    "frozen_conductivity_w_per_m_k",
)
_STEAM = (
    "boiling_start_c",
    "boiling_end_c",
    "water_share",
    "vaporisation_j_per_kg",
    "dry_heat_capacity_j_per_kg_k",
    "dry_conductivity_w_per_m_k",
)
_DRY = "dry_absorption_share"
_CURRENT = "electric_conductivity_s_per_m"


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Cells with numbers, before anything works in them.

    Attributes:
        grid: aligned, cubic cells.
        material: (i, j, k) uint8: 0 insulates, n is ``tissues[n - 1]``.
        tissues: by number.
        electric_s_per_m: of each tissue; none: not told.
        blood: none: there is none.
        vessels: (i, j, k) cells of a patient that hold the temperature of blood.
        initial_c: of everything at first.
        assumptions: numbers without a source that were used.
        sources: keys of the bibliography.
        notes: what a reader must know.
        inputs: files of the patient.
    """

    grid: Grid
    material: NDArray[np.uint8]
    tissues: tuple[Tissue, ...]
    electric_s_per_m: tuple[float | None, ...]
    blood: Blood | None
    vessels: Mask | None
    initial_c: float
    assumptions: tuple[AssumptionUse, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    inputs: tuple[InputFile, ...] = ()


def build_place(asked: ExperimentFile, progress: Progress = silent) -> Place:
    """The place that an experiment asks for.

    Raises:
        SimulationError: it cannot be made of cells, or a tissue lacks a number.
        CatalogueError: no such tissue.
        SeldingerError: the patient cannot be read.
    """
    if asked.patient is not None:
        return _patient(asked, asked.patient, progress)
    if asked.block is None or asked.tissue is None:
        raise SimulationError("say where it happens: [block] with [tissue], or [patient]")
    section = asked.tissue
    name = section.name or "tissue"
    edits = _edits(asked.assume, [name] if section.name else [])
    edits |= {f"{name}.{number}": value for number, value in section.numbers.items()}
    tissue, electric = _named(section, edits) if section.name else _own(section, asked)
    names = [section.name] if section.name else []
    grid = _grid(asked.block)
    return Place(
        grid=grid,
        material=np.ones(grid.shape, dtype=np.uint8),
        tissues=(_bloodless(tissue, asked),),
        electric_s_per_m=(electric,),
        blood=_blood(asked.blood),
        vessels=None,
        initial_c=asked.block.initial_c,
        assumptions=_assumed(names, asked, edits),
        sources=_sourced(names, asked, edits),
    )


def _grid(block: BlockSection) -> Grid:
    """Cells that fill the block exactly."""
    cells = np.asarray(block.size_mm) / block.spacing_mm
    shape = np.rint(cells).astype(int)
    if (np.abs(cells - shape) > _WHOLE * np.maximum(cells, 1.0)).any() or shape.min() < 3:  # noqa: PLR2004
        raise SimulationError(
            f"[block] size_mm {list(block.size_mm)} does not hold a whole number of cells of "
            f"{block.spacing_mm:g} mm, at least 3 each way: change one of them"
        )
    if shape.prod() > _MOST_CELLS:
        raise SimulationError(
            f"[block] has {shape.prod():.3g} cells; at most {_MOST_CELLS:.3g}: make it coarser"
        )
    corner = np.asarray(block.centre_lps_mm) - 0.5 * block.spacing_mm * (shape - 1.0)
    return Grid.aligned(shape.tolist(), block.spacing_mm, corner.tolist())


def _named(section: TissueSection, edits: Mapping[str, float]) -> tuple[Tissue, float]:
    name = section.name or ""
    made = shelf.physical(name, edits, freezes=section.freezes, boils=section.boils)
    return made, shelf.tissue(name).value(_CURRENT, edits)


def _own(section: TissueSection, asked: ExperimentFile) -> tuple[Tissue, float | None]:
    """A tissue of numbers that the file gives itself."""
    numbers = section.numbers
    perfused = asked.perfusion.mode != "none"
    needed = [*_BODY, *(["perfusion_per_s"] if perfused else [])]
    for phase, on in ((_ICE, section.freezes), (_STEAM, section.boils)):
        if on and any(key in numbers for key in phase):
            needed += phase
    lacks = [key for key in needed if key not in numbers]
    if lacks:
        raise SimulationError(
            f"[tissue] lacks {', '.join(lacks)}: give them, or name a tissue of the catalogue; "
            f"there are: {', '.join(shelf.tissues())}"
        )
    n = numbers
    density = n["density_kg_per_m3"]
    ice = steam = None
    if section.freezes and _ICE[0] in n:
        ice = Freezing(n[_ICE[0]], n[_ICE[1]], n[_ICE[2]], density * n[_ICE[3]], n[_ICE[4]])
    if section.boils and _STEAM[0] in n:
        water = density * n["water_share"]
        steam = Boiling(
            n[_STEAM[0]], n[_STEAM[1]], water * n[_STEAM[3]],
            (density - water) * n[_STEAM[4]], n[_STEAM[5]], n.get(_DRY, 1.0),
        )  # fmt: skip
    capacity = density * n["heat_capacity_j_per_kg_k"]
    conductivity, perfusion = n["conductivity_w_per_m_k"], n.get("perfusion_per_s", 0.0)
    try:
        made = Tissue("tissue", capacity, conductivity, perfusion, ice, steam)
    except ValueError as impossible:
        raise SimulationError(f"[tissue] cannot be: {impossible}") from impossible
    return made, n.get(_CURRENT)


def _bloodless(tissue: Tissue, asked: ExperimentFile) -> Tissue:
    return replace(tissue, perfusion_per_s=0.0) if asked.perfusion.mode == "none" else tissue


def _blood(section: BloodSection | None) -> Blood | None:
    if section is None:
        return None
    edits = {
        f"blood.{key}": value
        for key in ("density_kg_per_m3", "heat_capacity_j_per_kg_k")
        if (value := getattr(section, key)) is not None
    }
    return shelf.blood(section.temperature_c, edits)


def _edits(assume: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    """Overrides, each of a number that one of the tissues here has."""
    known = [f"{name}.{number}" for name in names for number in shelf.UNITS]
    for key in assume:
        if key not in known:
            raise SimulationError(f"[assume] {key!r} is no number here; {closest(key, known)}")
    return dict(assume)


def _used(names: Sequence[str], asked: ExperimentFile) -> list[shelf.TissueNumber]:
    """The numbers of the catalogue that a run reads: none of ice where nothing is cold."""
    skip = {_CURRENT}
    cold = asked.cold or any(step.act == "freeze" for p in asked.probe for step in p.schedule)
    hot = asked.source or not all(
        any(step.act == "freeze" for step in p.schedule) for p in asked.probe
    )
    section = asked.tissue
    skip |= set() if cold and (section is None or section.freezes) else set(_ICE)
    skip |= set() if hot and (section is None or section.boils) else set(_STEAM)
    if asked.perfusion.mode == "none":
        skip.add("perfusion_per_s")
    found = [q for n in names for q in shelf.tissue(n).numbers.values() if q.name not in skip]
    if asked.perfusion.mode != "none":
        rows = shelf.tissue("blood").numbers
        found += [rows[key] for key in _BODY[:2] if getattr(asked.blood, key, None) is None]
    return found


def _assumed(
    names: Sequence[str], asked: ExperimentFile, edits: Mapping[str, float]
) -> tuple[AssumptionUse, ...]:
    known = [q.assumption for q in _used(names, asked) if q.assumption is not None]
    return tuple(AssumptionUse.resolve(one, edits) for one in known)


def _sourced(
    names: Sequence[str], asked: ExperimentFile, edits: Mapping[str, float]
) -> tuple[str, ...]:
    own = {key.partition(".")[2] for key in edits}
    found = {q.source for q in _used(names, asked) if q.source is not None and q.name not in own}
    return tuple(sorted(found))


def _patient(asked: ExperimentFile, section: PatientSection, progress: Progress) -> Place:
    from seldinger.simulate.patient import load_scene
    from seldinger.simulate.thermal import scene as heat_scene

    if asked.blood is None:
        raise SimulationError("[blood] is missing: say its temperature_c")
    assume = dict(asked.assume)
    held_mm = assume.pop(HELD_VESSEL, heat_scene.LEAST_VESSEL.value)
    scene, study = load_scene(section, held_mm, progress)
    edits = _edits(assume, scene.tissues)
    made = tuple(_bloodless(shelf.physical(name, edits), asked) for name in scene.tissues)
    vessel = AssumptionUse.resolve(heat_scene.LEAST_VESSEL, asked.assume)
    return Place(
        grid=scene.grid,
        material=scene.material,
        tissues=made,
        electric_s_per_m=tuple(shelf.tissue(n).value(_CURRENT, edits) for n in scene.tissues),
        blood=_blood(asked.blood),
        vessels=scene.vessels if scene.vessels.any() else None,
        initial_c=asked.blood.temperature_c,
        assumptions=(vessel, *_assumed(scene.tissues, asked, edits)),
        sources=_sourced(scene.tissues, asked, edits),
        notes=(*study.notes, *(f"{s} was taken for: {t}" for s, t in scene.stands_for.items())),
        inputs=study.inputs,
    )
