"""Blocks of even tissue, a small patient of 1 mm cells, and applicators in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Anatomy, Kind, Lesion, Origin, Structure, Tissue
from seldinger.catalogue.applicators import applicator
from seldinger.core.volume import Volume
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study
from seldinger.physics.thermal.model import FrozenFlow
from seldinger.simulate import placement
from seldinger.simulate.thermal.modalities import radiofrequency
from seldinger.simulate.thermal.scene import HeatScene, make_grid
from seldinger.simulate.thermal.setup import Biology, Electric, Placed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Vector
    from seldinger.core.volume import Mask
    from seldinger.simulate.placement import Phase

UP: Vector = (0.0, 0.0, 1.0)
FREEZES = (placement.freeze(600.0), placement.Phase("thaw", 480.0), placement.freeze(600.0))


def biology(
    law: str = "arrhenius-liver", counted_above_c: float = 40.0, lethal_c: float = -40.0
) -> Biology:
    """What counts as dead, as the planner has it by default for a fitted antenna."""
    electric = Electric(*(a.value for a in radiofrequency.ASSUMPTIONS))
    return Biology(
        law, counted_above_c, 240.0, lethal_c, 1.0, FrozenFlow(0.0, 0.0), 30.0, -140.0, electric
    )


def block(
    half_mm: float, spacing_mm: float, tissue: str = "liver", vessels: Mask | None = None
) -> HeatScene:
    """A cube of one tissue around the origin, with cells that hold the temperature of blood."""
    grid = make_grid((0.0, 0.0, 0.0), half_mm, spacing_mm)
    none = np.zeros(grid.shape, dtype=np.bool_)
    material = np.ones(grid.shape, dtype=np.uint8)
    return HeatScene(
        grid, material, (tissue,), none if vessels is None else vessels, none, None, {}
    )


def heat(power_w: float, seconds: float) -> tuple[Phase, ...]:
    """One stretch of heat."""
    return (placement.make_heating(seconds, power_w),)


def placed(name: str, schedule: tuple[Phase, ...], at_mm: Vector = (0.0, 0.0, 0.0)) -> Placed:
    """An upright applicator whose zone lies about a point."""
    one = Placed(applicator(name), at_mm, UP, schedule)
    tip = (at_mm[0], at_mm[1], at_mm[2] - one.behind_tip_mm)
    return Placed(one.applicator, tip, UP, schedule)


def lattice(grid: Grid) -> NDArray[np.float64]:
    """(i, j, k, 3) centres of the cells."""
    index = np.indices(grid.shape).reshape(3, -1).T
    return grid.to_lps(index).reshape(*grid.shape, 3)


def tube(grid: Grid, diameter_mm: float, at_xy_mm: tuple[float, float] = (0.0, 0.0)) -> Mask:
    """Cells in an upright tube."""
    p = lattice(grid)
    inside: Mask = np.hypot(p[..., 0] - at_xy_mm[0], p[..., 1] - at_xy_mm[1]) <= 0.5 * diameter_mm
    return inside


def ball(grid: Grid, diameter_mm: float, centre: Vector = (0.0, 0.0, 0.0)) -> Mask:
    """Cells in a ball."""
    away = np.linalg.norm(lattice(grid) - np.asarray(centre), axis=-1)
    inside: Mask = away <= 0.5 * diameter_mm
    return inside


def thing(name: str, kind: Kind, mask: Mask) -> Structure:
    """A labelled structure."""
    return Structure(name, kind, mask, Origin.LABEL, (name,), mobile=False)


def patient(structures: Sequence[Structure], grid: Grid, body: Mask) -> Anatomy:
    """A body of fat, with structures in it."""
    image = Volume(np.where(body, -100.0, -1000.0).astype(np.float32), grid, "HU")
    tissue = np.where(body, Tissue.FAT, Tissue.OUTSIDE).astype(np.uint8)
    for one in structures:
        tissue[one.mask] = Tissue.STRUCTURE
    study = Study((Series(image, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER),))
    skin = np.zeros(grid.shape, dtype=np.uint8)
    return Anatomy(study, image, grid, body, tissue, skin, tuple(structures))


def tumour(grid: Grid, diameter_mm: float, organ: str | None, centre: Vector) -> Lesion:
    """A ball that is to die."""
    mask = ball(grid, diameter_mm, centre)
    volume = np.pi * diameter_mm**3 / 6000.0
    return Lesion("tumour", mask, mask, centre, centre, diameter_mm, volume, organ, Origin.LABEL)
