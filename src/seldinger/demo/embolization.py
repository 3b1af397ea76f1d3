"""Embolization: the built-in patient with the arteries of the liver down to its terminals.

What is traced ends where a scan would lose it; what every artery feeds is exactly known.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from seldinger import anatomy as anatomies
from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.record import InputFile
from seldinger.core.space import as_vector
from seldinger.demo.body import LESIONS, Coat, coats
from seldinger.demo.patient import NOTE
from seldinger.demo.render import lattice, paint, scan
from seldinger.demo.truth import collect_truth
from seldinger.demo.uptake import FRAME_UID, SECOND_TUMOUR
from seldinger.demo.vascular.crown import grow_crown
from seldinger.demo.vascular.growth import grow
from seldinger.image.study import (
    DicomIdentity,
    Modality,
    PatientPosition,
    PositionOrigin,
    Series,
    Study,
)

if TYPE_CHECKING:
    from seldinger.core.space import Grid
    from seldinger.core.tree import Tree
    from seldinger.core.volume import LabelMap, Mask, Volume
    from seldinger.demo.truth import Truth
    from seldinger.demo.vascular.crown import Crown

TRACED_MM = 0.5
"""Arteries down to this diameter are traced, as cone-beam CT with contrast shows them."""
_STUDY_UID = "2.25.240171839034421817343"
_TUMOURS = ("liver-tumour-1", "liver-tumour-2")


@dataclass(frozen=True, slots=True, eq=False)
class EmbolizationPatient:
    """A CT of an invented patient with labels, and his hepatic arteries.

    Attributes:
        study: CT in HU with labels.
        truth: the analytic solids.
        vessels: the arteries that are traced, from the aortic root on.
        crown: all of them, with what each feeds.
    """

    study: Study
    truth: Truth
    vessels: Tree
    crown: Crown

    __repr__ = short_repr

    def build_anatomy(self, settings: anatomies.Settings | None = None) -> anatomies.Anatomy:
        """The anatomy of the scan, with the traced arteries.

        Args:
            settings: lattice and assumptions; None: those of ``anatomy.build``.
        """
        built = anatomies.build(self.study, settings=settings or anatomies.Settings())
        return replace(built, vessels=self.vessels)

    def find_territory(self, vessel: str, mask: Mask, grid: Grid) -> Mask:
        """(i, j, k) the part of a mask that is truly fed through an artery.

        Args:
            vessel: its name.
            mask: of the liver or a tumour.
            grid: of the mask.
        """
        tree = self.crown.tree
        own = [n for n, edge in enumerate(tree.edges) if edge.name == vessel]
        first = max(own, key=lambda n: (len(tree.below(n)), -n))
        return self.crown.find_territory(first, mask, grid)


def embolization_patient(
    voxel_mm: float = 3.0, noise_hu: float = 12.0, seed: int = 0, traced_mm: float = TRACED_MM
) -> EmbolizationPatient:
    """Compute the patient; same arguments, same bytes.

    Args:
        voxel_mm: voxel size of the CT, 0.4 to 20.
        noise_hu: standard deviation of the noise of the CT.
        seed: of the noise.
        traced_mm: diameter of the thinnest artery that is traced.

    Raises:
        ImageError: a voxel size that makes no CT.
    """
    if not 0.4 <= voxel_mm <= 20.0:  # noqa: PLR2004
        raise ImageError(f"voxel_mm is {voxel_mm}; allowed: 0.4 to 20 mm")
    painted = (*coats(), Coat("liver-tumour-2", SECOND_TUMOUR, 72.0, LESIONS))
    grid = lattice(as_vector((voxel_mm,) * 3))
    hu, labels = paint(painted, grid)
    study = _study(scan(hu, grid, noise_hu, seed), labels)
    return EmbolizationPatient(
        study, collect_truth(painted), grow_arteries(traced_mm).tree, grow_arteries(0.0)
    )


@lru_cache(maxsize=8)
def grow_arteries(least_mm: float) -> Crown:
    """The patient's arteries down to a diameter, with what each feeds.

    Args:
        least_mm: diameter; 0: all.
    """
    truth = collect_truth((*coats(), Coat("liver-tumour-2", SECOND_TUMOUR, 72.0, LESIONS)))
    insides = [truth.solid(name).contains for name in ("liver", *_TUMOURS)]
    return grow_crown(grow(liver=True).healthy, insides[0], tuple(insides[1:]), least_mm)


def _study(ct: Volume, labels: LabelMap) -> Study:
    digest = hashlib.sha256(np.ascontiguousarray(ct.values).data).hexdigest()
    drawn = hashlib.sha256()
    for layer in labels.layers:
        drawn.update(np.ascontiguousarray(layer).data)
    series = Series(
        ct, Modality.CT, PatientPosition.SUPINE, PositionOrigin.USER,
        (InputFile("image", "built-in patient", digest),), (NOTE,), description="CT",
        identity=DicomIdentity(FRAME_UID, _STUDY_UID, f"{_STUDY_UID}.1", ()),
    )  # fmt: skip
    return Study((series,), labels, (InputFile("labels", "built-in patient", drawn.hexdigest()),))
