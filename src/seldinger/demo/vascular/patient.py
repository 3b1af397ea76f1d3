"""Patient: the built-in vascular patient, scanned from the chest to the wrist, and his truth."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from seldinger import anatomy as anatomies
from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.record import InputFile
from seldinger.core.space import Grid, as_vector
from seldinger.core.volume import LabelMap
from seldinger.demo.render import paint, scan
from seldinger.demo.vascular.growth import grow
from seldinger.demo.vascular.surroundings import list_surroundings
from seldinger.demo.vascular.truth import collect_truth
from seldinger.demo.vascular.venous import grow_veins, list_vein_coats
from seldinger.demo.vascular.walls import list_vessels
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study

if TYPE_CHECKING:
    from seldinger.core.space import Vector
    from seldinger.demo.vascular.growth import Grown
    from seldinger.demo.vascular.truth import VascularTruth
    from seldinger.demo.vascular.venous import VenousTruth

NAME = "built-in vascular patient"
NOTE = f"{NAME}: computed from formulas, of nobody, for trying out and testing"
VOXEL_RANGE_MM = (0.3, 4.0)
_LARGEST = 60_000_000
"""Voxels of a scan; more would take a gigabyte while it is computed."""


class Region(StrEnum):
    """What of the patient is scanned."""

    ARCH_AND_NECK = "arch and neck"
    """Aortic root to the base of the skull."""
    ABDOMEN_AND_PELVIS = "abdomen and pelvis"
    """Coeliac trunk to the forks of the femoral arteries."""
    LEFT_LEG = "left leg"
    RIGHT_LEG = "right leg"
    """Groin to below the knee."""
    LEFT_FOREARM = "left forearm"
    RIGHT_FOREARM = "right forearm"
    """Elbow to hand."""


_BOXES: dict[Region, tuple[Vector, Vector]] = {
    Region.ARCH_AND_NECK: ((-75.0, -70.0, 300.0), (75.0, 65.0, 570.0)),
    Region.ABDOMEN_AND_PELVIS: ((-104.0, -118.0, -196.0), (104.0, 62.0, 182.0)),
    Region.LEFT_LEG: ((40.0, -110.0, -670.0), (130.0, 55.0, -120.0)),
    Region.LEFT_FOREARM: ((200.0, -46.0, -196.0), (316.0, 50.0, 172.0)),
}
"""LPS mm of the lowest and the highest corner; the right side mirrors the left."""


@dataclass(frozen=True, slots=True, eq=False)
class VascularPatient:
    """A scan of an invented patient with diseased arteries, and what is exactly true of him.

    Attributes:
        study: CT in HU of one region; labels show lumens and bones in TotalSegmentator's names
            or, where it has none, in ours.
        truth: all his vessels, also those that the scan does not show.
        region: what was scanned.
        veins: what is exactly true of his veins; None where he was computed without them.
    """

    study: Study
    truth: VascularTruth
    region: Region
    veins: VenousTruth | None = None

    __repr__ = short_repr

    def build_anatomy(self, settings: anatomies.Settings | None = None) -> anatomies.Anatomy:
        """The anatomy of the scan, with the true vessels of the whole patient.

        Args:
            settings: lattice and assumptions; None: those of ``anatomy.build``.
        """
        built = anatomies.build(self.study, settings=settings or anatomies.Settings())
        veins = None if self.veins is None else self.veins.tree
        return replace(built, vessels=self.truth.tree, veins=veins)


def vascular_patient(
    region: Region | str = Region.ABDOMEN_AND_PELVIS,
    voxel_mm: float = 1.0,
    noise_hu: float = 12.0,
    seed: int = 0,
    *,
    contrast: bool = True,
    bovine_arch: bool = False,
    fistula: bool = False,
    veins: bool = False,
) -> VascularPatient:
    """Compute the built-in vascular patient; the same arguments give the same bytes.

    He has stenoses of the left renal, right common iliac, left superficial femoral and left
    internal carotid arteries.

    Args:
        region: what is scanned.
        voxel_mm: voxel size, 0.3 to 4.
        noise_hu: standard deviation of the noise, 0 for none.
        seed: of the noise.
        contrast: the blood is bright.
        bovine_arch: the left common carotid artery leaves the brachiocephalic trunk.
        fistula: the left cephalic vein is joined to the left radial artery and narrow beyond.
        veins: with the veins from knee and neck to the right atrium.

    Raises:
        ImageError: an unknown region, or a voxel size or noise that makes no CT.
    """
    where = _region(region)
    grid = _lattice(where, voxel_mm)
    if not 0.0 <= noise_hu <= 200.0:  # noqa: PLR2004
        raise ImageError(f"noise_hu is {noise_hu}; allowed: 0 to 200 HU")
    grown = _grown(bovine_arch, fistula)
    venous = grow_veins() if veins else None
    coats = (
        *list_surroundings(contrast=contrast),
        *(() if venous is None else list_vein_coats(venous, contrast=contrast)),
        *list_vessels(grown, contrast=contrast),
    )
    hu, labels = paint(coats, grid)
    labels = _seen(labels)
    image = scan(hu, grid, noise_hu, seed)
    (layer,) = labels.layers
    seen, drawn = (hashlib.sha256(array.data).hexdigest() for array in (image.values, layer))
    notes = (NOTE, f"scanned: {where}, {'with' if contrast else 'without'} contrast")
    series = Series(
        image, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER,
        (InputFile("image", NAME, seen),), notes,
    )  # fmt: skip
    study = Study((series,), labels, (InputFile("labels", NAME, drawn),))
    return VascularPatient(study, collect_truth(grown), where, venous)


@lru_cache(maxsize=4)
def _grown(bovine_arch: bool, fistula: bool) -> Grown:  # noqa: FBT001  a key of the cache
    return grow(bovine_arch=bovine_arch, fistula=fistula)


def _region(region: Region | str) -> Region:
    try:
        return Region(region)
    except ValueError as wrong:
        allowed = ", ".join(repr(one.value) for one in Region)
        raise ImageError(f"the region {region!r} is not scanned; there are: {allowed}") from wrong


def _lattice(region: Region, voxel_mm: float) -> Grid:
    """The aligned grid of that voxel size over a region."""
    least, most = VOXEL_RANGE_MM
    if not least <= voxel_mm <= most:
        raise ImageError(f"voxel_mm is {voxel_mm}; allowed: {least} to {most} mm")
    box = _BOXES.get(region)
    if box is None:
        (x0, *low), (x1, *high) = _BOXES[Region(region.value.replace("right", "left"))]
        box = as_vector((-x1, *low)), as_vector((-x0, *high))
    shape = [max(1, int(n)) for n in np.ceil(np.subtract(box[1], box[0]) / voxel_mm - 1e-6)]
    if np.prod(shape) > _LARGEST:
        raise ImageError(
            f"voxel_mm is {voxel_mm}: {region} would have {np.prod(shape)} voxels, at most "
            f"{_LARGEST} are computed; take larger voxels, or ask the truth for the lumen alone"
        )
    return Grid.aligned(shape, voxel_mm, as_vector(np.add(box[0], 0.5 * voxel_mm)))


def _seen(labels: LabelMap) -> LabelMap:
    """The labels that have a voxel in the scan."""
    (layer,) = labels.layers
    there = np.bincount(layer.ravel(), minlength=len(labels.entries) + 1) > 0
    return LabelMap((layer,), tuple(e for e in labels.entries if there[e.value]), labels.grid)
