"""One patient from files to a rehearsed plan and its report; what came of it is printed as JSON.

The files are those of the built-in patient, written down first as a stranger would bring them.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import SimpleITK

import seldinger as sd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core import Grid

PATIENT = """
[patient]
age_years = 66
drugs_complete = true

[[lab]]
name = "inr"
value = 1.1
unit = "{INR}"

[[drug]]
name = "metformin"
"""
"""Invented, of nobody; nobody has decided anything about the procedure."""


def rehearsed(folder: Path, procedure: str = "ablation") -> dict[str, float | str | None]:
    """Plan, rehearse and report; how often all went as meant, and what was planned."""
    coarse = sd.anatomy.Settings(voxel_mm=3.0)

    study = sd.image.load(folder / "ct.nii.gz", labels=folder / "labels")
    anatomy = sd.anatomy.build(study, settings=coarse)
    patient = sd.care.load(folder / "patient.toml")
    plan = sd.plan.propose(procedure, anatomy, target="tumour-1", patient=patient)
    outcome = sd.guide.rehearse(plan, seed=7)
    page = sd.report.write(folder / "out", plan, outcome)

    first, zone = outcome.passes[0], outcome.zone
    return {
        "target": plan.target.label,
        "clearance": None if plan.cleared is None else plan.cleared.answer.value,
        "devices": len(outcome.passes),
        "hit": first.shares["hit"].value,
        "hit_planned": first.path.probability.hit,
        "as_meant": outcome.as_meant.value,
        "margin_p50_mm": None if zone is None else round(zone.margin.p50, 1),
        "report": page.name,
    }


def bring(folder: Path, voxel_mm: float = 3.0) -> None:
    """The built-in patient as files: a CT, a mask for each structure, a patient.toml."""
    study = sd.demo.patient(voxel_mm).study
    (folder / "labels").mkdir(parents=True)
    (folder / "patient.toml").write_text(PATIENT, encoding="utf-8")
    _save(folder / "ct.nii.gz", np.asarray(study.image.values, dtype=np.int16), study.image.grid)
    labels = study.labels
    if labels is None:
        return
    for name in labels.names:
        mask = labels.mask(name).astype(np.uint8)
        _save(folder / "labels" / f"{name}.nii.gz", mask, labels.grid)


def _save(path: Path, values: NDArray[Any], grid: Grid) -> None:
    # SimpleITK's arrays are (k, j, i); it thinks in LPS.
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(values.transpose(2, 1, 0)))
    image.SetSpacing(grid.spacing_mm)  # type: ignore[no-untyped-call]
    image.SetOrigin(grid.origin_lps_mm)  # type: ignore[no-untyped-call]
    SimpleITK.WriteImage(image, str(path))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        bring(Path(place))
        print(json.dumps(rehearsed(Path(place))))
