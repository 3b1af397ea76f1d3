"""Uptake: the built-in patient around a radioembolization: hepatic arteries, SPECT and PET.

What was given into the right hepatic artery lies in what it feeds: more in the tumours, less in the
core of one, a share in the lungs. The images are what scanners show of that; the truth is exact.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from seldinger import anatomy as anatomies
from seldinger.anatomy.feeders import ASIDE
from seldinger.anatomy.territory import partition_organ, perfuse
from seldinger.catalogue import nuclides
from seldinger.core.errors import ImageError
from seldinger.core.formatting import short_repr
from seldinger.core.record import InputFile
from seldinger.core.space import as_vector
from seldinger.core.volume import LabelMap, Volume
from seldinger.demo.body import LESIONS, Coat, coats
from seldinger.demo.patient import NOTE
from seldinger.demo.render import lattice, paint, scan
from seldinger.demo.solids import sphere
from seldinger.demo.truth import Truth, collect_truth
from seldinger.demo.vascular.growth import grow
from seldinger.image.study import (
    DicomIdentity,
    Modality,
    PatientPosition,
    PositionOrigin,
    Role,
    Series,
    Study,
)
from seldinger.simulate.dose.imaging import MAA_SPECT, Y90_PET, Scanner, scan_activity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from seldinger.core.space import Grid
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask

INJECTED = "right hepatic artery"
SECOND_TUMOUR = sphere((-72.0, 22.0, 186.0), 19.0)
FRAME_UID = "2.25.240171839034421817341"
_STUDY_UID = "2.25.240171839034421817342"
_SCANNED_MM = 4.0
_FINE_MM = 2.0
_BREATH_MM = 8.0
_NECROSIS = 0.15


@dataclass(frozen=True, slots=True)
class Uptake:
    """Where an activity that was given has gone.

    Attributes:
        injected_mbq: left the vial, at the time of the image.
        lung_shunt: share of it in the lungs.
        tumour_to_normal: concentration in living tumour over that in normal tissue that is fed.
        scanner: what it is seen by.
        seed: of the noise.
    """

    injected_mbq: float
    lung_shunt: float
    tumour_to_normal: float
    scanner: Scanner
    seed: int


MAA = Uptake(150.0, 0.07, 3.2, MAA_SPECT, 1)
Y90 = Uptake(2200.0, 0.055, 4.0, Y90_PET, 2)


@dataclass(frozen=True, slots=True, eq=False)
class UptakePatient:
    """A study of an invented patient around a radioembolization, and what is exactly true of it.

    Attributes:
        study: CT in HU with labels, SPECT of MAA in counts, PET of Y-90 in Bq/mL, in one frame of
            reference.
        truth: the analytic solids.
        vessels: the arteries from the aortic root on, the liver's among them.
        uptake: by "MAA" and "Y-90".
        activity: Bq/mL by "MAA" and "Y-90", as they are and not as they are seen.
    """

    study: Study
    truth: Truth
    vessels: Tree
    uptake: Mapping[str, Uptake]
    activity: Mapping[str, Volume]

    __repr__ = short_repr

    def build_anatomy(self, settings: anatomies.Settings | None = None) -> anatomies.Anatomy:
        """The anatomy of the scan, with the arteries.

        Args:
            settings: lattice and assumptions; None: those of ``anatomy.build``.
        """
        built = anatomies.build(self.study, settings=settings or anatomies.Settings())
        return replace(built, vessels=self.vessels)


def uptake_patient(voxel_mm: float = 3.0, noise_hu: float = 12.0, seed: int = 0) -> UptakePatient:
    """Compute the built-in patient around a radioembolization; same arguments, same bytes.

    Args:
        voxel_mm: voxel size of the CT, 0.4 to 20; SPECT and PET have 4 mm.
        noise_hu: standard deviation of the noise of the CT.
        seed: of the noise of the CT.

    Raises:
        ImageError: a voxel size that makes no CT.
    """
    if not 0.4 <= voxel_mm <= 20.0:  # noqa: PLR2004
        raise ImageError(f"voxel_mm is {voxel_mm}; allowed: 0.4 to 20 mm")
    painted = (*coats(), Coat("liver-tumour-2", SECOND_TUMOUR, 72.0, LESIONS))
    grid = lattice(as_vector((voxel_mm,) * 3))
    hu, labels = paint(painted, grid)
    ct = scan(hu, grid, noise_hu, seed)
    truth, vessels = collect_truth(painted), grow(liver=True).healthy
    uptake = MappingProxyType({"MAA": MAA, "Y-90": Y90})
    fine = _fine(grid)
    shares = _weigh_tissue(painted, fine, vessels)
    activity = {name: _coarse(_spread(one, shares, fine)) for name, one in uptake.items()}
    series = [_series(ct, Modality.CT, Role.PLANNING, "CT")]
    kinds = (("MAA", Modality.NM, "SPECT of MAA"), ("Y-90", Modality.PET, "PET of Y-90"))
    for name, modality, words in kinds:
        one = uptake[name]
        image = scan_activity(activity[name], one.scanner, _BREATH_MM, one.seed)
        series.append(_series(image, modality, Role.FUNCTIONAL, words))
    study = Study(tuple(series), labels, (InputFile("labels", "built-in patient", _hash(labels)),))
    return UptakePatient(study, truth, vessels, uptake, MappingProxyType(activity))


def _series(image: Volume, modality: Modality, role: Role, words: str) -> Series:
    digest = hashlib.sha256(np.ascontiguousarray(image.values).data).hexdigest()
    number = f"{modality.value.lower()}-{role.value}"
    identity = DicomIdentity(FRAME_UID, _STUDY_UID, f"{_STUDY_UID}.{len(words)}", ())
    return Series(
        image, modality, PatientPosition.SUPINE, PositionOrigin.USER,
        (InputFile("image" if role is Role.PLANNING else number, "built-in patient", digest),),
        (NOTE,), role, words, identity,
    )  # fmt: skip


def _hash(labels: LabelMap) -> str:
    digest = hashlib.sha256()
    for layer in labels.layers:
        digest.update(np.ascontiguousarray(layer).data)
    return digest.hexdigest()


def _fine(grid: Grid) -> Grid:
    """A lattice over the same box that is parted into whole voxels of the scanners."""
    extent = np.multiply(grid.shape, grid.spacing_mm)
    corner = np.subtract(grid.origin_lps_mm, np.multiply(grid.spacing_mm, 0.5))
    times = round(_SCANNED_MM / _FINE_MM)
    shape = [times * int(n) for n in np.ceil(extent / _SCANNED_MM - 1e-6)]
    return grid.aligned(shape, _FINE_MM, as_vector(corner + 0.5 * _FINE_MM))


def _weigh_tissue(painted: tuple[Coat, ...], grid: Grid, vessels: Tree) -> dict[str, Mask]:
    """Masks of what takes activity up, on a lattice."""
    _, labels = paint(painted, grid)
    names = [one.name for one in labels.entries]
    liver = labels.mask("liver")
    tumours = labels.mask("liver-tumour-1") | labels.mask("liver-tumour-2")
    lungs = np.zeros(grid.shape, dtype=bool)
    for name in names:
        if name.startswith("lung_") and "lobe" in name:
            lungs |= labels.mask(name)
    edge = next(n for n, one in enumerate(vessels.edges) if one.name == INJECTED)
    fed = perfuse(partition_organ(liver | tumours, grid, vessels, ASIDE["liver"]), vessels, edge)
    truth = collect_truth(painted)
    core = np.zeros(grid.shape, dtype=bool)
    places = np.argwhere(tumours)
    inside = truth.contains("liver-tumour-1-necrosis", grid.to_lps(places.astype(float)))
    core[tuple(places[inside].T)] = True
    return {"tumour": tumours & ~core, "core": core, "normal": fed & ~tumours, "lungs": lungs}


def _spread(uptake: Uptake, shares: Mapping[str, Mask], grid: Grid) -> Volume:
    """Bq/mL of an uptake on a lattice: what is injected, shared out and no more."""
    weight = np.zeros(grid.shape, dtype=np.float64)
    weight[shares["normal"]] = 1.0
    weight[shares["tumour"]] = uptake.tumour_to_normal
    weight[shares["core"]] = uptake.tumour_to_normal * _NECROSIS
    voxel_ml = float(np.prod(grid.spacing_mm)) / 1000.0
    given_bq = uptake.injected_mbq * 1e6
    values = weight * (given_bq * (1.0 - uptake.lung_shunt) / (weight.sum() * voxel_ml))
    lungs = shares["lungs"]
    values[lungs] += given_bq * uptake.lung_shunt / (lungs.sum() * voxel_ml)
    return Volume(values, grid, "Bq/mL")


def _coarse(fine: Volume) -> Volume:
    """The mean over the voxels of a scanner."""
    times = round(_SCANNED_MM / _FINE_MM)
    shape = tuple(n // times for n in fine.grid.shape)
    split = fine.values.reshape(shape[0], times, shape[1], times, shape[2], times)
    origin = np.add(fine.grid.origin_lps_mm, 0.5 * (_SCANNED_MM - _FINE_MM))
    grid = fine.grid.aligned(list(shape), _SCANNED_MM, as_vector(origin))
    return Volume(split.mean(axis=(1, 3, 5)), grid, "Bq/mL")


_GIVEN_AT = dt.datetime(2026, 11, 27, 10, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
_MAA_AT = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
_AFTER_H = 20.0
"""From the administration of Y-90 to the PET, which therefore shows less."""


def write_images(patient: UptakePatient, folder: Path) -> tuple[Path, ...]:
    """Write the patient's CT, SPECT and PET as DICOM, with times as a clinic has them.

    The PET is of the day after: its numbers are those of the administration, decayed.

    Args:
        patient: as computed.
        folder: gets ``ct``, ``maa`` and ``pet``.

    Raises:
        OutputError: a file cannot be written.
    """
    # DICOM opens only where files are written.
    from seldinger.report.scan_files import NuclearTelling, write_scan

    ct, maa, pet = patient.study.series
    y90 = nuclides.decay_constants("y90", "icrp107")
    tc99m = nuclides.decay_constants("tc99m", "icrp107")
    later = _GIVEN_AT + dt.timedelta(hours=_AFTER_H)
    decayed = Volume(pet.image.values * y90.find_decay(_AFTER_H), pet.image.grid, "Bq/mL")
    told = {
        "maa": NuclearTelling(
            "Tc-99m", tc99m.half_life_h * 3600.0, None, _MAA_AT, 1e6 * MAA.injected_mbq,
            _MAA_AT + dt.timedelta(hours=1), MAA_SPECT.seconds,
        ),
        "pet": NuclearTelling(
            "Y-90", y90.half_life_h * 3600.0, nuclides.nuclide("y90").positrons_per_decay,
            _GIVEN_AT, 1e6 * Y90.injected_mbq, later, Y90_PET.seconds,
        ),
    }  # fmt: skip
    return (
        write_scan(folder / "ct", ct),
        write_scan(folder / "maa", maa, told["maa"]),
        write_scan(folder / "pet", replace(pet, image=decayed), told["pet"]),
    )
