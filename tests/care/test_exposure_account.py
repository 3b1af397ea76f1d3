"""Dose accounts: sums against totals, units, levels, follow-up; expected numbers are typed here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.image import synthetic_dose as synthetic
from tests.image.synthetic_dose import Shot

from seldinger.care.exposure import levels
from seldinger.care.exposure.assessment import DoseRequest, assess_dose
from seldinger.care.exposure.levels import Amount, Amounts
from seldinger.care.exposure.policy import policy
from seldinger.care.exposure.skin import EstimateKind
from seldinger.care.exposure.summary import Agreement, DoseSummary, summarize_dose
from seldinger.core.errors import CareError
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP
from seldinger.image.dose_report_reader import read

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

    from seldinger.core.finding import Finding
    from seldinger.image.dose_report import DoseReport

MPPG, NCRP = "aapm-mppg12a-2022", "ncrp168"
NONE = Amount(None, None, None)


def at(value: float) -> Amount:
    return Amount(value, value, value)


def report(made: Dataset, folder: Path, name: str = "synthetic.dcm") -> DoseReport:
    return read(synthetic.saved(made, folder / name))


def summed(folder: Path, *shots: Shot, **told: str) -> DoseSummary:
    return summarize_dose(report(synthetic.xray(shots, synthetic.totals("single", **told)), folder))


def verdicts(made: DoseSummary) -> dict[str, Agreement]:
    return {one.quantity: one.agreement for one in made.compared}


def judged(name: str, **doses: float | Amount) -> dict[str, Finding]:
    found = {key: d if isinstance(d, Amount) else at(d) for key, d in doses.items()}
    whole = Amounts(*(found.get(key, NONE) for key in ("kerma", "skin", "pka", "time")))
    prefix = f"dose.{name}."
    return {
        one.id.removeprefix(prefix): one for one in levels.assess_levels(policy(name), name, whole)
    }


def test_totals_that_add_up_agree(tmp_path: Path) -> None:
    made = summed(tmp_path, Shot("0.25", "0.002"), Shot("0.05", "0.001"), kerma="0.3 Gy")
    assert verdicts(made)["kerma"] is Agreement.AGREES
    assert verdicts(made)["pka"] is Agreement.UNKNOWN
    assert made.disagreeing == ()


def test_a_total_that_does_not_add_up_is_flagged_with_its_size(tmp_path: Path) -> None:
    made = summed(
        tmp_path,
        Shot("0.25"),
        Shot("0.05", fluoroscopy=False),
        kerma="0.4 Gy",
        fluoro_kerma="0.25 Gy",
    )
    (wrong,) = made.disagreeing
    assert wrong.quantity == "kerma"
    assert wrong.difference == pytest.approx(-0.1)
    assert made.kerma_gy == pytest.approx(0.4)  # the larger one is held against levels
    (finding,) = levels.check_sums(made)
    assert (finding.status, finding.severity) == (Status.NOT_MET, Severity.CAUTION)
    assert "0.4 Gy" in finding.text
    assert "0.3 Gy" in finding.text


def test_a_gap_within_the_last_digits_is_rounding(tmp_path: Path) -> None:
    inside = summed(tmp_path, *(Shot("0.13"), Shot("0.14")), kerma="0.28 Gy")
    assert verdicts(inside)["kerma"] is Agreement.ROUNDING
    outside = summed(tmp_path, *(Shot("0.13"), Shot("0.14")), kerma="0.29 Gy")
    assert verdicts(outside)["kerma"] is Agreement.DISAGREES


def test_totals_in_other_units_are_the_same_totals(tmp_path: Path) -> None:
    made = summed(tmp_path, Shot("0.3", "0.002"), kerma="300 mGy", pka="20 Gy.cm2")
    assert {verdicts(made)[q] for q in ("kerma", "pka")} == {Agreement.AGREES}


def test_a_dose_that_is_not_told_leaves_the_sum_open(tmp_path: Path) -> None:
    made = summed(tmp_path, Shot("0.25"), Shot(None), kerma="0.4 Gy")
    assert verdicts(made)["kerma"] is Agreement.UNKNOWN
    assert any("1 irradiation(s) do not tell their kerma" in note for note in made.notes)


def test_two_planes_are_counted_apart_and_added(tmp_path: Path) -> None:
    made = synthetic.xray(
        [Shot("0.2", plane="a"), Shot("0.1", plane="b")],
        synthetic.totals("a", kerma="0.2 Gy"),
        synthetic.totals("b", kerma="0.3 Gy"),
    )
    found = summarize_dose(report(made, tmp_path))
    assert [(c.plane, c.agreement) for c in found.compared if c.quantity == "kerma"] == [
        ("a", Agreement.AGREES),
        ("b", Agreement.DISAGREES),
    ]
    assert found.kerma_gy == pytest.approx(0.5)
    assert any(note.startswith("Two planes") for note in found.notes)


@pytest.mark.parametrize(
    ("pka", "wrong"),
    [
        # 1 Gy on so many cm2, in Gy.m2.
        ("0.000499", True),
        ("0.0005", False),
        ("0.02", False),
        ("0.08", False),
        ("0.0801", True),
        ("2.0", True),  # off by a hundred
        ("0", True),
    ],
)
def test_a_field_that_is_none_means_a_wrong_unit(tmp_path: Path, pka: str, *, wrong: bool) -> None:
    found = assess_dose([report(synthetic.xray([Shot("1.0", pka)]), tmp_path)])
    assert bool(found.cases[0].made.unit_error) is wrong
    if wrong:
        assert found.findings[0].severity is Severity.STOP
        assert found.cases[0].skin.how is EstimateKind.UNKNOWN
        assert all(f.status is Status.UNKNOWN for f in found.findings if ".kerma." in f.id)


def test_ct_products_are_added_up_and_no_skin_dose_is_given(tmp_path: Path) -> None:
    scans = (("10.0", "300.0", "113691"), ("12.0", "360.0", "113691"), ("40.0", "600.0", "113690"))
    found = assess_dose([report(synthetic.ct(scans, "1300", "3"), tmp_path)])
    (case,) = found.cases
    assert case.skin.how is EstimateKind.NONE
    assert case.made.dlp_mgy_cm == 1300.0
    assert [(one.quantity, one.agreement) for one in case.made.compared] == [
        ("dlp", Agreement.DISAGREES),
        ("scans", Agreement.AGREES),
    ]
    assert case.made.ctdi_vol_mgy == (("body", 12.0, 22.0), ("head", 40.0, 40.0))
    assert not [f for f in found.findings if ".kerma." in f.id]


@pytest.mark.parametrize(
    ("kerma", "notice", "substantial"),
    [
        (2.999, Status.MET, Status.MET),
        (3.0, Status.NOT_MET, Status.MET),
        (3.001, Status.NOT_MET, Status.MET),
        (4.999, Status.NOT_MET, Status.MET),
        (5.0, Status.NOT_MET, Status.NOT_MET),
        (5.001, Status.NOT_MET, Status.NOT_MET),
    ],
)
def test_levels_of_kerma_on_both_sides_and_at_the_edge(
    kerma: float, notice: Status, substantial: Status
) -> None:
    found = judged(MPPG, kerma=kerma)
    assert found["kerma.notice"].status is notice
    assert found["kerma.substantial"].status is substantial
    assert found["kerma.notice"].stamp == SECONDARY_STAMP


@pytest.mark.parametrize(("kerma", "further"), [(3.5, 0), (4.0, 1), (4.99, 1), (6.0, 3)])
def test_each_further_gray_calls_again(kerma: float, further: int) -> None:
    text = judged(MPPG, kerma=kerma)["kerma.notice"].text
    assert (f"and {further} further step(s)" in text) is (further > 0)


@pytest.mark.parametrize(
    ("skin", "status"),
    [
        (Amount(2.0, 1.0, 2.99), Status.MET),
        (Amount(2.0, 1.0, 3.0), Status.UNKNOWN),
        (Amount(3.0, 1.0, 5.0), Status.NOT_MET),
        (Amount(None, None, 2.9), Status.MET),
        (Amount(None, None, 3.1), Status.UNKNOWN),
        (NONE, Status.UNKNOWN),
    ],
)
def test_an_interval_across_a_level_leaves_it_open(skin: Amount, status: Status) -> None:
    assert judged(MPPG, skin=skin)["skin.substantial"].status is status


@pytest.mark.parametrize(
    ("rule", "doses"),
    [
        ("pka.notice", {"pka": 5000.0}),
        ("pka.substantial", {"pka": 5000.0}),
        ("time.notice", {"time": 500.0}),
        ("time.substantial", {"time": 500.0}),
        ("skin.notice", {"skin": 20.0}),
        ("kerma.notice", {"kerma": 20.0}),
    ],
)
def test_a_level_from_memory_never_alarms(rule: str, doses: dict[str, float]) -> None:
    found = judged(NCRP, **doses)[rule]
    assert (found.status, found.severity, found.stamp) == (
        Status.UNKNOWN,
        Severity.INFO,
        MEMORY_STAMP,
    )
    assert "as it is remembered" in found.text


REMEMBERED = {
    "pka.notice": "300 Gy cm2", "pka.substantial": "500 Gy cm2", "time.notice": "30 min",
    "time.substantial": "60 min", "skin.notice": "2 Gy", "kerma.notice": "3 Gy",
    "skin.substantial": "3 Gy", "kerma.substantial": "5 Gy",
}  # fmt: skip


@pytest.mark.parametrize("rule", REMEMBERED)
def test_every_level_of_the_other_policy_is_the_one_it_is(rule: str) -> None:
    assert REMEMBERED[rule] in judged(NCRP)[rule].text
    assert set(judged(NCRP)) == set(REMEMBERED)


def test_follow_up_comes_with_a_substantial_dose_only(tmp_path: Path) -> None:
    del tmp_path
    for kerma, wanted in ((4.9, False), (5.0, True)):
        found = tuple(judged(MPPG, kerma=kerma, skin=0.1).values())
        after = levels.recommend_follow_up(found, MPPG)
        assert bool(after) is wanted
    due, remembered = after
    assert (due.status, due.severity, due.stamp) == (
        Status.NOT_MET,
        Severity.ACTION,
        SECONDARY_STAMP,
    )
    assert (remembered.severity, remembered.stamp) == (Severity.INFO, MEMORY_STAMP)


def test_an_unknown_dose_clears_nothing() -> None:
    found = judged(MPPG)
    assert {one.status for one in found.values()} == {Status.UNKNOWN}
    assert all(one.missing for rule, one in found.items() if not rule.endswith(".silent"))
    (due, _) = levels.recommend_follow_up(tuple(found.values()), MPPG)
    assert (due.status, due.severity) == (Status.UNKNOWN, Severity.CAUTION)


@pytest.mark.parametrize(
    ("pregnant", "severity"), [(True, Severity.ACTION), (None, Severity.INFO), (False, None)]
)
def test_a_fetus_is_a_physicists_matter_and_gets_no_number(
    tmp_path: Path, pregnant: bool | None, severity: Severity | None
) -> None:
    made = report(synthetic.xray([Shot()]), tmp_path)
    found = [
        f for f in assess_dose([made], DoseRequest(pregnant=pregnant)).findings if "fetus" in f.id
    ]
    assert [f.severity for f in found] == ([] if severity is None else [severity])
    assert not any(ch.isdigit() for f in found for ch in f.text)


def test_procedures_add_up_on_the_same_skin(tmp_path: Path) -> None:
    first = report(synthetic.xray([Shot("2.0", "0.02")], StudyDate="20260101"), tmp_path, "b.dcm")
    later = report(synthetic.xray([Shot("2.5", "0.025")], StudyDate="20260201"), tmp_path, "a.dcm")
    alone = assess_dose([first]), assess_dose([later])
    both = assess_dose([later, first])
    assert both.together.dates == ("2026-01-01", "2026-02-01")
    assert both.together.found.kerma.best == pytest.approx(4.5)
    peaks = [one.together.found.skin.best or 0.0 for one in alone]
    whole = both.together.found.skin
    assert whole.best == pytest.approx(sum(peaks))  # the same place: maps add up
    assert whole.high == pytest.approx(sum(one.together.found.skin.high or 0.0 for one in alone))
    rules = {f.id: f.status for f in both.findings}
    assert rules[f"dose.{MPPG}.kerma.notice"] is Status.NOT_MET


def test_procedures_on_other_machines_are_bounded_by_the_sum(tmp_path: Path) -> None:
    first = report(synthetic.xray([Shot("2.0", "0.02")]), tmp_path, "a.dcm")
    azurion = synthetic.xray(
        [Shot("1.0", "0.01")], Manufacturer="Philips", ManufacturerModelName="Z"
    )
    found = assess_dose([first, report(azurion, tmp_path, "b.dcm")]).together
    assert found.found.skin.best is None
    assert "bounded by the sum" in found.how


def test_unknown_policies_and_assumptions_are_refused_with_those_there_are(tmp_path: Path) -> None:
    made = report(synthetic.xray([Shot()]), tmp_path)
    with pytest.raises(CareError, match=r"no dose policy.*aapm-mppg12a-2022, ncrp168"):
        assess_dose([made], DoseRequest(policy="mine"))
    with pytest.raises(CareError, match=r"no assumption.*backscatter"):
        assess_dose([made], DoseRequest(edits={"backscater": 1.3}))
    with pytest.raises(CareError, match="no dose report"):
        assess_dose([])
    assert replace(DoseRequest(), policy=NCRP).policy == NCRP
