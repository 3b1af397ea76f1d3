"""Patient: the built-in patient as a study, and the truth behind it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.record import InputFile
from seldinger.core.space import as_vector
from seldinger.demo.body import coats
from seldinger.demo.render import lattice, paint, scan
from seldinger.demo.truth import Truth, collect_truth
from seldinger.image.study import Modality, PatientPosition, PositionOrigin, Series, Study

NOTE = "built-in patient: computed from formulas, of nobody, for trying out and testing"
VOXEL_RANGE_MM = (0.4, 20.0)


@dataclass(frozen=True, slots=True, eq=False)
class DemoPatient:
    """A study of an invented patient, and what is exactly true of it.

    Attributes:
        study: CT in HU with labels in TotalSegmentator's names, lesions under their own.
        truth: the analytic solids behind it.
    """

    study: Study
    truth: Truth

    __repr__ = short_repr


def patient(
    voxel_mm: float | tuple[float, float, float] = 1.5, noise_hu: float = 12.0, seed: int = 0
) -> DemoPatient:
    """Compute the built-in patient; the same arguments give the same bytes.

    Args:
        voxel_mm: voxel size, along L, P, S when three are given; 0.4 to 20.
        noise_hu: standard deviation of the noise, 0 for none.
        seed: of the noise.

    Returns:
        An adult chest and abdomen, supine on a table, from L4 to T4.

    Raises:
        ImageError: a voxel size or noise that makes no CT.
    """
    spacing = as_vector(np.broadcast_to(np.asarray(voxel_mm, dtype=np.float64), (3,)))
    low, high = VOXEL_RANGE_MM
    if not all(low <= s <= high for s in spacing):
        raise ImageError(
            f"voxel_mm is {voxel_mm}; allowed: {low} to {high} mm, one number or three"
        )
    if not 0.0 <= noise_hu <= 200.0:  # noqa: PLR2004
        raise ImageError(f"noise_hu is {noise_hu}; allowed: 0 to 200 HU")
    grid = lattice(spacing)
    hu, labels = paint(coats(), grid)
    image = scan(hu, grid, noise_hu, seed)
    # What stands for input files in a plan's provenance: hashes of what was computed.
    organs = hashlib.sha256()
    for layer in labels.layers:
        organs.update(np.ascontiguousarray(layer).data)
    seen, drawn = hashlib.sha256(image.values.data), "built-in patient"
    series = Series(
        image, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER,
        (InputFile("image", drawn, seen.hexdigest()),), (NOTE,),
    )  # fmt: skip
    study = Study((series,), labels, (InputFile("labels", drawn, organs.hexdigest()),))
    return DemoPatient(study, collect_truth(coats()))
