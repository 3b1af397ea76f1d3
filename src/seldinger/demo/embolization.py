"""Embolization: the built-in patient with the arteries of the liver down to its terminals.

What is traced ends where a scan would lose it; what every artery feeds is exactly known.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from seldinger.core.errors import ImageError
from seldinger.core.space import as_vector
from seldinger.demo.arterial import ArterialPatient, make_study
from seldinger.demo.body import LESIONS, Coat, coats
from seldinger.demo.patient import NOTE
from seldinger.demo.render import lattice, paint, scan
from seldinger.demo.truth import collect_truth
from seldinger.demo.uptake import FRAME_UID, SECOND_TUMOUR
from seldinger.demo.vascular.crown import grow_crown
from seldinger.demo.vascular.growth import grow
from seldinger.image.study import DicomIdentity

if TYPE_CHECKING:
    from seldinger.demo.vascular.crown import Crown

TRACED_MM = 0.5
"""Arteries down to this diameter are traced, as cone-beam CT with contrast shows them."""
_STUDY_UID = "2.25.240171839034421817343"
_TUMOURS = ("liver-tumour-1", "liver-tumour-2")


def embolization_patient(
    voxel_mm: float = 3.0, noise_hu: float = 12.0, seed: int = 0, traced_mm: float = TRACED_MM
) -> ArterialPatient:
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
    identity = DicomIdentity(FRAME_UID, _STUDY_UID, f"{_STUDY_UID}.1", ())
    study = make_study("built-in patient", scan(hu, grid, noise_hu, seed), labels, NOTE, identity)
    return ArterialPatient(
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
