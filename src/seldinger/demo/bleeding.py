"""Bleeding: built-in patients with one artery that bleeds: of the spleen, the colon or the pelvis.

What is traced ends where a scan would lose it; which artery bleeds, and what every one feeds, is
exactly known. Every number is geometry of an invented patient or an invented HU: evidence of
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.space import as_vector
from seldinger.demo import organs
from seldinger.demo.arterial import ArterialPatient, keep_seen, make_study
from seldinger.demo.body import LESIONS, Coat, coats
from seldinger.demo.patient import NOTE
from seldinger.demo.pelvis import scan_bleeding_man
from seldinger.demo.render import lattice, paint, scan
from seldinger.demo.solids import Carved, Tube, sphere
from seldinger.demo.truth import collect_truth
from seldinger.demo.vascular.crown import COLON, SPLEEN, grow_crown
from seldinger.demo.vascular.growth import grow
from seldinger.demo.vascular.visceral import list_colic_courses, list_splenic_courses

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.core.space import Vector
    from seldinger.core.tree import Tree
    from seldinger.demo.vascular.crown import Bed, Crown

Where = Literal["spleen", "colon", "pelvis"]
BLEEDING: tuple[Where, ...] = get_args(Where)
TRACED_MM = 0.5
"""Arteries down to this diameter are traced, as cone-beam CT with contrast shows them."""
_BLOOD_HU = 330.0
_WALL_MM = 4.0


@dataclass(frozen=True, slots=True)
class Bleed:
    """What bleeds.

    Attributes:
        label: in the scan.
        artery: that bleeds.
        share: of its length, where.
        radius_mm: of the blood that is seen.
        aside_mm: from the axis of the artery to its middle, LPS.
    """

    label: str
    artery: str
    share: float
    radius_mm: float
    aside_mm: Vector


BLEEDS: Mapping[Where, Bleed] = MappingProxyType(
    {
        "spleen": Bleed("pseudoaneurysm-1", "inferior middle splenic artery", 0.6, 5.0,
                        (0.0, 5.0, 0.0)),
        "colon": Bleed("extravasation-1", "vas rectum 2", 0.95, 4.0, (-3.0, 0.0, 0.0)),
        "pelvis": Bleed("pseudoaneurysm-2", "left superior gluteal artery", 0.6, 6.0,
                        (0.0, 6.0, 2.0)),
    }
)  # fmt: skip


def bleeding_patient(
    where: Where = "spleen",
    voxel_mm: float = 3.0,
    noise_hu: float = 12.0,
    seed: int = 0,
    traced_mm: float = TRACED_MM,
) -> ArterialPatient:
    """Compute a patient who bleeds; same arguments, same bytes.

    Args:
        where: "spleen" (a pseudoaneurysm), "colon" (contrast that leaves a straight artery) or
            "pelvis" (a pseudoaneurysm behind the hip, of a man).
        voxel_mm: voxel size of the CT, 0.5 to 10.
        noise_hu: standard deviation of the noise of the CT.
        seed: of the noise.
        traced_mm: diameter of the thinnest artery that is traced.

    Raises:
        ImageError: there is no such patient, or a voxel size that makes no CT.
    """
    if where not in BLEEDING:
        raise ImageError(f"nobody bleeds from {where!r}; allowed: {', '.join(BLEEDING)}")
    if not 0.5 <= voxel_mm <= 10.0:  # noqa: PLR2004
        raise ImageError(f"voxel_mm is {voxel_mm}; allowed: 0.5 to 10 mm")
    if where == "pelvis":
        return scan_bleeding_man(_paint_pelvic_blood, voxel_mm, noise_hu, seed, traced_mm)
    painted = (*coats(), _paint_blood(_grow(where), where))
    grid = lattice(as_vector((voxel_mm,) * 3))
    hu, labels = paint(painted, grid)
    study = make_study(
        f"built-in patient, bleeding {where}", scan(hu, grid, noise_hu, seed), keep_seen(labels),
        NOTE,
    )  # fmt: skip
    traced = _grow_crown(where, traced_mm)
    return ArterialPatient(study, collect_truth(painted), traced.tree, _grow_crown(where, 0.0))


def _paint_pelvic_blood(tree: Tree) -> Coat:
    return _paint_blood(tree, "pelvis")


def _paint_blood(tree: Tree, where: Where) -> Coat:
    bleed = BLEEDS[where]
    curve = next(e.curve for e in tree.edges if e.name == bleed.artery)
    at = curve.points_at(np.array([bleed.share * curve.length_mm]))[0] + bleed.aside_mm
    return Coat(bleed.label, sphere(as_vector(at), bleed.radius_mm), _BLOOD_HU, LESIONS)


@lru_cache(maxsize=2)
def _grow(where: Where) -> Tree:
    more = list_splenic_courses() if where == "spleen" else list_colic_courses()
    return grow(spleen=where == "spleen", more=more).healthy


@lru_cache(maxsize=8)
def _grow_crown(where: Where, least_mm: float) -> Crown:
    bed: Bed = SPLEEN if where == "spleen" else COLON
    organ = organs.spleen() if where == "spleen" else _colon_wall()
    return grow_crown(_grow(where), organ.contains, (), least_mm, bed)


def _colon_wall() -> Carved:
    """Of its rising part."""
    rising = organs.COLON.members[0]
    assert isinstance(rising, Tube)  # noqa: S101  of tubes alone
    return Carved(rising, (rising.grown(-_WALL_MM),))
