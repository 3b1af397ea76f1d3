"""Traps of scores: what public copies get wrong is shut here, one by one."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pytest
from tests.care.test_scores_laws import FULL, patient, words

from seldinger import evidence
from seldinger.care import scores
from seldinger.care.patient import Lab
from seldinger.care.scores import Score, kidney_bleeding
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from seldinger.care.scores.inputs import Value


@pytest.mark.parametrize("albumin", ["4g/L", "3.8g/L", "38g/dL", "38"])
def test_albumin_in_the_wrong_unit_is_refused(albumin: str) -> None:
    with pytest.raises(CareError, match="Albumin"):
        scores.read("albi", {"bilirubin": "20umol/L", "albumin": albumin})
    with pytest.raises(CareError, match=r"Albumin is 4\.0 g/L; allowed: 5 to 70 g/L"):
        scores.form("albi").score({"bilirubin": 20.0, "albumin": 4.0})


def test_real_albumin_is_not_refused() -> None:
    assert scores.form("albi").score({"bilirubin": 20.0, "albumin": 38.0}).known


def meld_3(creatinine: float, albumin: float) -> Score:
    """Of a man of 50 whose other values are those of a healthy one."""
    well: dict[str, Value] = {"bilirubin": 1.0, "inr": 1.0, "dialysis": False, "sodium": 137.0}
    told: dict[str, Value] = {"creatinine": creatinine, "albumin": albumin}
    return scores.form("meld-3").score({**well, **told, "sex": "male", "age": 50.0})


def hap(albumin: float) -> Score:
    """By albumin in g/L alone."""
    return scores.form("hap").score(
        {"albumin": albumin, "bilirubin": 10.0, "afp": 10.0, "size": 20.0}
    )


def wifi(wound: int, infection: int, **measures: float | str) -> Score:
    """By grades, and measures of the ischaemia."""
    grades = {"wound": str(wound), "infection": str(infection)}
    return scores.form("wifi").score({**grades, **measures})


def test_meld_3_of_an_adult_has_no_constant_of_a_child() -> None:
    healthy = meld_3(creatinine=1.0, albumin=3.5)
    assert healthy.value == 6.0  # 13 with the 7.33 of wrong copies


def test_meld_3_tells_its_last_coefficient_and_its_floor_of_albumin() -> None:
    def at(albumin: float) -> float | None:
        return meld_3(creatinine=3.0, albumin=albumin).value

    raw = 6 + 11.14 * math.log(3) + 1.85 * 2 - 1.83 * 2 * math.log(3)
    assert at(1.5) == at(1.0) == math.floor(raw + 0.5)
    c = scores.form("meld-3").coefficients
    assert (c["albumin"], c["albumin_ln_creatinine"]) == (1.85, -1.83)
    assert c["lowest_albumin"] == 1.5


def test_hap_is_in_grams_per_litre() -> None:
    assert hap(38.0).band == "HAP A"
    assert hap(35.0).band == "HAP B"


def test_wifi_is_not_a_sum_and_40_mmhg_is_not_grade_0() -> None:
    low = wifi(0, 3, ischaemia="0")
    high = wifi(3, 0, ischaemia="0")
    assert low.band == high.band == "moderate risk of amputation within a year"
    # The same sum, and another answer of the table.
    assert wifi(1, 2, ischaemia="0").band != wifi(3, 0, ischaemia="0").band
    assert "I 1," in wifi(0, 0, toe_pressure=40.0).notes[0]


def test_measures_of_ischaemia_that_disagree_leave_it_unknown() -> None:
    found = wifi(1, 1, toe_pressure=30.0, abi=0.9)
    assert not found.known
    assert "disagree" in found.notes[0]


def test_mehran_is_off_and_says_why() -> None:
    off = scores.form("mehran").unasked()
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
        scores.read("renal", words(FULL["renal"]) | {"diameter": "30mm", "face": face})
        for face in ("anterior", "posterior")
    )
    assert one.value == other.value == 4.0
    assert ("4a" in one.notes[0], "4p" in other.notes[0]) == (True, True)


def test_odds_ratios_are_listed_and_never_make_a_number() -> None:
    found = scores.read("pneumothorax", words("emphysema=yes bulla_crossed=yes"))
    assert (found.value, found.band, found.drives) == (None, None, False)
    numbers = [n for note in found.notes for n in re.findall(r"\d+\.\d+", note)]
    assert sorted(numbers) == ["3.33", "6.13"]
    assert "site_up" in found.missing


def test_no_rate_between_those_that_were_read() -> None:
    told = words("kidney=native sex=female anaemia=yes heart_failure=yes acute_kidney_failure=no")
    inner = scores.read("kaczmarek", told)
    assert (inner.value, inner.band) == (3.0, None)
    nothing = dict.fromkeys(kidney_bleeding._HALIMI_YES_NO, False)
    some: dict[str, Value] = {"charlson": 3.0, "frailty": 2.0, "sex": "female", **nothing}
    assert scores.form("halimi").score(some).band is None


def test_an_index_between_two_rows_is_refused() -> None:
    with pytest.raises(CareError, match="no row between"):
        scores.read("halimi", words(FULL["halimi"]) | {"frailty": "4.45"})
    with pytest.raises(CareError, match="no row between"):
        wifi(0, 0, toe_pressure=59.5)
