"""A trunk of ellipses with exact shapes: fat, muscle, liver, a hidden loop, gas, spine, table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger.anatomy import Settings, build
from seldinger.core.space import Grid
from seldinger.core.volume import LabelEntry, LabelMap, Volume
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy import Anatomy
    from seldinger.core.volume import Mask

VOXEL_MM = 2.0
SHAPE = (160, 130, 60)
NAMES = {"liver": 1, "aorta": 2, "vertebrae_L2": 3, "liver_tumor_1": 4, "sausage": 5}


@dataclass(frozen=True)
class Phantom:
    """The study and the masks it was made of."""

    study: Study
    parts: dict[str, Mask]


def _ellipse(x: NDArray[np.float64], y: NDArray[np.float64], a_mm: float, b_mm: float) -> Mask:
    return (x / a_mm) ** 2 + (y / b_mm) ** 2 <= 1.0


def phantom(*, labels: bool = True, position: PatientPosition = PatientPosition.SUPINE) -> Phantom:
    origin = -VOXEL_MM * (np.asarray(SHAPE) - 1) / 2.0
    grid = Grid.aligned(SHAPE, VOXEL_MM, origin.tolist())
    x, y, z = (origin[a] + VOXEL_MM * np.arange(SHAPE[a]) for a in range(3))
    x, y, z = np.meshgrid(x, y, z, indexing="ij")
    up = 1.0 if position is PatientPosition.SUPINE else -1.0
    parts = {
        "body": _ellipse(x, y, 130.0, 95.0),
        "muscle": _ellipse(x, y, 115.0, 80.0) & ~_ellipse(x, y, 103.0, 68.0),
        "cavity": _ellipse(x, y, 103.0, 68.0),
        "liver": ((x + 62.0) ** 2 + (y + 5.0) ** 2 + z**2 <= 40.0**2),
        "tumour": ((x + 62.0) ** 2 + (y + 5.0) ** 2 + z**2 <= 12.0**2),
        "loop": ((x - 45.0) ** 2 + (y + 44.0) ** 2 <= 17.0**2) & (np.abs(z) < 40.0),
        "gas": ((x - 10.0) ** 2 + (y + 40.0) ** 2 + z**2 <= 9.0**2),
        "gut": ((x - 10.0) ** 2 + (y + 40.0) ** 2 + z**2 <= 13.0**2),
        "aorta": (x - 12.0) ** 2 + (y - 12.0) ** 2 <= 11.0**2,
        "vertebra": x**2 + (y - 45.0) ** 2 <= 20.0**2,
        "marrow": x**2 + (y - 45.0) ** 2 <= 16.0**2,
        "table": (np.abs(y - up * 104.0) <= 2.5) & (np.abs(x) < 140.0),
    }
    parts["liver"] &= parts["cavity"]
    parts["loop"] &= parts["cavity"]
    hu = np.full(SHAPE, -1000.0)
    painted = {"body": -100.0, "muscle": 55.0, "liver": 110.0, "tumour": 60.0, "loop": 45.0}
    painted |= {"gut": 40.0, "gas": -980.0, "aorta": 370.0, "vertebra": 650.0, "marrow": 230.0}
    for name, value in (painted | {"table": -150.0}).items():
        hu[parts[name]] = value
    hu[parts["body"] & ~_ellipse(x, y, 128.0, 93.0)] = 20.0
    hu += np.random.default_rng(3).normal(0.0, 10.0, SHAPE)
    label = np.zeros(SHAPE, dtype=np.uint8)
    for name, value in {"liver": 1, "aorta": 2, "vertebra": 3, "tumour": 4}.items():
        label[parts[name]] = value
    label[parts["gut"] & (z > 100.0)] = 5
    keys = tuple(LabelEntry(n, v) for n, v in NAMES.items())
    image = Volume(hu.astype(np.int16), grid, "HU")
    series = Series(image, Modality.CT, position, PositionOrigin.USER)
    drawn = LabelMap((label,), keys, grid) if labels else None
    return Phantom(Study((series,), drawn), parts)


SETTINGS = Settings(voxel_mm=VOXEL_MM)


@pytest.fixture(scope="session")
def trunk() -> Phantom:
    return phantom()


@pytest.fixture(scope="session")
def anatomy(trunk: Phantom) -> Anatomy:
    return build(trunk.study, settings=SETTINGS)


@pytest.fixture(scope="session")
def bare() -> Anatomy:
    return build(phantom(labels=False).study, settings=SETTINGS)


@pytest.fixture(scope="session")
def prone() -> Anatomy:
    return build(phantom(position=PatientPosition.PRONE).study, settings=SETTINGS)
