"""Traps of scores: what public copies get wrong is shut here, one by one."""

from __future__ import annotations

import math
import re

import pytest
from tests.care.test_scores_laws import FULL, patient, words

from seldinger import evidence
from seldinger.care import scores
from seldinger.care.patient import Lab
from seldinger.care.scores import (
    contrast,
    kidney_bleeding,
    kidney_tumour,
    limb,
    liver,
    lung,
    meld,
)
from seldinger.core.errors import CareError


@pytest.mark.parametrize("albumin", ["4g/L", "3.8g/L", "38g/dL", "38"])
def test_albumin_in_the_wrong_unit_is_refused(albumin: str) -> None:
    with pytest.raises(CareError, match="Albumin"):
        scores.read("albi", {"bilirubin": "20umol/L", "albumin": albumin})
    with pytest.raises(CareError, match=r"Albumin is 4\.0 g/L; allowed: 5 to 70 g/L"):
        liver.albi(20.0, 4.0)


def test_real_albumin_is_not_refused() -> None:
    assert liver.albi(20.0, 38.0).known


def test_meld_3_of_an_adult_has_no_constant_of_a_child() -> None:
    healthy = meld.meld_3(
        1.0, 1.0, 1.0, dialysis=False, sodium_mmol_per_l=137.0, albumin_g_per_dl=3.5,
        sex="male", age_years=50.0,
    )  # fmt: skip
    assert healthy.value == 6.0  # 13 with the 7.33 of wrong copies


def test_meld_3_tells_its_last_coefficient_and_its_floor_of_albumin() -> None:
    def at(albumin: float) -> float | None:
        return meld.meld_3(
            1.0, 1.0, 3.0, dialysis=False, sodium_mmol_per_l=137.0, albumin_g_per_dl=albumin,
            sex="male", age_years=50.0,
        ).value  # fmt: skip

    raw = 6 + 11.14 * math.log(3) + 1.85 * 2 - 1.83 * 2 * math.log(3)
    assert at(1.5) == at(1.0) == math.floor(raw + 0.5)
    c = meld.MELD_3_COEFFICIENTS
    assert (c["albumin"], c["albumin_ln_creatinine"]) == (1.85, -1.83)
    assert c["lowest_albumin"] == 1.5


def test_hap_is_in_grams_per_litre() -> None:
    assert liver.hap(38.0, 10.0, 10.0, 20.0).band == "HAP A"
    assert liver.hap(35.0, 10.0, 10.0, 20.0).band == "HAP B"


def test_wifi_is_not_a_sum_and_40_mmhg_is_not_grade_0() -> None:
    low = limb.wifi(0, 3, ischaemia=0)
    high = limb.wifi(3, 0, ischaemia=0)
    assert low.band == high.band == "moderate risk of amputation within a year"
    # The same sum, and another answer of the table.
    assert limb.wifi(1, 2, ischaemia=0).band != limb.wifi(3, 0, ischaemia=0).band
    assert "I 1," in limb.wifi(0, 0, toe_pressure_mmhg=40.0).notes[0]


def test_measures_of_ischaemia_that_disagree_leave_it_unknown() -> None:
    found = limb.wifi(1, 1, toe_pressure_mmhg=30.0, abi=0.9)
    assert not found.known
    assert "disagree" in found.notes[0]


def test_mehran_is_off_and_says_why() -> None:
    off = contrast.mehran(contrast.MehranInputs())
    assert not off.known
    assert off.notes[0].startswith("off: made for coronary intervention")
    assert scores.read("mehran", words(FULL["mehran"])).value is None
    assert scores.read("mehran", words(FULL["mehran"]), insist=True).value == 1.0


def test_mehran_never_scores_creatinine_and_filtration_both() -> None:
    both = words(FULL["mehran"]) | {"egfr": "30mL/min/{1.73_m2}"}
    with pytest.raises(CareError, match="never both"):
        scores.read("mehran", both, insist=True)


def test_mehran_takes_one_of_a_patients_two() -> None:
    who = patient(
        labs=(
            Lab.from_unit("creatinine", 2.0, "mg/dL", None),
            Lab.from_unit("egfr", 50.0, "mL/min/{1.73_m2}", None),
        )
    )
    rest = {k: v for k, v in words(FULL["mehran"]).items() if k != "creatinine"}
    found = scores.read("mehran", rest, who, insist=True)
    assert found.value == 3.0
    assert "creatinine" not in found.inputs
    told = scores.read("mehran", {**rest, "creatinine": "1mg/dL"}, who, insist=True)
    assert told.value == 1.0


def test_mehrans_dialysis_is_not_216_per_cent() -> None:
    assert evidence.fact("scores.mehran.dialysis_4").value == 0.126


def test_the_face_is_printed_and_adds_nothing() -> None:
    one, other = (
        kidney_tumour.renal(30.0, 60.0, 10.0, face=face, location=1, hilar=False)
        for face in ("anterior", "posterior")
    )
    assert one.value == other.value == 4.0
    assert ("4a" in one.notes[0], "4p" in other.notes[0]) == (True, True)


def test_odds_ratios_are_listed_and_never_make_a_number() -> None:
    found = lung.pneumothorax(lung.PneumothoraxInputs(emphysema=True, bulla_crossed=True))
    assert (found.value, found.band, found.drives) == (None, None, False)
    numbers = [n for note in found.notes for n in re.findall(r"\d+\.\d+", note)]
    assert sorted(numbers) == ["3.33", "6.13"]
    assert "site_up" in found.missing


def test_no_rate_between_those_that_were_read() -> None:
    inner = kidney_bleeding.kaczmarek(
        "native", "female", anaemia=True, heart_failure=True, acute_kidney_failure=False
    )
    assert (inner.value, inner.band) == (3.0, None)
    nothing = dict.fromkeys(kidney_bleeding._HALIMI_YES_NO, False)
    some = kidney_bleeding.HalimiInputs(charlson=3, frailty=2.0, sex="female", **nothing)
    assert kidney_bleeding.halimi(some).band is None


def test_an_index_between_two_rows_is_refused() -> None:
    with pytest.raises(CareError, match="no row between"):
        scores.read("halimi", words(FULL["halimi"]) | {"frailty": "4.45"})
    with pytest.raises(CareError, match="no row between"):
        limb.wifi(0, 0, toe_pressure_mmhg=59.5)
