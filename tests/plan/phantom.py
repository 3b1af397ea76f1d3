"""A patient of three shapes: an elliptic cylinder of fat with a muscle wall, a liver, an aorta, a
gas ball.

Everything has a formula, so every distance that the planner prints can be written down.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.anatomy.model import Anatomy, Kind, Lesion, Origin, Skin, Structure, Tissue
from seldinger.core.record import InputFile
from seldinger.core.space import Grid
from seldinger.core.volume import Volume
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study
from seldinger.plan.approach.percutaneous.model import Instrument
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.assumptions import PATH_ASSUMPTIONS, Assumed, resolve_assumptions
from seldinger.plan.procedure import Settings

if TYPE_CHECKING:
    from seldinger.core.space import Vector

H = 2.0
SHAPE = (120, 90, 80)
ORIGIN = (-119.0, -89.0, -79.0)
BODY_MM = (110.0, 80.0)
"""Half axes of the trunk; LPS origin in its middle."""
LIVER_CENTRE, LIVER_MM = np.array([-45.0, 0.0, 0.0]), 45.0
AIM = (-45.0, 0.0, 0.0)
TUMOUR_MM = 10.0
AORTA_XY, AORTA_MM = np.array([10.0, 40.0]), 10.0
GAS_CENTRE, GAS_MM = np.array([-20.0, -58.0, 0.0]), 12.0


def needle(
    diameter_mm: float = 1.2, beyond_mm: float = 0.0, usable_mm: float = 200.0
) -> Instrument:
    return Instrument(
        "needle", "straight", diameter_mm, usable_mm, beyond_mm, (-8.0, 8.0), False, "for tests"
    )


def phantom(
    *, position: PatientPosition = PatientPosition.SUPINE, stripped: bool = False
) -> Anatomy:
    """The patient; ``stripped`` leaves liver and fat only."""
    grid = Grid.aligned(SHAPE, H, ORIGIN)
    axes = [ORIGIN[a] + H * np.arange(SHAPE[a]) for a in range(3)]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    radius = np.sqrt((x / BODY_MM[0]) ** 2 + (y / BODY_MM[1]) ** 2) + 0.0 * z
    body = radius <= 1.0
    liver = (x - LIVER_CENTRE[0]) ** 2 + (y - LIVER_CENTRE[1]) ** 2 + z**2 <= LIVER_MM**2
    aorta = ((x - AORTA_XY[0]) ** 2 + (y - AORTA_XY[1]) ** 2 <= AORTA_MM**2) & body
    gas = (x - GAS_CENTRE[0]) ** 2 + (y - GAS_CENTRE[1]) ** 2 + z**2 <= GAS_MM**2
    tissue = np.where(body, np.uint8(Tissue.FAT), np.uint8(Tissue.OUTSIDE))
    structures = [Structure("liver", Kind.ORGAN, liver, Origin.LABEL, ("liver",), mobile=True)]
    if not stripped:
        structures += [
            Structure("aorta", Kind.VESSEL, aorta, Origin.LABEL, ("aorta",), mobile=False),
            Structure("bowel gas", Kind.BOWEL, gas, Origin.THRESHOLD, ("HU",), mobile=True),
        ]
        wall = body & (radius > 0.9) & (radius <= 0.97)
        tissue[wall] = Tissue.BODY_WALL
    for structure in structures:
        tissue[structure.mask] = Tissue.STRUCTURE
    shell = body & (
        ~np.roll(body, 1, 0) | ~np.roll(body, -1, 0) | ~np.roll(body, 1, 1) | ~np.roll(body, -1, 1)
    )
    skin = np.where(shell, np.uint8(Skin.OPEN), np.uint8(Skin.NONE))
    skin[shell & (y > 70.0)] = Skin.TABLE_CONTACT
    image = Volume(np.where(body, -100.0, -1000.0).astype(np.float32), grid, "HU")
    files = (InputFile("image", "phantom", "0" * 64),)
    study = Study((Series(image, Modality.CT, position, PositionOrigin.USER, files),))
    return Anatomy(study, image, grid, body, tissue, skin, tuple(structures))


def sphere_target(
    anatomy: Anatomy,
    diameter_mm: float = 2 * TUMOUR_MM,
    aim: Vector = AIM,
    organ: str | None = "liver",
) -> Lesion:
    index = np.indices(SHAPE).reshape(3, -1).T
    mask = np.linalg.norm(anatomy.grid.to_lps(index) - aim, axis=1).reshape(SHAPE)
    inside = mask <= diameter_mm / 2.0
    volume = float(inside.sum()) * anatomy.grid.voxel_ml
    return Lesion("tumour", inside, inside, aim, aim, diameter_mm, volume, organ, Origin.USER)


def known(**edits: float) -> Assumed:
    return resolve_assumptions(PATH_ASSUMPTIONS, edits)


def settings(**changes: object) -> Settings:
    return Settings(options=(options(**changes),))


def options(**changes: object) -> PercutaneousOptions:
    return replace(PercutaneousOptions(lateral_error_mm=3.7), **changes)  # type: ignore[arg-type]
