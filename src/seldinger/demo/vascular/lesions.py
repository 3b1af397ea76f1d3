"""Lesions: the stenoses of the built-in vascular patient, exactly where and how tight they are.

A stenosis has a throat of even narrowing between two shoulders that fall like a cosine. It is
eccentric: its lumen moves towards one wall by a share of what the other wall takes from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.shapes import Curve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.space import Vector

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesion:
    """A stenosis as it is made.

    Attributes:
        vessel: of which it is.
        centre_mm: middle of the throat, along the vessel from its first node.
        throat_mm: length that is narrowed evenly.
        shoulder_mm: length over which it narrows, and over which it widens again.
        percent: of the diameter that is lost in the throat.
        eccentricity: 0 keeps the lumen in the middle, 1 leaves it at one wall.
        towards: the lumen moves this way, LPS, as far as that is square to the vessel.
        calcified: whether its plaque holds calcium.
    """

    vessel: str
    centre_mm: float
    throat_mm: float
    shoulder_mm: float
    percent: float
    eccentricity: float
    towards: Vector
    calcified: bool = False

    @property
    def span_mm(self) -> tuple[float, float]:
        """Where it begins and ends, along the vessel before the lumen moved."""
        half = 0.5 * self.throat_mm + self.shoulder_mm
        return self.centre_mm - half, self.centre_mm + half


LESIONS = (
    Lesion("left renal artery", 29.0, 3.0, 6.0, 70.0, 0.6, (0.0, 0.0, 1.0)),
    Lesion(
        "right common iliac artery", 36.0, 8.0, 8.0, 60.0, 0.7, (0.0, -1.0, 0.0), calcified=True
    ),
    Lesion("left superficial femoral artery", 170.0, 60.0, 15.0, 50.0, 0.6, (0.0, -1.0, 0.0)),
    Lesion("left internal carotid artery", 17.0, 3.0, 6.0, 70.0, 0.6, (0.0, -1.0, 0.0)),
)
FISTULA_LESION = Lesion("left cephalic vein", 44.0, 8.0, 8.0, 60.0, 0.4, (1.0, 0.0, 0.0))
"""Beside the anastomosis, where the vein has turned."""


def narrow(curve: Curve, lesion: Lesion) -> Curve:
    """The lumen of a vessel with a stenosis; its points keep their numbers.

    Args:
        curve: of the healthy vessel, with its radius.
        lesion: on it.

    Raises:
        ValueError: the radius is unknown, or the lesion leaves the vessel.
    """
    first, last = lesion.span_mm
    if curve.radius_mm is None or first < 0.0 or last > curve.length_mm:
        raise ValueError(
            f"a stenosis of the {lesion.vessel} from {first:g} to {last:g} mm needs a vessel of "
            f"known radius that is as long; it is {curve.length_mm:.1f} mm long"
        )
    lost = 0.01 * lesion.percent * _profile(curve.along_mm, lesion) * curve.radius_mm
    way = curve.tangents
    aside = np.asarray(lesion.towards) - (way @ np.asarray(lesion.towards))[:, None] * way
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    moved = curve.points_lps_mm + (lesion.eccentricity * lost)[:, None] * aside
    return Curve(moved, curve.radius_mm - lost)


def _profile(along_mm: Floats, lesion: Lesion) -> Floats:
    """(n,) 1 in the throat, 0 beyond the shoulders."""
    beyond = np.abs(along_mm - lesion.centre_mm) - 0.5 * lesion.throat_mm
    share = np.clip(beyond / lesion.shoulder_mm, 0.0, 1.0)
    shape: Floats = 0.5 * (1.0 + np.cos(np.pi * share))
    return shape
