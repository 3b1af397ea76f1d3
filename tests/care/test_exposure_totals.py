"""Several totals in one report: added as planes, counted once as versions, refused as neither."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.image import synthetic_dose as synthetic
from tests.image.synthetic_dose import Shot

from seldinger.care.exposure.assessment import assess_dose
from seldinger.care.exposure.summary import DoseSummary, summarize_dose
from seldinger.core.errors import CareError
from seldinger.core.verdict import Severity, Status
from seldinger.image.dose_report import ReportKind
from seldinger.image.dose_report_reader import read
from seldinger.report import dose_words

if TYPE_CHECKING:
    from pathlib import Path

    from pydicom.dataset import Dataset

LEVEL = "dose.aapm-mppg12a-2022.kerma.substantial"


def total(kerma: str | None, pka: str | None, plane: str | None, scheme: str = "DCM") -> Dataset:
    """An accumulated dose in Gy and Gy.m2; ``plane`` is a code, None: not told."""
    children = [] if plane is None else [synthetic.code("113764", plane, scheme)]
    if kerma is not None:
        children.append(synthetic.number("113725", kerma, "Gy"))
    if pka is not None:
        children.append(synthetic.number("113722", pka, "Gy.m2"))
    return synthetic.container("113702", children)


def made(folder: Path, shots: list[Shot], *sums: Dataset) -> DoseSummary:
    return summarize_dose(read(synthetic.saved(synthetic.xray(shots, *sums), folder / "r.dcm")))


A, B, SINGLE = "113620", "113621", "113622"
FIVE_AND_A_HALF = {
    "standard planes": (("2.0", A), ("3.5", B)),
    "planes not told": (("2.0", None), ("3.5", None)),
    "whole beside its planes": (("5.5", SINGLE), ("2.0", A), ("3.5", B)),
    "whole that is not told beside its planes": (("2.0", A), ("3.5", B), ("5.5", None)),
    "a zero of the same plane": (("0", SINGLE), ("5.5", SINGLE)),
    "the same total again": (("5.5", SINGLE), ("5.5", SINGLE)),
    "one plane not named, less than the other": (("3.5", A), ("2.0", None)),
}


@pytest.mark.parametrize("sums", FIVE_AND_A_HALF.values(), ids=FIVE_AND_A_HALF)
def test_totals_of_one_run_are_5_5_gy_however_they_are_told(
    tmp_path: Path, sums: tuple[tuple[str, str | None], ...]
) -> None:
    containers = [total(k, str(float(k) / 100.0), plane) for k, plane in sums]
    assert made(tmp_path, [], *containers).kerma_gy == pytest.approx(5.5)


def test_a_makers_own_planes_stay_apart_and_add_up(tmp_path: Path) -> None:
    sums = (total("2.0", "0.02", "FRONTAL", "99X"), total("3.5", "0.03", "LATERAL", "99X"))
    assert made(tmp_path, [], *sums).kerma_gy == pytest.approx(5.5)
    # Irradiations that name their planes otherwise are the same dose, not more of it.
    shots = [Shot("2.0", "0.02", plane="a"), Shot("3.5", "0.03", plane="b")]
    found = made(tmp_path, shots, *sums)
    assert found.kerma_gy == pytest.approx(5.5)
    assert found.disagreeing == ()


CONTRADICTING = {
    "two of a single plane": (("2.0", SINGLE), ("3.5", SINGLE)),
    "two of plane A": (("2.0", A), ("3.5", A)),
    "three that name no plane": (("1.0", None), ("2.0", None), ("3.0", None)),
    "the same twice without a plane": (("2.0", None), ("2.0", None)),
    "a whole that its planes do not make": (("8.0", SINGLE), ("2.0", A), ("3.5", B)),
}


@pytest.mark.parametrize("sums", CONTRADICTING.values(), ids=CONTRADICTING)
def test_totals_that_contradict_each_other_are_refused(
    tmp_path: Path, sums: tuple[tuple[str, str | None], ...]
) -> None:
    containers = [total(k, str(float(k) / 100.0), plane) for k, plane in sums]
    with pytest.raises(CareError, match=r"^r\.dcm: .*contradict each other .*export"):
        made(tmp_path, [], *containers)


@pytest.mark.parametrize(
    ("told", "kerma"),
    [(("2.0", "3.5"), 5.5), (("2.0", "5.5"), 5.5)],
    ids=["parts", "a running total"],
)
def test_irradiations_decide_between_parts_and_versions(
    tmp_path: Path, told: tuple[str, str], kerma: float
) -> None:
    sums = [total(k, str(float(k) / 100.0), SINGLE) for k in told]
    found = made(tmp_path, [Shot("2.0", "0.02"), Shot("3.5", "0.035")], *sums)
    assert found.kerma_gy == pytest.approx(kerma)
    assert found.disagreeing == ()


def test_the_larger_of_told_and_added_up_is_held_against_levels(tmp_path: Path) -> None:
    sums = (total("6.0", "0.06", SINGLE), total("0", "0", SINGLE))
    assert made(tmp_path, [Shot("2", "0.02")], *sums).kerma_gy == pytest.approx(6.0)


def test_an_irradiation_counts_once_however_often_it_stands_there(tmp_path: Path) -> None:
    twin = Shot("2.0", "0.02", uid="1.2.3")
    found = made(tmp_path, [twin, twin, Shot("1.0", "0.01")])
    assert found.kerma_gy == pytest.approx(3.0)
    assert any("stand in the report twice" in note for note in found.notes)


@pytest.mark.parametrize(
    ("shots", "sums", "status"),
    [
        ([Shot("2.0", "0.02"), Shot(None, "0.02")], (), Status.UNKNOWN),
        ([Shot("5.0", "0.05"), Shot(None, "0.02")], (), Status.NOT_MET),
        ([], (total("2.0", "0.02", A), total(None, "0.03", B)), Status.UNKNOWN),
        ([Shot("2.0", "0.02"), Shot(None, "0.02")], (total("2.5", "0.04", SINGLE),), Status.MET),
    ],
    ids=["an irradiation", "an irradiation, above", "a plane", "told in all"],
)
def test_a_part_that_is_not_told_leaves_a_level_open_and_never_below(
    tmp_path: Path, shots: list[Shot], sums: tuple[Dataset, ...], status: Status
) -> None:
    read_report = read(synthetic.saved(synthetic.xray(shots, *sums), tmp_path / "r.dcm"))
    found = {f.id: f.status for f in assess_dose([read_report]).findings}
    assert found[LEVEL] is status


def test_several_ct_totals_are_added_or_counted_once_or_refused(tmp_path: Path) -> None:
    scans = (("10", "300", "113691"), ("10", "200", "113691"))

    def product(*told: str) -> float | None:
        report = synthetic.ct(scans, told[0], "1")
        for more in told[1:]:
            report.ContentSequence.append(
                synthetic.container("113811", [synthetic.number("113813", more, "mGy.cm")])
            )
        return summarize_dose(read(synthetic.saved(report, tmp_path / "r.dcm"))).dlp_mgy_cm

    assert product("300", "200") == pytest.approx(500.0)
    assert product("300", "500") == pytest.approx(500.0)
    with pytest.raises(CareError, match="contradict each other"):
        product("300", "900")


SIDE = {
    "a filter": ("113758", "0.1", "[in_i]"),
    "a time": ("113730", "90", "h"),
    "a table": ("113752", "12", "[ft_i]"),
    "a pulse rate": ("113791", "15", "rpm"),
    "kerma of fluoroscopy alone": ("113728", "-3", "Gy"),
}


@pytest.mark.parametrize("side", SIDE.values(), ids=SIDE)
def test_a_side_value_that_cannot_be_read_costs_no_dose_and_is_told(
    tmp_path: Path, side: tuple[str, str, str]
) -> None:
    shot = Shot("2.0", "0.02", more=(synthetic.number(*side),), lateral=0.0)
    sums = synthetic.container(
        "113702", [synthetic.number("113725", "2.0", "Gy"), synthetic.number(*side)]
    )
    found = made(tmp_path, [shot], sums)
    assert found.kerma_gy == pytest.approx(2.0)
    assert any("cannot be read" in note and "left out" in note for note in found.notes)


@pytest.mark.parametrize("sop", ["22", "33", "34"])
def test_a_general_report_that_carries_the_template_is_read(tmp_path: Path, sop: str) -> None:
    uid = f"1.2.840.10008.5.1.4.1.1.88.{sop}"
    for build, kind in (
        (synthetic.xray, ReportKind.XRAY),
        (synthetic.enhanced, ReportKind.ENHANCED),
    ):
        report = build([Shot("2.0", "0.02")], SOPClassUID=uid)
        found = read(synthetic.saved(report, tmp_path / "r.dcm"))
        assert found.kind is kind
        assert summarize_dose(found).kerma_gy == pytest.approx(2.0)
    bare = synthetic.xray([], SOPClassUID=uid)
    with pytest.raises(CareError, match=r"SR carries no radiation dose template"):
        read(synthetic.saved(bare, tmp_path / "r.dcm"))


@pytest.mark.parametrize(
    ("kerma", "flag", "said"),
    [
        ("2.001 Gy", "COMPLETE", "BELOW LEVELS"),
        ("2.5 Gy", "COMPLETE", "SUMS DIFFER"),
        ("2.0 Gy", "PARTIAL", "PARTIAL REPORT"),
        ("3.1 Gy", "COMPLETE", "LOOK AGAIN"),
        ("5.1 Gy", "PARTIAL", "FOLLOW UP"),
    ],
)
def test_last_digits_sums_parts_and_levels_have_headlines_of_their_own(
    tmp_path: Path, kerma: str, flag: str, said: str
) -> None:
    shot = Shot("2.0000", "0.020000", height=None)
    whole = synthetic.totals("single", kerma=kerma, pka="0.020000 Gy.m2")
    report = synthetic.xray([shot], whole, CompletionFlag=flag)
    found = assess_dose([read(synthetic.saved(report, tmp_path / "r.dcm"))])
    # The bound of the skin is not the subject here.
    kept = tuple(f for f in found.findings if ".skin." not in f.id and "follow" not in f.id)
    assert dose_words.answer_in_a_word(replace(found, findings=kept))[0] == said


def test_what_a_policy_does_not_say_is_printed(tmp_path: Path) -> None:
    report = synthetic.xray([Shot("2.0", "0.02")])
    found = assess_dose([read(synthetic.saved(report, tmp_path / "r.dcm"))])
    (line,) = [f for f in found.findings if f.id.endswith("pka.silent")]
    assert line.severity is Severity.INFO
    assert "200 Gy cm2" in line.text
    assert "gives no level" in line.text
    assert any("gives no level" in said for said in dose_words.format_lines(found))
