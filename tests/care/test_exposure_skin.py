"""Skin dose of a report: maps, bounds, and never zero because a beam missed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.image import synthetic_dose as synthetic
from tests.image.synthetic_dose import Shot

from seldinger.care.exposure.skin import EstimateKind, SkinEstimate, estimate
from seldinger.care.exposure.summary import summarize_dose
from seldinger.image.dose_report_reader import read
from seldinger.physics.skin_dose import elliptic_cylinder

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset


def of(made: Dataset, folder: Path, edits: dict[str, float] | None = None) -> SkinEstimate:
    return estimate(summarize_dose(read(synthetic.saved(made, folder / "synthetic.dcm"))), edits)


def one(folder: Path, edits: dict[str, float] | None = None, **shot: object) -> SkinEstimate:
    return of(synthetic.xray([replace(Shot("1.0", "0.02"), **shot)]), folder, edits)  # type: ignore[arg-type]


def test_a_single_upright_beam_gives_what_a_pencil_does(tmp_path: Path) -> None:
    # Table 200 mm below the isocentre, pad 50: the back is 150 mm below, at the reference point.
    found = one(tmp_path)
    assert found.how is EstimateKind.MAP
    assert found.peak_gy == pytest.approx(1.0 * 1.4 * 1.04 * 0.8, rel=0.01)
    assert found.peak_gy is not None
    assert found.low_gy is not None
    assert found.high_gy is not None
    assert found.low_gy < found.peak_gy < found.high_gy
    assert found.mapped_share == pytest.approx(1.0)


@pytest.mark.parametrize("height", [150.0, 180.0, 210.0])
def test_a_lower_table_gives_more(tmp_path: Path, height: float) -> None:
    near, far = one(tmp_path, height=height + 20.0), one(tmp_path, height=height)
    assert near.peak_gy is not None
    assert far.peak_gy is not None
    expected = ((785.0 - height + 50.0) / (785.0 - height + 30.0)) ** 2
    assert near.peak_gy / far.peak_gy == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("backscatter", 1.6),
        ("medium", 1.08),
        ("table_transmission", 0.9),
        ("kerma_calibration", 1.2),
    ],
)
def test_each_factor_multiplies_the_peak(tmp_path: Path, name: str, value: float) -> None:
    base, edited = one(tmp_path), one(tmp_path, {name: value})
    (used,) = [a for a in base.assumptions if a.name == name]
    assert base.peak_gy is not None
    assert edited.peak_gy == pytest.approx(base.peak_gy * value / used.value, rel=1e-9)
    (told,) = [a for a in edited.assumptions if a.name == name]
    assert told.edited
    assert (told.low, told.high) == (value, value)


AZURION = {"Manufacturer": "Philips", "ManufacturerModelName": "Azurion"}


@pytest.mark.parametrize(
    ("shot", "tags", "why"),
    [
        ({}, AZURION, "table's height is not known"),
        ({"height": None}, {}, "position is not told"),
        ({"primary": None}, {}, "angles are not told"),
        ({"area_m2": None, "pka": None}, {}, "field's size is not told"),
        ({"point": "113863"}, {}, "reference point is not told"),
        ({"isocentre": 5.0}, {}, "reference point is not told"),
        ({"height": 1e7}, {}, "no table's"),
        ({"longitudinal": 1500.0}, {}, "miss the body"),
    ],
    ids=lambda v: str(v)[:30],
)
def test_what_is_missing_gives_a_bound_and_is_said(
    tmp_path: Path, shot: dict[str, object], tags: dict[str, str], why: str
) -> None:
    made = synthetic.xray([replace(Shot("1.0", "0.02"), **shot)], **tags)  # type: ignore[arg-type]
    found = of(made, tmp_path)
    assert (found.how, found.peak_gy) == (EstimateKind.BOUND, None)
    assert any(why in reason for reason in found.reasons)
    # Kerma x (550 or 635 to skin 10 cm nearer) squared x 1.65 x 1.08 x 1.35.
    least, most = 1.65 * 1.08 * 1.35 * (635.0 / 535.0) ** 2, 1.65 * 1.08 * 1.35 * (550 / 450) ** 2
    assert found.high_gy is not None
    assert least - 1e-9 <= found.high_gy <= most + 1e-9


def test_a_report_of_totals_alone_gives_a_bound(tmp_path: Path) -> None:
    made = synthetic.xray([], synthetic.totals("single", kerma="1 Gy", pka="0.01 Gy.m2"))
    found = of(made, tmp_path)
    assert found.how is EstimateKind.BOUND
    assert found.high_gy == pytest.approx(1.65 * 1.08 * 1.35 * (550.0 / 450.0) ** 2)


def test_zero_kerma_is_unknown_and_never_zero_dose(tmp_path: Path) -> None:
    for pka in ("0", "0.02", None):
        found = one(tmp_path, kerma="0", pka=pka)
        assert (found.how, found.peak_gy, found.high_gy) == (EstimateKind.UNKNOWN, None, None)


def test_a_bound_holds_the_map(tmp_path: Path) -> None:
    mapped, bounded = one(tmp_path), one(tmp_path, point="113863")
    assert mapped.high_gy is not None
    assert bounded.high_gy is not None
    assert mapped.high_gy <= bounded.high_gy


def test_an_unlisted_machine_is_known_once_its_zero_is_told(tmp_path: Path) -> None:
    made = synthetic.xray([Shot("1.0", "0.02")], **AZURION)
    assert of(made, tmp_path, {"table_zero_mm": 0.0}).peak_gy == pytest.approx(
        one(tmp_path).peak_gy
    )


def test_beams_side_by_side_do_not_add_and_on_one_place_do(tmp_path: Path) -> None:
    small = Shot("1.0", "0.001", area_m2=0.003)
    apart = of(synthetic.xray([small, replace(small, lateral=1200.0, uid="1.9")]), tmp_path)
    same = of(synthetic.xray([small, replace(small, uid="1.9")]), tmp_path)
    assert apart.peak_gy is not None
    assert same.peak_gy == pytest.approx(2.0 * apart.peak_gy, rel=0.01)


def test_a_rotation_spreads_its_dose(tmp_path: Path) -> None:
    ends = (synthetic.number("113739", 100.0, "deg"), synthetic.number("113740", 0.0, "deg"))
    still = one(tmp_path, primary=-100.0)
    turned = one(tmp_path, primary=-100.0, more=ends)
    assert turned.how is EstimateKind.MAP
    assert still.peak_gy is not None
    assert (turned.peak_gy or 0.0) < 0.6 * still.peak_gy


def test_a_skin_of_ones_own_is_used(tmp_path: Path) -> None:
    made = summarize_dose(
        read(synthetic.saved(synthetic.xray([Shot("1.0", "0.02")]), tmp_path / "s.dcm"))
    )
    own = estimate(made, body=elliptic_cylinder(170.0, 110.0, 900.0, 5.0))
    phantom = estimate(made)
    assert own.body == "skin of a scan"
    assert own.peak_gy == pytest.approx(phantom.peak_gy, rel=0.01)
    assert not [a for a in own.assumptions if a.name == "half_width_mm"]


def test_size_makes_the_body(tmp_path: Path) -> None:
    made = summarize_dose(
        read(synthetic.saved(synthetic.xray([Shot("1.0", "0.02")]), tmp_path / "s.dcm"))
    )
    large = estimate(made, weight_kg=140.0, height_cm=170.0)
    (depth,) = [a for a in large.assumptions if a.name == "half_depth_mm"]
    assert depth.value == pytest.approx(110.0 * np.sqrt(2.0))


def test_the_same_report_gives_the_same_numbers(tmp_path: Path) -> None:
    first, second = one(tmp_path, uid="1.5"), one(tmp_path, uid="1.5")
    assert (first.low_gy, first.peak_gy, first.high_gy) == (
        second.low_gy,
        second.peak_gy,
        second.high_gy,
    )
