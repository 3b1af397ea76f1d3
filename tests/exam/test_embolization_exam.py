"""Chemoembolization of the built-in patient: the exam, his truth, its laws, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.demo_plans import EMBOLIZATION_CASES
from tests.uptake import figure, finding

from seldinger import anatomy, demo, plan, report, testing
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.verdict import Status
from seldinger.plan import file
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.embolization.staging import measure_length_mm, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from seldinger.demo import ArterialPatient
    from seldinger.plan import Plan
    from seldinger.plan.treatments.embolization.options import EmbolizationOptions

NAME = "chemoembolization"
(CASE,) = plan.load_procedures()[NAME].demo
(TOLD,) = CASE.options
CLEARED = {**CASE.answers, "clearance": "yes"}


@pytest.fixture(scope="module")
def patient() -> ArterialPatient:
    return demo.embolization_patient(4.0)


@pytest.fixture(scope="module")
def liver(patient: ArterialPatient) -> anatomy.Anatomy:
    return patient.build_anatomy(anatomy.Settings(voxel_mm=4.0))


@pytest.fixture(scope="module")
def embolize(liver: anatomy.Anatomy) -> Callable[..., Plan]:
    def planned(
        options: EmbolizationOptions = TOLD,
        answers: Mapping[str, str] = CLEARED,
        of: anatomy.Anatomy = liver,
        target: str = CASE.target,
        assume: Mapping[str, float] | None = None,
    ) -> Plan:
        chosen = plan.Settings(answers=answers, options=(options,), assume=assume or {})
        return plan.propose(NAME, of, target, settings=chosen)

    return planned


@pytest.fixture(scope="module")
def given(embolize: Callable[..., Plan]) -> Plan:
    return embolize()


def test_a_plan_passes_the_exam_and_repeats(given: Plan, embolize: Callable[..., Plan]) -> None:
    assert list(EMBOLIZATION_CASES) == [(NAME, CASE.target)]
    unasked = embolize(answers=CASE.answers)
    assert testing.check_plan(unasked, demo.patient(4.0).truth) == ()
    assert unasked.verdict.status is PlanStatus.UNKNOWN, "nobody cleared a patient"
    assert given.verdict.status is PlanStatus.GO, given.verdict.reasons
    assert file.to_json(embolize()) == file.to_json(given)
    assert given.goal.stretch is not None


def test_both_true_feeders_are_chosen_and_hold_the_tumour(
    given: Plan, patient: ArterialPatient, liver: anatomy.Anatomy
) -> None:
    assert given.treatment.settings["positions"] == "segment 5 artery, then segment 6 artery"
    assert figure(given, "target-reached") == pytest.approx(1.0, abs=0.02)
    lesion = given.goal.lesions[0].mask
    true = np.zeros_like(lesion)
    for name in ("segment 5 artery", "segment 6 artery"):
        true |= patient.find_territory(name, liver.get_structure("liver").mask | lesion, liver.grid)
    both = (true & given.goal.mask).sum()
    assert both / true.sum() > 0.85
    assert both / given.goal.mask.sum() > 0.80
    assert (true & lesion).sum() > 0.9 * lesion.sum()


def test_beads_and_drug_are_all_accounted_for(given: Plan) -> None:
    places = ("target", "organ", "elsewhere", "lung")
    shares = [figure(given, f"beads-{one}") or 0.0 for one in places]
    assert sum(shares) == pytest.approx(1.0, abs=1e-9)
    loaded = figure(given, "drug-loaded")
    assert loaded == 75.0
    assert figure(given, "drug-target") == pytest.approx(shares[0] * loaded)
    released = figure(given, "drug-released")
    assert released == pytest.approx(0.21 * loaded * (1.0 - 4.0 ** (-360.0 / 197.0)), rel=1e-3)
    assert given.fields is not None
    traces = given.fields.traces
    total = sum(traces[n].values for n in traces if n.startswith("in beads"))
    assert total + traces["released"].values == pytest.approx(loaded, rel=1e-6)


def test_beads_go_by_the_blood_that_each_tissue_takes(given: Plan) -> None:
    """A tumour of three times the blood: its share of beads by hand, from volumes alone."""
    lesion, reached = given.goal.lesions[0].mask, given.goal.mask
    tumour, normal = float((lesion & reached).sum()), float((reached & ~lesion).sum())
    by_hand = 3.0 * tumour / (3.0 * tumour + normal)
    assert figure(given, "beads-target") == pytest.approx(by_hand, rel=0.12)


def test_more_blood_in_the_tumour_brings_more_beads(
    given: Plan, embolize: Callable[..., Plan]
) -> None:
    rich = embolize(assume={"embolization_tumour_flow": 10.0})
    assert (figure(rich, "beads-target") or 0.0) > 1.8 * (figure(given, "beads-target") or 1.0)


def test_a_selective_place_brings_more_into_the_tumour_than_a_lobe(
    given: Plan, embolize: Callable[..., Plan]
) -> None:
    lobar = embolize(replace(TOLD, positions=("right hepatic artery",)))
    assert finding(lobar, "branches-aside")[0] is Status.NOT_MET, "the cystic artery"
    assert lobar.verdict.status is PlanStatus.PROTECT_FIRST
    assert (figure(lobar, "beads-target") or 1.0) < 0.75 * (figure(given, "beads-target") or 0.0)
    one = embolize(replace(TOLD, positions=("segment 5 artery",)))
    assert finding(one, "positions")[0] is Status.NOT_MET
    assert "at least 95 % are wanted" in finding(one, "positions")[1].lower()


def test_what_is_taken_away_never_helps(
    embolize: Callable[..., Plan], liver: anatomy.Anatomy, given: Plan
) -> None:
    bare = replace(liver, vessels=None, structures=tuple(
        one for one in liver.structures if "artery" not in one.name and one.name != "aorta"
    ))  # fmt: skip
    less: dict[str, dict[str, object]] = {
        "no agent": {"options": replace(TOLD, agent=None)},
        "no bilirubin": {"options": replace(TOLD, total_bilirubin_mg_per_dl=None)},
        "no disease": {"answers": {k: v for k, v in CLEARED.items() if k != "disease"}},
        "no Child-Pugh": {"answers": {k: v for k, v in CLEARED.items() if k != "child-pugh"}},
        "no question": {"answers": {k: v for k, v in CLEARED.items() if k != "vein-invaded"}},
        "no arteries": {"of": bare},
    }
    for what, change in less.items():
        told = embolize(**change)
        assert told.verdict.status.permits < given.verdict.status.permits, what


def test_a_liver_that_cannot_bear_it_is_told(embolize: Callable[..., Plan]) -> None:
    high = embolize(replace(TOLD, total_bilirubin_mg_per_dl=3.4))
    assert finding(high, "bilirubin")[0] is Status.NOT_MET
    worse = embolize(answers={**CLEARED, "child-pugh": "b8-or-more"})
    assert finding(worse, "child-pugh")[0] is Status.NOT_MET
    assert worse.verdict.status is PlanStatus.UNSUITABLE


def test_more_drug_than_was_published_is_refused_with_limit_and_source(
    embolize: Callable[..., Plan],
) -> None:
    with pytest.raises(PlanError, match=r"at most 150 mg .* beyond the Milan.*nouri2019"):
        embolize(replace(TOLD, drug_mg=151.0))
    with pytest.raises(PlanError, match=r"at most 75 mg .*told is metastases"):
        embolize(replace(TOLD, drug_mg=100.0), {**CLEARED, "disease": "metastases"})
    two = embolize(replace(TOLD, drug_mg=150.0))
    assert two.treatment.settings["vials"] == 2.0
    assert finding(two, "drug-dose")[0] is Status.MET


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"agent": "pva"}, PlanError, "loads no doxorubicin"),
        ({"agent": "dcbead"}, Exception, "dc_bead"),
        ({"size_um": "200-400"}, Exception, "has no class of 200 to 400"),
        ({"size_um": "small"}, PlanError, "as 300-500"),
        ({"total_bilirubin_mg_per_dl": 86.0}, PlanError, "divide by 17.1"),
        ({"positions": ("left hepatic artery",)}, PlanError, "feeds none of the target"),
        ({"positions": ("coeliac artery",)}, AnatomyError, "no artery is called"),
        ({"positions": ("segment 5 artery", "right hepatic artery")}, PlanError, "lies below"),
        ({"positions": ("segment 5 artery", "segment 5 artery")}, PlanError, "named twice"),
    ],
)
def test_what_cannot_be_is_refused(
    change: dict[str, object], error: type[Exception], told: str, embolize: Callable[..., Plan]
) -> None:
    with pytest.raises(error, match=told):
        embolize(replace(TOLD, **change))


def test_beads_larger_than_the_catheter_are_not_followed(embolize: Callable[..., Plan]) -> None:
    large = embolize(replace(TOLD, size_um="700-900"))
    status, text = finding(large, "beads")
    assert status is Status.NOT_MET
    assert "do not pass a catheter of 570 um" in text
    assert large.verdict.status is PlanStatus.PROTECT_FIRST


def test_what_was_not_read_of_an_agent_or_a_disease_blocks(embolize: Callable[..., Plan]) -> None:
    dry = embolize(replace(TOLD, agent="hepasphere"))
    assert finding(dry, "drug-dose")[0] is Status.UNKNOWN
    assert (figure(dry, "bead-depth") or 0.0) > 100.0, "swollen, not 30 to 60 um"
    other = embolize(answers={**CLEARED, "disease": "metastases"})
    assert finding(other, "drug-dose")[0] is Status.UNKNOWN
    little = embolize(replace(TOLD, drug_mg=5.0))
    assert finding(little, "drug-dose")[0] is Status.NOT_MET


def test_pieces_of_a_label_are_tumours_of_their_own(liver: anatomy.Anatomy) -> None:
    one, two = (liver.get_structure(f"liver tumour {n}") for n in (1, 2))
    both = replace(one, mask=one.mask | two.mask)
    kept = tuple(both if s is one else s for s in liver.structures if s is not two)
    joined = replace(liver, structures=kept)
    organ = liver.get_structure("liver").mask | both.mask
    found = stage(joined, anatomy.targets.find(liver, "liver-tumour-1"), organ, "hcc")
    assert len(found.lengths_mm) == 2
    assert found.surely_beyond_milan is True


def test_labels_that_nobody_knows_block(
    embolize: Callable[..., Plan], liver: anatomy.Anatomy
) -> None:
    told = embolize(of=replace(liver, unread=("accessory artery",)))
    assert finding(told, "labels-unread")[0] is Status.UNKNOWN
    assert told.verdict.status is PlanStatus.UNKNOWN


def test_larger_beads_lodge_nearer_to_the_tip(given: Plan, embolize: Callable[..., Plan]) -> None:
    large = embolize(replace(TOLD, size_um="300-500"))
    assert (figure(large, "bead-depth") or 0.0) > (figure(given, "bead-depth") or 1e9)


def test_tumours_are_staged_by_their_longest_diameters(liver: anatomy.Anatomy) -> None:
    grid = liver.grid
    bar = np.zeros(grid.shape, dtype=bool)
    bar[10, 10, 5:15] = True
    assert measure_length_mm(bar, grid) == pytest.approx(36.0)
    one = anatomy.targets.find(liver, "liver-tumour-1")
    organ = liver.get_structure("liver").mask | one.mask
    found = stage(liver, one, organ, "hcc")
    assert found.lengths_mm[0] == pytest.approx(38.0, abs=4.0)
    assert found.lengths_mm[1] == pytest.approx(28.0, abs=4.0)
    assert found.within_milan is False
    assert found.within_downstaging is True
    assert stage(liver, one, organ, "metastases").within_milan is None


def test_the_report_shows_places_beads_and_drug(given: Plan, tmp_path: Path) -> None:
    page = report.write(tmp_path / "out", given).read_text(encoding="utf-8")
    for words in (
        "Where the beads come to lie", "Places of the catheter, in order",
        "Inventory of doxorubicin", "No response, necrosis or survival is predicted",
        "What is perfused",
    ):  # fmt: skip
        assert words in page
    assert {"lodged.png", "drug.png", "territory.png", "hero.png"} <= {
        one.name for one in (tmp_path / "out" / "pictures").iterdir()
    }


OIL = replace(TOLD, agent="lipiodol", drug_mg=100.0, oil_ml=10.0, body_surface_m2=1.8)
OILED = {**CLEARED, "lipiodol-forbidden": "no"}


@pytest.fixture(scope="module")
def oiled(embolize: Callable[..., Plan]) -> Plan:
    return embolize(OIL, OILED)


def test_an_emulsion_goes_by_the_blood_of_each_tissue(oiled: Plan, given: Plan) -> None:
    assert oiled.verdict.status is PlanStatus.GO, oiled.verdict.reasons
    shares = [figure(oiled, f"beads-{one}") for one in ("target", "organ", "elsewhere")]
    assert sum(one or 0.0 for one in shares) == pytest.approx(1.0)
    # Beads that take the first stream go the same ways.
    assert shares[0] == pytest.approx(figure(given, "beads-target") or 0.0, abs=0.02)
    assert figure(oiled, "drug-target") == pytest.approx(100.0 * (shares[0] or 0.0))
    assert figure(oiled, "suspension") == pytest.approx(10.0 * (1.0 + 1.0 / 4.0))
    assert oiled.effect is not None
    assert not any("Inventory" in one.title for one in oiled.effect.tables)
    assert file.to_json(oiled)


@pytest.mark.parametrize(
    ("told", "answers", "what"),
    [
        ({"drug_mg": None}, {}, "embolization-asked"),
        ({"oil_ml": None}, {}, "embolization-asked"),
        ({"body_surface_m2": None}, {}, "embolization-asked"),
        ({"oil_ml": 18.0}, {}, "drug-dose"),
        ({"oil_ml": 2.0}, {}, "drug-dose"),
        ({}, {"disease": "metastases"}, "drug-dose"),
        ({}, {"lipiodol-forbidden": "yes"}, "lipiodol-forbidden"),
    ],
)
def test_an_emulsion_that_is_not_all_told_or_not_held_never_gives_go(
    told: dict[str, float | None],
    answers: dict[str, str],
    what: str,
    embolize: Callable[..., Plan],
) -> None:
    made = embolize(replace(OIL, **told), {**OILED, **answers})
    assert finding(made, what)[0] is not Status.MET
    assert made.verdict.status is not PlanStatus.GO


def test_oil_is_asked_whether_it_may_be_given(embolize: Callable[..., Plan]) -> None:
    made = embolize(OIL, CLEARED)
    assert "lipiodol-forbidden" in finding(made, "embolization-asked")[1]
    assert made.verdict.status is not PlanStatus.GO


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"drug_mg": 136.0}, "at most 135 mg"),
        ({"oil_ml": 20.5}, "at most 20 mL"),
        ({"size_um": "100-300"}, "leave it out"),
        ({"vials": 1}, "leave it out"),
        ({"body_surface_m2": 18.0}, "0.3 to 4"),
        ({"agent": "dc_bead"}, "belong to an emulsion"),
    ],
)
def test_more_than_was_published_or_what_is_of_beads_is_refused(
    told: dict[str, object], said: str, embolize: Callable[..., Plan]
) -> None:
    with pytest.raises(PlanError, match=said):
        embolize(replace(OIL, **told), OILED)


def test_an_artery_aside_that_is_closed_first_takes_no_beads(embolize: Callable[..., Plan]) -> None:
    bare = embolize(replace(TOLD, positions=("proper hepatic artery",)))
    assert "cystic" in finding(bare, "branches-aside")[1]
    spared = embolize(
        replace(TOLD, positions=("proper hepatic artery",), protect=("cystic artery",))
    )
    assert "branches-aside" not in {one.id for one in spared.findings}
    (closed,) = (one for one in spared.findings if one.id.startswith("protected-"))
    assert closed.status is Status.MET
    assert "Microcoil" in closed.text or "microcoil" in closed.text
    assert (figure(spared, "beads-elsewhere") or 0.0) < (figure(bare, "beads-elsewhere") or 0.0)
    assert "Protect" in {one.title for one in spared.treatment.steps}


@pytest.mark.parametrize(
    ("protect", "said"),
    [
        (("segment 5 artery",), "only an artery that leads elsewhere"),
        (("cystic artery", "cystic artery"), "named twice"),
        (("phrenic artery",), "no artery is called"),
        (("superior mesenteric artery",), "never closed"),
        (("left renal artery",), "leaves abdominal aorta"),
        (("splenic artery",), "leaves coeliac trunk"),
    ],
)
def test_what_cannot_be_closed_first_is_refused(
    protect: tuple[str, ...], said: str, embolize: Callable[..., Plan]
) -> None:
    with pytest.raises((PlanError, AnatomyError), match=said):
        embolize(replace(TOLD, protect=protect))


def test_an_answer_about_oil_that_nothing_reads_is_shown(embolize: Callable[..., Plan]) -> None:
    made = embolize(answers=OILED)
    assert finding(made, "answer-unread")[0] is Status.UNKNOWN
    assert made.verdict.status is not PlanStatus.GO
