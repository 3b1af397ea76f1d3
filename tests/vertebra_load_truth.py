"""Rows of docs/reference/cement-truth.md about the load on the bodies beside a filled one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from tests.physics.elastic.test_disc import bonded_mpa, computed_mpa
from tests.plain_vertebra import HEIGHT_MM, make_vertebra
from tests.truth_table import Row

from seldinger.anatomy.vertebra import NextBodies, NextBody
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.evidence import driving_value
from seldinger.simulate.cement.segment import ACROSS_MM, ALONG_MM
from seldinger.simulate.cement.sharing import SharingResult, compare_sharing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.anatomy.vertebra import Vertebra

POROUS_HU, USUAL_HU, DISC_MM = 40.0, 120.0, 9.0
USUAL = (ACROSS_MM, ALONG_MM)
FINE = (1.5, 0.75)
PILLAR_MM = 9.0
_NEARLY = 0.47


def place(vertebra: Vertebra, up_mm: float, level: str) -> NextBody:
    """The same body so far up."""
    affine = vertebra.grid.index_to_lps.copy()
    affine[:3, 3] += up_mm * np.asarray(vertebra.frame.up)
    return NextBody(level, Grid(vertebra.grid.shape, affine), vertebra.body, vertebra.hu)


def surround(vertebra: Vertebra, disc_mm: float = DISC_MM) -> NextBodies:
    """Twins above and below."""
    apart = HEIGHT_MM + disc_mm
    return NextBodies(place(vertebra, apart, "T12"), place(vertebra, -apart, "L2"))


def fill(vertebra: Vertebra, share: float, radius_mm: float = 100.0) -> Volume:
    """Cement of one share in all of the body, or in an upright pillar in its middle."""
    grid = vertebra.grid
    index = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"), axis=-1)
    away = grid.to_lps(index.reshape(-1, 3)) - np.asarray(vertebra.frame.origin_lps_mm)
    away = away - np.outer(away @ np.asarray(vertebra.frame.up), vertebra.frame.up)
    near = (np.linalg.norm(away, axis=1) <= radius_mm).reshape(grid.shape)
    return Volume(share * (near & vertebra.body), grid, "1")


@cache
def shared(
    spongy_hu: float, radius_mm: float, voxel_mm: tuple[float, float] = USUAL, *, vary: bool = False
) -> SharingResult:
    """Twins of one density with half of the middle one's volume cement, or of its pillar's."""
    vertebra = make_vertebra(spongy_hu=spongy_hu)
    cement = fill(vertebra, 0.5, radius_mm)
    return compare_sharing(vertebra, surround(vertebra), cement, voxel_mm=voxel_mm, vary=vary)


def per_cent(ratio: float) -> str:
    return f"{100.0 * (ratio - 1.0):+.1f} %"


def points(got: float, published: float) -> str:
    """How far a change, as a ratio, lies from a published one in per cent."""
    return f"{100.0 * (got - 1.0) - published:+.1f} points"


def disc_rows() -> Iterator[Row]:
    height_mm = 6.0 * ALONG_MM
    for poisson in (0.45, 0.49):
        exact = bonded_mpa(poisson, height_mm)
        got = computed_mpa(poisson, height_mm, *USUAL)
        yield Row(
            "law" if poisson < _NEARLY else "shown, not used",
            f"a bonded disc of 40 x {height_mm:g} mm, 4.2 MPa, Poisson's ratio {poisson:g}, in "
            f"voxels of {ACROSS_MM:g} x {ALONG_MM:g} mm: stress over strain", f"{exact:.1f} MPa",
            f"{got:.1f} MPa", f"{100.0 * (got / exact - 1.0):+.0f} %",
        )  # fmt: skip
    none = make_vertebra()
    nothing = compare_sharing(none, surround(none), fill(none, 0.0), vary=False)
    same = all(value == 1.0 for case in nothing.by_case.values() for value in case.values())
    yield Row(
        "law", "no cement: every figure of the neighbours, after over before", "1",
        "1" if same else "not 1", "within" if same else "not kept",
    )  # fmt: skip


def load_rows() -> Iterator[Row]:
    usual, fine = (shared(POROUS_HU, 100.0, one).by_case["nominal"] for one in (USUAL, FINE))
    key = "pressure above"
    yield Row(
        "grid", "bodies of 40 HU, the middle one full: pressure in the next disc under the same "
        f"load, voxels of {USUAL[0]:g} x {USUAL[1]:g} mm against {FINE[0]:g} x {FINE[1]:g} mm",
        per_cent(fine[key]), per_cent(usual[key]),
        f"{100.0 * (usual[key] - fine[key]):+.1f} points",
    )  # fmt: skip
    published = driving_value("vertebra.load.cement.rohlmann")
    for hu, radius, words in (
        (POROUS_HU, 100.0, "bodies of 40 HU, the middle one full of cement"),
        (USUAL_HU, 100.0, "bodies of 120 HU, the middle one full"),
        (POROUS_HU, PILLAR_MM, "bodies of 40 HU, an upright pillar of 18 mm"),
    ):
        wide = radius > PILLAR_MM and hu == POROUS_HU
        pressure = shared(hu, radius, vary=wide).above.pressure
        assert pressure is not None
        spread = f" ({per_cent(pressure.p05)} to {per_cent(pressure.p95)})" if wide else ""
        yield Row(
            "predicted", f"{words}: pressure in the next disc under the same load",
            f"{published:+g} %", f"{per_cent(pressure.nominal)}{spread}",
            points(pressure.nominal, published),
        )  # fmt: skip
    yield from _baroud_rows(usual)
    yield Row(
        "not computed", "a wedge left as it was: pressure above that of the intact spine, posture "
        "compensated and not", "+20 %; +60 %", "none: shown as published", "no model",
    )  # fmt: skip


def _baroud_rows(full: Mapping[str, float]) -> Iterator[Row]:
    pressure = driving_value("vertebra.load.cement.baroud.pressure")
    shortened = full["pressure above"] * full["stiffness"]
    yield Row(
        "predicted", "40 HU, full: pressure in the next disc (not told whether under one load "
        "or one shortening; here both)", f"{pressure:+g} %",
        f"{per_cent(full['pressure above'])}; {per_cent(shortened)}", points(shortened, pressure),
    )  # fmt: skip
    segment = driving_value("vertebra.load.cement.baroud.segment")
    yield Row(
        "predicted", "the same: stiffness of the column (published: of two bodies and one disc; "
        "here three and two)", f"{segment:+g} %", per_cent(full["stiffness"]),
        points(full["stiffness"], segment),
    )  # fmt: skip
    bulge = driving_value("vertebra.load.cement.baroud.bulge")
    left = 100.0 * full["own_bulge above"]
    yield Row(
        "predicted", "the same: what is left of the bulge of its own endplate", f"{bulge:g} %",
        f"{left:.0f} %", f"{left - bulge:+.0f} points",
    )  # fmt: skip


def rows() -> list[Row]:
    return [*disc_rows(), *load_rows()]
