"""Vertebrae of two real scans: the canal is the canal, pedicles are as wide as published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.real.scans import ABDOMEN, CHEST, Scan

from seldinger import image
from seldinger.anatomy.vertebra import Side, find_vertebra

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.anatomy.vertebra import Vertebra
    from seldinger.image import Study

pytestmark = pytest.mark.real


def load(data_dir: Path, scan: Scan) -> Study:
    folder = data_dir / scan.folder
    return image.load(folder / "ct.nii.gz", folder / "labels.nii.gz", folder / scan.key)


@pytest.fixture(scope="module")
def abdominal(data_dir: Path) -> Study:
    return load(data_dir, ABDOMEN)


@pytest.fixture(scope="module")
def thoracic(data_dir: Path) -> Study:
    return load(data_dir, CHEST)


def check_parts(vertebra: Vertebra) -> None:
    """What lies where in every whole vertebra."""
    assert vertebra.canal is not None
    frame = np.array([vertebra.frame.left, vertebra.frame.back, vertebra.frame.up])
    origin = vertebra.frame.origin_lps_mm

    def middle(mask: np.ndarray) -> np.ndarray:
        return np.asarray(frame @ (vertebra.grid.to_lps(np.argwhere(mask)).mean(axis=0) - origin))

    assert abs(middle(vertebra.canal)[0]) < 2.5
    assert 15.0 < middle(vertebra.canal)[1] < 32.0
    density = float(np.median(vertebra.hu[vertebra.canal]))
    assert -60.0 < density < 120.0, "a canal holds cord, fluid and fat"
    assert set(vertebra.pedicles) == set(Side)
    for side, pedicle in vertebra.pedicles.items():
        sign = 1.0 if side is Side.LEFT else -1.0
        assert sign * middle(pedicle.mask)[0] > 7.0
        assert float(frame[1] @ pedicle.axis_lps) < -0.7
    assert vertebra.breaks is None
    assert vertebra.heights.grade == 0


def test_l3_of_three_millimetres(abdominal: Study) -> None:
    vertebra = find_vertebra(abdominal, "L3")
    check_parts(vertebra)
    for pedicle in vertebra.pedicles.values():
        # vertebra.path.safe.width.t11_l5 and .height: 7.2 to 17.8 and 13.9 to 16.7 mm.
        assert 7.2 <= pedicle.width_mm <= 17.8
        assert pedicle.height_mm == pytest.approx(15.3, abs=2.5)
    assert any("3.0 mm" in note for note in vertebra.notes)


def test_t8_of_an_oblique_chest(thoracic: Study) -> None:
    vertebra = find_vertebra(thoracic, "T8")
    check_parts(vertebra)
    for pedicle in vertebra.pedicles.values():
        # vertebra.path.safe.width.t1_t10 and .height: 3.4 to 7.7 and 8.6 to 13.7 mm.
        assert 3.4 <= pedicle.width_mm <= 7.7
        assert pedicle.height_mm == pytest.approx(12.0, abs=3.5)
    assert vertebra.level_doubt is None


def test_a_body_at_the_end_of_the_scan_is_not_graded(thoracic: Study) -> None:
    vertebra = find_vertebra(thoracic, "L3")
    assert vertebra.cut_by_scan
    assert vertebra.heights.grade is None
