"""Volumetry: how large a thing is by a drawn label or by diameters, and how much it changed.

A label and an ellipsoid are two definitions of a volume, and a diameter is none: each is a type of
its own, and only readings of one type are compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.core.errors import LabelError, PlanError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import did_you_mean, match_name
from seldinger.core.quantity import Spread
from seldinger.core.record import read_assumptions

if TYPE_CHECKING:
    from seldinger.core.space import Grid
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed

VOLUMETRY_ASSUMPTIONS = tuple(
    one
    for name, one in read_assumptions("seldinger.followup").items()
    if not name.startswith("verify_")
)
READER_FACTS = ("volumetry.prostate.reader_sd", "volumetry.prostate.reader_median")
Z90 = 1.6448536269514722
"""So many standard deviations hold 90 % of a normal figure."""
MIXED = (
    "a drawn label and an ellipsoid of three diameters are different definitions of a volume, and "
    "their difference is no change: measure both scans in one way"
)
_LONGEST_MM = 500.0
_DIAMETERS = 3
_NARROW = 2.5
"""A longest diameter below so many times the least one is remarked on."""
_CAPS = 6.0 * math.sqrt(2.0 / 720.0)
"""An ellipsoid's slope of area at its ends, 6 V per length squared, times the deviation of the
second Bernoulli polynomial over 2, at two ends."""
_FACE_FACTOR = 1.5
"""Faces of voxels over the surface they enclose, on average over all directions."""


class Kind(StrEnum):
    """What was embolized and is followed."""

    FIBROID = "fibroid"
    UTERUS = "uterus"
    PROSTATE = "prostate"
    TUMOUR = "tumour"


def find_kind(word: str) -> Kind:
    """What ``word`` means, in any case.

    Raises:
        PlanError: nothing that is followed.
    """
    known = [one.value for one in Kind]
    found = match_name(word, known)
    if found is None:
        raise PlanError(
            f"nothing that is followed is called {word!r}; {did_you_mean(word, known)}there are: "
            f"{', '.join(known)}"
        )
    return Kind(found)


class Bound(StrEnum):
    """What a measured change says when a label is cut by the border of its scan."""

    EXACT = "exact"
    AT_LEAST = "lost at least"
    """The label before is cut: more was there than was counted."""
    AT_MOST = "lost at most"
    """The label after is cut: more is left than was counted."""
    UNKNOWN = "unknown"
    """Both are cut."""


@dataclass(frozen=True, slots=True)
class LabelVolume:
    """The volume of a drawn label.

    Attributes:
        name: of the label, as its file spells it.
        ml: voxels times the volume of one; when ``cut``, only a lower bound.
        voxels: that were counted.
        spacing_mm: of the lattice along i, j, k.
        voxel_error_ml: standard deviation from cutting a smooth surface into voxels.
        contour_error_ml: standard deviation from the reader, who draws all of it too far in or out.
        cut: the label touches the border of the scan.
    """

    name: str
    ml: float
    voxels: int
    spacing_mm: tuple[float, float, float]
    voxel_error_ml: float
    contour_error_ml: float
    cut: bool

    @property
    def error_share(self) -> float:
        """Standard deviation of a reading as a share of the volume."""
        return math.hypot(self.voxel_error_ml, self.contour_error_ml) / self.ml


@dataclass(frozen=True, slots=True)
class EllipsoidVolume:
    """The volume of an ellipsoid with three measured diameters, in mm.

    Attributes:
        diameters_mm: at right angles to each other, in any order.
        error_share: standard deviation of a reading as a share of the volume.
    """

    diameters_mm: tuple[float, float, float]
    error_share: float

    @property
    def ml(self) -> float:
        """A sixth of pi times the product of the diameters."""
        return math.pi / 6.0 * math.prod(self.diameters_mm) / 1000.0


@dataclass(frozen=True, slots=True)
class Diameter:
    """One diameter, mm, with a reader's standard deviation as a share of it; it has no volume."""

    mm: float
    error_share: float


VolumeReading = LabelVolume | EllipsoidVolume
Reading = VolumeReading | Diameter


@dataclass(frozen=True, slots=True)
class VolumeChange:
    """How a volume changed.

    Attributes:
        before, after: readings of one definition.
        change: share of the volume before that was gained (negative: lost), with the readers'
            spread; None when both labels are cut.
        bound: what ``change`` is a bound of.
    """

    before: VolumeReading
    after: VolumeReading
    change: Spread | None
    bound: Bound

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class DiameterChange:
    """How one diameter changed: share gained (negative: lost), with the readers' spread."""

    before: Diameter
    after: Diameter
    change: Spread

    __repr__ = short_repr

    @property
    def area_if_isotropic(self) -> float:
        """Change of a section's area, only if it was the same in every direction."""
        return (self.after.mm / self.before.mm) ** 2 - 1.0

    @property
    def volume_if_isotropic(self) -> float:
        """Change of volume, only if it was the same in every direction; nobody measured it."""
        return (self.after.mm / self.before.mm) ** 3 - 1.0


Change = VolumeChange | DiameterChange


def measure_label(
    mask: Mask, grid: Grid, name: str, used: Assumed, scan: Grid | None = None
) -> LabelVolume:
    """The volume of a label on its own lattice.

    Args:
        mask: shape (i, j, k); true inside.
        grid: its lattice; spacing, obliquity and flips are those of ``index_to_lps``.
        name: of the label.
        used: assumptions: ``contour_error_mm``.
        scan: lattice of the scan that it was drawn on; None: ``grid`` is as large as the scan.

    Raises:
        LabelError: no voxel is inside.
    """
    voxels = int(np.count_nonzero(mask))
    if not voxels:
        raise LabelError(f"the label {name!r} has no voxel: nothing is measured; draw it")
    faces_mm2, rim = _count_faces(mask, grid)
    area_mm2 = faces_mm2 / _FACE_FACTOR
    return LabelVolume(
        name=name,
        ml=voxels * grid.voxel_ml,
        voxels=voxels,
        spacing_mm=grid.spacing_mm,
        voxel_error_ml=_find_voxel_error(mask, grid, rim),
        contour_error_ml=area_mm2 * used.get_value("contour_error_mm") / 1000.0,
        cut=is_cut(mask, grid, scan),
    )


def _find_voxel_error(mask: Mask, grid: Grid, rim: int) -> float:
    """Standard deviation of a smooth body's volume by where it lies on the lattice, mL.

    Each of ``rim`` voxels is rounded to all or nothing (variance 1/12); along each axis the caps of
    an ellipsoid begin anywhere between two slices, which is a whole sum's error at its ends.
    """
    rounded = grid.voxel_ml * math.sqrt(rim / 12.0)
    whole = float(np.count_nonzero(mask)) * grid.voxel_ml
    others = ((1, 2), (0, 2), (0, 1))
    slices = [int(np.count_nonzero(mask.any(axis=rest))) for rest in others]
    return math.hypot(rounded, *(_CAPS * whole / n**2 for n in slices))


def _count_faces(mask: Mask, grid: Grid) -> tuple[float, int]:
    """Area of the faces between inside and outside, mm2, and how many voxels have one."""
    axes = grid.index_to_lps[:3, :3]
    padded = np.pad(mask, 1)
    area, rim = 0.0, np.zeros_like(padded)
    for axis in range(3):
        steps = np.diff(padded.astype(np.int8), axis=axis) != 0
        across = np.cross(axes[:, (axis + 1) % 3], axes[:, (axis + 2) % 3])
        area += float(np.count_nonzero(steps)) * float(np.linalg.norm(across))
        ahead, behind = [slice(None)] * 3, [slice(None)] * 3
        ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
        rim[tuple(ahead)] |= steps
        rim[tuple(behind)] |= steps
    return area, int(np.count_nonzero(rim & padded))


def is_cut(mask: Mask, grid: Grid, scan: Grid | None = None) -> bool:
    """Whether a label reaches the border of the scan, so that some of it may lie beyond.

    Args:
        mask: shape (i, j, k); true inside.
        grid: its lattice; a cropped one when ``scan`` reaches further.
        scan: lattice of the scan; None: ``grid`` is as large as the scan.
    """
    for axis in range(3):
        for side in (0, mask.shape[axis] - 1):
            at = np.argwhere(np.take(mask, side, axis=axis)).astype(np.float64)
            if not len(at):
                continue
            if scan is None:
                return True
            beyond = np.insert(at, axis, -1.0 if side == 0 else side + 1.0, axis=1)
            steps = [beyond]
            if mask.shape[axis] == 1:
                steps.append(np.insert(at, axis, 1.0, axis=1))
            for one in steps:
                index = scan.to_index(grid.to_lps(one))
                if ((index < -0.5) | (index > np.asarray(scan.shape) - 0.5)).any():  # noqa: PLR2004
                    return True
    return False


def measure_ellipsoid(
    diameters_mm: tuple[float, ...], kind: Kind, used: Assumed
) -> EllipsoidVolume:
    """The ellipsoid with three diameters.

    Args:
        diameters_mm: three, in mm and any order.
        kind: what is measured: of a prostate, how far two readers differ is known.
        used: assumptions: ``diameter_error_share`` and the smallest diameter of ``kind``.

    Raises:
        PlanError: not three, not positive, or so small that they are centimetres.
    """
    if len(diameters_mm) != _DIAMETERS:
        raise PlanError(
            f"{len(diameters_mm)} diameters were given: an ellipsoid has three; one diameter is a "
            "diameter and no volume"
        )
    _check_diameters(diameters_mm, kind, used)
    a, b, c = diameters_mm
    return EllipsoidVolume((a, b, c), find_reader_error(kind, used))


def measure_diameter(diameter_mm: float, kind: Kind, used: Assumed) -> Diameter:
    """One diameter, which is no volume.

    Raises:
        PlanError: not positive, or so small that it is in centimetres.
    """
    _check_diameters((diameter_mm,), kind, used)
    return Diameter(diameter_mm, used.get_value("diameter_error_share"))


def find_reader_error(kind: Kind, used: Assumed) -> float:
    """One reader's standard deviation of an ellipsoid's volume, as a share of it.

    Of a prostate from two readers' differences (secondary); else from that of each diameter.
    """
    if kind is Kind.PROSTATE:
        apart, median = (evidence.driving_value(one, secondary=True) for one in READER_FACTS)
        return apart / math.sqrt(2.0) / median
    return math.sqrt(_DIAMETERS) * used.get_value("diameter_error_share")


def _check_diameters(diameters_mm: tuple[float, ...], kind: Kind, used: Assumed) -> None:
    shown = " x ".join(f"{mm:g}" for mm in diameters_mm)
    if not all(math.isfinite(mm) and 0.0 < mm <= _LONGEST_MM for mm in diameters_mm):
        raise PlanError(
            f"diameters {shown} mm: each is above 0 and at most {_LONGEST_MM:g} mm; give mm"
        )
    least = used.get_value(f"smallest_{kind}_mm")
    if max(diameters_mm) < least:
        raise PlanError(
            f"diameters {shown} mm: no {kind} that is followed is so small (longest below "
            f"{least:g} mm); are they centimetres? Give millimetres"
        )


def remark_on_size(diameters_mm: tuple[float, ...], kind: Kind, used: Assumed) -> tuple[str, ...]:
    """A note where diameters, in mm, are small enough to be centimetres of something large.

    Args:
        diameters_mm: as they were given.
        kind: what is measured.
        used: assumptions: the smallest diameter of ``kind``.
    """
    if max(diameters_mm) >= _NARROW * used.get_value(f"smallest_{kind}_mm"):
        return ()
    shown = " x ".join(f"{mm:g}" for mm in diameters_mm)
    return (f"{shown} mm is small for a {kind}: make sure that these are no centimetres",)


def compare_volumes(before: VolumeReading, after: VolumeReading) -> VolumeChange:
    """How a volume changed between two readings of one definition.

    Raises:
        PlanError: they are of two definitions, or one of them is a diameter.
    """
    for one in (before, after):
        if not isinstance(one, LabelVolume | EllipsoidVolume):
            raise PlanError("a diameter has no volume: give a label or three diameters")
    if type(before) is not type(after):
        raise PlanError(MIXED)
    bound = _find_bound(before, after)
    if bound is Bound.UNKNOWN:
        return VolumeChange(before, after, None, bound)
    error = math.hypot(before.error_share, after.error_share)
    return VolumeChange(before, after, _spread_ratio(after.ml / before.ml, error), bound)


def compare_diameters(before: Diameter, after: Diameter) -> DiameterChange:
    """How one diameter changed; nothing is said of a volume."""
    error = math.hypot(before.error_share, after.error_share)
    return DiameterChange(before, after, _spread_ratio(after.mm / before.mm, error))


def compare_readings(before: Reading, after: Reading) -> Change:
    """How a reading changed, by its kind.

    Raises:
        PlanError: one is a diameter and the other a volume, or volumes of two definitions.
    """
    if isinstance(before, Diameter) and isinstance(after, Diameter):
        return compare_diameters(before, after)
    if isinstance(before, Diameter) or isinstance(after, Diameter):
        raise PlanError(
            "one diameter is no volume and is not compared with one: give one diameter of both "
            "scans, three of both, or a label of both"
        )
    return compare_volumes(before, after)


def _spread_ratio(ratio: float, error: float) -> Spread:
    """A ratio less one with 90 % of the readings, whose errors multiply."""
    low, high = ratio * math.exp(-Z90 * error), ratio * math.exp(Z90 * error)
    return Spread(ratio - 1.0, low - 1.0, ratio - 1.0, high - 1.0)


def _find_bound(before: VolumeReading, after: VolumeReading) -> Bound:
    cut_before, cut_after = (isinstance(r, LabelVolume) and r.cut for r in (before, after))
    if cut_before:
        return Bound.UNKNOWN if cut_after else Bound.AT_LEAST
    return Bound.AT_MOST if cut_after else Bound.EXACT
