"""An experiment in a patient: files in, the target's surroundings heated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nibabel as nib
import numpy as np
import pytest

from seldinger import anatomy, demo, simulate
from seldinger.core.errors import SimulationError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.image import Study


VOXEL_MM = 4.0
RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


def save(path: Path, values: NDArray[Any], index_to_lps: NDArray[np.float64]) -> None:
    nib.save(nib.Nifti1Image(values, RAS_FROM_LPS @ index_to_lps), path)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in patient as a stranger would bring it."""
    made = tmp_path_factory.mktemp("patient")
    study = demo.patient(VOXEL_MM).study
    affine = study.image.grid.index_to_lps
    save(made / "ct.nii.gz", np.asarray(study.image.values, dtype=np.int16), affine)
    (made / "labels").mkdir()
    assert study.labels is not None
    for name in study.labels.names:
        save(made / "labels" / f"{name}.nii.gz", study.labels.mask(name).astype(np.uint8), affine)
    return made


def asked(folder: Path, **patient: Any) -> dict[str, Any]:
    where = {
        "ct": str(folder / "ct.nii.gz"),
        "labels": str(folder / "labels"),
        "half_mm": 24.0,
        "spacing_mm": 3.0,
        "edge": "insulated",
    }
    return {
        "patient": where | patient,
        "blood": {"temperature_c": 37.0},
        "perfusion": {"mode": "constant"},
        "isotherms_c": [40.0],
    }


@pytest.fixture(autouse=True)
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """An anatomy as coarse as its scan: quicker, and fine enough for this."""
    build = anatomy.build

    def coarsely(study: Study, **named: Any) -> anatomy.Anatomy:
        return build(study, settings=anatomy.Settings(voxel_mm=VOXEL_MM), **named)

    monkeypatch.setattr(anatomy, "build", coarsely)


def test_a_tumour_in_its_liver_is_heated(folder: Path) -> None:
    labels = demo.patient(VOXEL_MM).study.labels
    assert labels is not None
    middle = labels.grid.to_lps(np.argwhere(labels.mask("liver-tumour-1")).mean(axis=0))
    data = asked(folder, target="liver-tumour-1") | {"source": [source(middle.tolist())]}
    found = simulate.ablation.run(simulate.check_experiment(data))
    assert found.isotherms[0].zone.volume_ml > 0.1
    names = {one.name for one in found.assumptions}
    assert {"held_vessel_mm", "liver.perfusion_per_s"} <= names
    assert any(words.startswith("liver was taken for: liver") for words in found.notes)
    assert {"image"} <= {one.role for one in found.inputs}


def source(centre: list[float]) -> dict[str, Any]:
    return {
        "kind": "gaussian",
        "centre_lps_mm": centre,
        "sigma_mm": 4.0,
        "power_w": 5.0,
        "seconds": 20.0,
    }


def test_a_lung_must_be_said_to_be_inflated_or_not(folder: Path) -> None:
    data = asked(folder, target="lung-nodule-1") | {"source": [source([0.0, 0.0, 0.0])]}
    with pytest.raises(SimulationError, match="choose one of inflated, deflated, flooded"):
        simulate.ablation.run(simulate.check_experiment(data))
