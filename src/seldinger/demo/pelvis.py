"""Pelvis: a built-in woman with two fibroids, and a built-in man with a large prostate.

Each has the arteries of the built-in vascular patient, and those of the pelvis from both internal
iliac arteries down to the terminals of the organ. What is traced ends where a scan would lose it;
what every artery feeds is exactly known.

Every number is geometry of an invented patient or an invented HU: evidence of nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.space import Grid, as_vector
from seldinger.demo.arterial import ArterialPatient, keep_seen, make_study
from seldinger.demo.body import LESIONS, ORGANS, Coat
from seldinger.demo.render import paint, scan
from seldinger.demo.solids import Ellipsoid, sphere
from seldinger.demo.truth import collect_truth
from seldinger.demo.vascular.crown import PROSTATE, UTERUS, grow_crown
from seldinger.demo.vascular.growth import grow
from seldinger.demo.vascular.pelvic import list_prostatic_courses, list_uterine_courses
from seldinger.demo.vascular.surroundings import list_surroundings
from seldinger.demo.vascular.walls import list_vessels

if TYPE_CHECKING:
    from collections.abc import Callable

    from seldinger.core.tree import Tree
    from seldinger.demo.vascular.crown import Crown
    from seldinger.demo.vascular.growth import Grown
    from seldinger.demo.vascular.pelvic import ProstaticOrigin

TRACED_MM = 0.5
"""Arteries down to this diameter are traced, as cone-beam CT with contrast shows them."""
WOMAN, MAN = "built-in woman", "built-in man"
FIBROIDS = ("uterine-fibroid-1", "uterine-fibroid-2")
_BOX_LPS_MM = ((-104.0, -118.0, -208.0), (104.0, 92.0, 152.0))
_ORGAN_HU = 90.0


def fibroid_patient(
    voxel_mm: float = 3.0, noise_hu: float = 12.0, seed: int = 0, traced_mm: float = TRACED_MM
) -> ArterialPatient:
    """A woman with two fibroids and an ovarian artery of each side; same arguments, same bytes.

    Args:
        voxel_mm: voxel size of the CT, 0.5 to 10.
        noise_hu: standard deviation of the noise of the CT.
        seed: of the noise.
        traced_mm: diameter of the thinnest artery that is traced.

    Raises:
        ImageError: a voxel size that makes no CT.
    """
    coats = _womb()
    crowns = tuple(_grow_uterine(one) for one in (traced_mm, 0.0))
    return _scan(WOMAN, coats, crowns, _grow_woman(), voxel_mm, noise_hu, seed)


def prostate_patient(
    voxel_mm: float = 3.0,
    noise_hu: float = 12.0,
    seed: int = 0,
    traced_mm: float = TRACED_MM,
    *,
    left: ProstaticOrigin = "vesical",
    right: ProstaticOrigin = "pudendal",
    penile: bool = False,
) -> ArterialPatient:
    """A man with a large prostate; same arguments, same bytes.

    Args:
        voxel_mm: voxel size of the CT, 0.5 to 10.
        noise_hu: standard deviation of the noise of the CT.
        seed: of the noise.
        traced_mm: diameter of the thinnest artery that is traced.
        left: the artery that the prostatic artery of this side leaves.
        right: the same.
        penile: an artery to the penis leaves each prostatic artery.

    Raises:
        ImageError: a voxel size that makes no CT, or no such origin.
    """
    grown = _grow_man(left, right, penile)
    crowns = tuple(_grow_prostatic(grown, one) for one in (traced_mm, 0.0))
    return _scan(MAN, _gland(), crowns, grown, voxel_mm, noise_hu, seed)


def scan_bleeding_man(
    paint_blood: Callable[[Tree], Coat],
    voxel_mm: float,
    noise_hu: float,
    seed: int,
    traced_mm: float,
) -> ArterialPatient:
    """The man, with blood beside one of his arteries.

    Args:
        paint_blood: from all his arteries down to those of the prostate.
        voxel_mm: voxel size of the CT, 0.5 to 10.
        noise_hu: standard deviation of the noise of the CT.
        seed: of the noise.
        traced_mm: diameter of the thinnest artery that is traced.

    Raises:
        ImageError: a voxel size that makes no CT.
    """
    grown = _grow_man("vesical", "pudendal", False)  # noqa: FBT003  a key of the cache
    crowns = tuple(_grow_prostatic(grown, one) for one in (traced_mm, 0.0))
    coats = (*_gland(), paint_blood(grown.tree))
    return _scan(f"{MAN}, bleeding", coats, crowns, grown, voxel_mm, noise_hu, seed)


def _womb() -> tuple[Coat, ...]:
    return (
        Coat("urinary_bladder", Ellipsoid((0.0, -52.0, -146.0), (32.0, 18.0, 20.0)), 10.0, ORGANS),
        Coat("uterus", Ellipsoid((0.0, 5.0, -118.0), (42.0, 36.0, 50.0)), _ORGAN_HU, ORGANS),
        Coat(FIBROIDS[0], sphere((13.0, -2.0, -106.0), 24.0), 74.0, LESIONS),
        Coat(FIBROIDS[1], sphere((-18.0, 12.0, -132.0), 14.0), 74.0, LESIONS),
    )


def _gland() -> tuple[Coat, ...]:
    return (
        Coat("urinary_bladder", Ellipsoid((0.0, -18.0, -112.0), (36.0, 28.0, 20.0)), 10.0, ORGANS),
        Coat("prostate", Ellipsoid((0.0, 8.0, -160.0), (30.0, 24.0, 27.0)), _ORGAN_HU, ORGANS),
    )


@lru_cache(maxsize=1)
def _grow_woman() -> Grown:
    return _heal(grow(more=list_uterine_courses()))


@lru_cache(maxsize=8)
def _grow_man(left: ProstaticOrigin, right: ProstaticOrigin, penile: bool) -> Grown:  # noqa: FBT001  a key of the cache
    return _heal(grow(more=list_prostatic_courses(left, right, penile=penile)))


def _heal(grown: Grown) -> Grown:
    """The vessels without any stenosis."""
    return replace(grown, tree=grown.healthy, lesions=())


@lru_cache(maxsize=8)
def _grow_uterine(least_mm: float) -> Crown:
    truth = collect_truth(_womb())
    organ, *fibroids = (truth.solid(name).contains for name in ("uterus", *FIBROIDS))
    return grow_crown(_grow_woman().tree, organ, tuple(fibroids), least_mm, UTERUS)


@lru_cache(maxsize=8)
def _grow_prostatic(grown: Grown, least_mm: float) -> Crown:
    organ = collect_truth(_gland()).solid("prostate").contains
    return grow_crown(grown.tree, organ, (), least_mm, PROSTATE)


def _scan(
    name: str,
    organs: tuple[Coat, ...],
    crowns: tuple[Crown, ...],
    grown: Grown,
    voxel_mm: float,
    noise_hu: float,
    seed: int,
) -> ArterialPatient:
    if not 0.5 <= voxel_mm <= 10.0:  # noqa: PLR2004
        raise ImageError(f"voxel_mm is {voxel_mm}; allowed: 0.5 to 10 mm")
    low, high = _BOX_LPS_MM
    shape = [int(n) for n in np.ceil(np.subtract(high, low) / voxel_mm - 1e-6)]
    grid = Grid.aligned(shape, voxel_mm, as_vector(np.add(low, 0.5 * voxel_mm)))
    body = list_surroundings(contrast=True)
    hu, labels = paint((*body, *organs, *list_vessels(grown, contrast=True)), grid)
    note = f"{name}: computed from formulas, of nobody, for trying out and testing"
    study = make_study(name, scan(hu, grid, noise_hu, seed), keep_seen(labels), note)
    traced, full = crowns
    return ArterialPatient(study, collect_truth((*body, *organs)), traced.tree, full)
