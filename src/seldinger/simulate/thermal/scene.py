"""The heat scene: a patient as heat and cold meet him, on a lattice around the target.

Both the planner and ``simulate`` build their models from it. Structures become tissues of the
catalogue; vessels thick enough to keep their temperature are held at it, thinner ones are perfusion
of what they run through. What stands in for what is listed, never silent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import edt
import numpy as np

from seldinger.anatomy.model import Kind, Tissue
from seldinger.catalogue.tissues import tissue
from seldinger.core.errors import PlanError
from seldinger.core.record import read_assumptions
from seldinger.core.space import Grid
from seldinger.image.resample import resample_layer, resample_mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.anatomy.model import Anatomy, Lesion, Structure
    from seldinger.core.space import Vector
    from seldinger.core.volume import Mask

NOTHING = ""
"""Air, bowel gas, and what lies outside the body: it insulates."""

HELD = "held at blood temperature"

SOFT = "soft_tissue"

ORGANS: Mapping[str, str] = {
    "liver": "liver",
    "left kidney": "kidney",
    "right kidney": "kidney",
    "kidneys": "kidney",
    "left lung": "lung_inflated",
    "right lung": "lung_inflated",
    "lungs": "lung_inflated",
}
"""Organ -> tissue of the catalogue; other organs are soft tissue."""

LUNG_STATES = ("inflated", "deflated", "flooded")

_ASSUMED = read_assumptions("seldinger.simulate.thermal")
LEAST_VESSEL = _ASSUMED["held_vessel_mm"]

_STAND_INS: Mapping[Kind, str] = {
    Kind.ORGAN: SOFT,
    Kind.BOWEL: SOFT,
    Kind.NERVE: SOFT,
    Kind.MUSCLE: "muscle",
    Kind.BONE: "bone_cancellous",
    Kind.LUNG: "lung_inflated",
    Kind.AIRWAY: NOTHING,
    Kind.HEART: HELD,
    Kind.COLLECTION: SOFT,
    Kind.LESION: SOFT,
}
_BOTTOM: Mapping[int, str] = {
    Tissue.OUTSIDE: NOTHING,
    Tissue.UNIDENTIFIED: SOFT,
    Tissue.FAT: "fat",
    Tissue.BODY_WALL: "muscle",
    Tissue.STRUCTURE: SOFT,
}
_FINEST_MM = 1.0
_DRAWN = 0.1
"""In cells: so 19 of 20 tubes of 3 mm drawn in cells of 1 mm are found, hardly one of 2 mm."""
_WIDEST_MM = 20.0
"""Wider than this is no vessel inside an organ."""
_GAS = frozenset({"bowel gas"})
_ORDER = (
    Kind.MUSCLE, Kind.ORGAN, Kind.LUNG, Kind.BOWEL, Kind.HEART, Kind.COLLECTION, Kind.LESION,
    Kind.AIRWAY, Kind.NERVE, Kind.BONE,
)  # fmt: skip
"""What is painted first is painted over; vessels come last."""


@dataclass(frozen=True, slots=True, eq=False)
class HeatScene:
    """Tissues around a target.

    Attributes:
        grid: aligned, cubic cells.
        material: (i, j, k) uint8: 0 insulates, n is ``tissues[n - 1]``.
        tissues: names of the catalogue's tissues.
        vessels: (i, j, k) cells that hold the temperature of blood.
        target: (i, j, k) what is to die.
        organ: (i, j, k) the organ the target lies in, target and its vessels included; None when it
            is not known.
        stands_for: structure -> what it was taken for.
    """

    grid: Grid
    material: NDArray[np.uint8]
    tissues: tuple[str, ...]
    vessels: Mask
    target: Mask
    organ: Mask | None
    stands_for: Mapping[str, str]


def make_grid(centre_lps_mm: Vector, half_mm: float, spacing_mm: float) -> Grid:
    """A cube of cells around a point; the point is the centre of a cell."""
    reach = int(np.ceil(half_mm / spacing_mm))
    corner = tuple(c - reach * spacing_mm for c in centre_lps_mm)
    return Grid.aligned((2 * reach + 1,) * 3, spacing_mm, corner)


def build_scene(
    anatomy: Anatomy,
    target: Lesion,
    grid: Grid,
    held_vessel_mm: float,
    lung: str = "inflated",
) -> HeatScene:
    """The patient on ``grid``.

    Args:
        anatomy: whose structures become tissues.
        target: painted over them, as its organ's tissue.
        grid: aligned, cubic cells; what the scan does not hold insulates.
        held_vessel_mm: vessels from this diameter hold the temperature of blood.
        lung: "inflated", "deflated" or "flooded": which of the catalogue's lungs is meant.

    Raises:
        PlanError: an unknown state of the lung, or no tissue on the grid.
    """
    if lung not in LUNG_STATES:
        raise PlanError(f"a lung is {', '.join(LUNG_STATES)}; got {lung!r}")
    names: list[str] = []
    bottom = resample_layer(anatomy.tissue, anatomy.grid, grid)
    material = np.zeros(grid.shape, dtype=np.uint8)
    for value, name in _BOTTOM.items():
        material[bottom == value] = _number(name, names)
    vessels = np.zeros(grid.shape, dtype=np.bool_)
    stands_for: dict[str, str] = {}
    for structure in _in_order(anatomy):
        here = resample_mask(structure.mask, anatomy.grid, grid)
        if not here.any() or structure.name == target.label:
            continue
        name = _tissue_of(structure, target, lung)
        stands_for[structure.name] = name or "gas, insulates"
        if name == HELD:
            vessels |= here
        else:
            material[here] = _number(name, names)
    mine = resample_mask(target.mask, anatomy.grid, grid)
    material[mine] = _number(_of_target(target), names)
    stands_for[target.label] = _of_target(target)
    vessels |= find_thick_vessels(anatomy, grid, held_vessel_mm, stands_for)
    vessels &= ~mine
    if not (material > 0).any():
        raise PlanError("no tissue lies around that point: it is outside the body or the scan")
    material[vessels] = _number(SOFT, names)  # a run replaces the cells of held bodies
    return HeatScene(
        grid, material, tuple(names), vessels, mine, _organ(anatomy, target, grid, vessels),
        stands_for,
    )  # fmt: skip


def _in_order(anatomy: Anatomy) -> list[Structure]:
    known = [s for s in anatomy.structures if s.kind in _ORDER]
    return sorted(known, key=lambda s: (_ORDER.index(s.kind), s.name))


def _number(name: str, names: list[str]) -> int:
    """Row of a tissue, added when it is new; 0 for what insulates."""
    if name == NOTHING:
        return 0
    if name not in names:
        tissue(name)
        names.append(name)
    return names.index(name) + 1


def _tissue_of(structure: Structure, target: Lesion, lung: str) -> str:
    if structure.name in _GAS:
        return NOTHING
    if structure.kind is Kind.LUNG:
        return f"lung_{lung}" if structure.name == target.organ else "lung_inflated"
    if structure.kind is Kind.LESION and structure.name.startswith("liver"):
        return "liver_tumour"
    return ORGANS.get(structure.name, _STAND_INS[structure.kind])


def _of_target(target: Lesion) -> str:
    """A tumour is its organ's tissue unless the catalogue knows better; solid lung in any lung."""
    organ = ORGANS.get(target.organ or "", SOFT)
    if organ == "liver":
        return "liver_tumour"
    return "lung_deflated" if organ.startswith("lung") else organ


def find_thick_vessels(
    anatomy: Anatomy, grid: Grid, held_vessel_mm: float, stands_for: dict[str, str]
) -> Mask:
    """Cells of vessels at least as thick as asked: what a ball of that diameter fits into.

    Args:
        anatomy: of the patient.
        grid: of the cells.
        held_vessel_mm: thickness from which a vessel's blood is held at its temperature.
        stands_for: what each structure stands for in the model, by name; added to.
    """
    fine = _refined(grid)
    found = np.zeros(fine.shape, dtype=np.bool_)
    for structure in anatomy.structures:
        if structure.kind is Kind.VESSEL:
            here = resample_mask(structure.mask, anatomy.grid, fine)
            if here.any():
                thick = open_mask(here, fine.spacing_mm[0], held_vessel_mm)
                found |= thick
                share = float(thick.sum()) / float(here.sum())
                stands_for[structure.name] = (
                    f"{HELD} where at least {held_vessel_mm:g} mm thick ({share:.0%} of what lies "
                    "near); perfusion elsewhere"
                )
    return resample_mask(found, fine, grid)


def _refined(grid: Grid) -> Grid:
    """The same block in cells of at most 1 mm: thickness is read there."""
    times = max(1, round(grid.spacing_mm[0] / _FINEST_MM))
    edge = grid.spacing_mm[0] / times
    corner = np.asarray(grid.origin_lps_mm) - 0.5 * (grid.spacing_mm[0] - edge)
    return Grid.aligned([n * times for n in grid.shape], edge, corner.tolist())


def open_mask(mask: Mask, spacing_mm: float, diameter_mm: float) -> Mask:
    """The part of a mask that a ball of ``diameter_mm`` can reach without leaving it."""
    apart = {"anisotropy": (spacing_mm,) * 3, "black_border": False, "order": "C", "parallel": 2}
    # A disc of cells holds a ball a little smaller than the one it was drawn for.
    least_mm = 0.5 * diameter_mm - _DRAWN * spacing_mm
    cores: Mask = edt.edt(np.array(mask, order="C"), **apart) >= least_mm
    if not cores.any():
        return cores
    kept: Mask = mask & (edt.edt(~cores, **apart) <= 0.5 * (diameter_mm + spacing_mm))
    return kept


def _organ(anatomy: Anatomy, target: Lesion, grid: Grid, vessels: Mask) -> Mask | None:
    if target.organ is None or not anatomy.has(target.organ):
        return None
    whole = anatomy.get_structure(target.organ).mask | target.mask
    for structure in anatomy.structures:
        if structure.kind is Kind.LESION:
            whole = whole | structure.mask
    inside = resample_mask(whole, anatomy.grid, grid)
    return fill_organ(inside, vessels, grid.spacing_mm[0])


def fill_organ(organ: Mask, vessels: Mask, spacing_mm: float) -> Mask:
    """An organ with the vessels that run inside it: they are no capsule.

    Inside is where no ball of ``_WIDEST_MM`` fits without touching the organ: a vein in the liver,
    not the aorta beside it.
    """
    apart = {"anisotropy": (spacing_mm,) * 3, "black_border": False, "order": "C", "parallel": 2}
    if not organ.any():
        return organ
    open_ = edt.edt(~organ, **apart) > 0.5 * _WIDEST_MM
    if not open_.any():
        return organ | vessels
    reached: Mask = edt.edt(~open_, **apart) <= 0.5 * _WIDEST_MM
    both: Mask = organ | (vessels & ~reached)
    return both
