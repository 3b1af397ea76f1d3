"""Cement in the spine: the exam, the truth of the built-in spine patient, laws, and refusals."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.demo_plans import SPINE_CASES, fingerprint
from tests.uptake import figure, finding

from seldinger import anatomy, demo, evidence, plan, report, testing
from seldinger.anatomy.vertebra import find_vertebra
from seldinger.catalogue import device
from seldinger.core.errors import AnatomyError, PlanError
from seldinger.core.verdict import Status
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.augmentation.options import AugmentationOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from seldinger.core.space import Points, Vector
    from seldinger.core.volume import Mask
    from seldinger.demo import SpinePatient
    from seldinger.plan import Plan

COARSE = {"cement_voxel_mm": 2.0, "cement_runs": 2.0, "setting_voxel_mm": 2.0}
"""The engines are tested where they live; here it is asked what a plan makes of them."""
ASKED = dict(plan.load_procedures()["vertebroplasty"].demo[0].answers)
"""Among them the cause: osteoporosis."""


@pytest.fixture(scope="module")
def patient() -> SpinePatient:
    return demo.spine_patient(1.0, levels=("T11", "L4"))


@pytest.fixture(scope="module")
def spine(patient: SpinePatient) -> anatomy.Anatomy:
    return patient.build_anatomy(anatomy.Settings(voxel_mm=2.0))


@pytest.fixture(scope="module")
def augment(spine: anatomy.Anatomy) -> Callable[..., Plan]:
    def planned(
        name: str,
        target: str,
        answers: Mapping[str, str] | None = None,
        of: anatomy.Anatomy | None = None,
        assume: Mapping[str, float] | None = None,
        device: str | None = None,
        **options: Any,
    ) -> Plan:
        told = AugmentationOptions(**{"fracture_weeks": 4.0, **options})
        settings = plan.Settings(
            answers=ASKED if answers is None else answers, options=(told,), device=device,
            assume={**COARSE, **(assume or {})},
        )  # fmt: skip
        return plan.propose(name, of or spine, target, settings=settings)

    return planned


@pytest.fixture(scope="module")
def given(augment: Callable[..., Plan]) -> Mapping[tuple[str, str], Plan]:
    return {case: augment(*case) for case in SPINE_CASES}


@pytest.mark.parametrize("case", SPINE_CASES, ids=lambda c: f"{c[0]}:{c[1]}")
def test_a_plan_passes_the_exam(
    case: tuple[str, str], given: Mapping[tuple[str, str], Plan], patient: SpinePatient
) -> None:
    assert testing.check_plan(given[case], patient.truth.scene) == ()


@pytest.mark.parametrize("case", SPINE_CASES, ids=lambda c: f"{c[0]}:{c[1]}")
def test_every_source_named_in_a_text_is_printed_and_no_finding_is_told_twice(
    case: tuple[str, str], given: Mapping[tuple[str, str], Plan]
) -> None:
    made = given[case]
    steps = (*made.treatment.steps, *made.treatment.bail_out)
    said = "\n".join([*(one.text for one in steps), *(one.text for one in made.findings)])
    named = set(re.findall(r"\[([a-z0-9_]+)[;\]]", said)) & set(evidence.sources())
    assert named <= {one.key for one in made.citations}
    ids = [one.id for one in made.findings]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("case", SPINE_CASES, ids=lambda c: f"{c[0]}:{c[1]}")
def test_needles_stay_in_the_true_pedicle_and_off_the_true_canal(
    case: tuple[str, str], given: Mapping[tuple[str, str], Plan], patient: SpinePatient
) -> None:
    made, truth = given[case], patient.truth
    assert made.placements
    assert made.effect is not None
    for one, path in zip(made.placements, made.taken, strict=True):
        side = "left" if path.entry_lps_mm[0] > 0.0 else "right"
        radius = 0.5 * device(one.device).outer_diameter_mm
        ends = (path.entry_lps_mm, path.target_lps_mm)
        wall = truth.measure_pedicle_clearance_mm(case[1], side, *ends) - radius
        canal = truth.measure_canal_clearance_mm(*ends) - radius
        assert wall > 0.0, "the needle leaves the true pedicle"
        assert canal > 0.0, "the needle enters the true canal"
        # The thinnest wall may lie outside the stretch that the truth looks at.
        (told,) = [s for s in made.effect.structures if s.structure == f"{side} pedicle"]
        assert (told.measure("wall-left").nominal or 0.0) < wall + 0.8


def test_what_is_measured_of_the_vertebra_is_true(
    given: Mapping[tuple[str, str], Plan], patient: SpinePatient
) -> None:
    broken, truth = given["vertebroplasty", "T12"], patient.truth.level("T12")
    assert figure(broken, "height-lost") == pytest.approx(truth.lost_front_share, abs=0.05)
    assert figure(broken, "body-volume") == pytest.approx(truth.body_ml, rel=0.08)
    assert figure(broken, "height-front") == pytest.approx(truth.heights_mm[0], abs=1.2)
    assert finding(broken, "cleft")[0] is Status.NOT_MET
    assert "upper endplate" in finding(broken, "cortex")[1]
    sick = given["vertebroplasty", "L3"]
    assert finding(sick, "back-wall")[0] is Status.NOT_MET
    assert "mL by a label" in finding(sick, "tumour")[1]
    assert finding(sick, "effect-in-domain")[0] is Status.UNKNOWN
    assert finding(sick, "canal-leak")[0] is Status.UNKNOWN
    for exit_ in ("leak-canal", "leak-break-back-towards-the-canal", "leak-basivertebral-vein"):
        assert figure(sick, exit_) is None, "a wall that is broken tells no amount"


def test_setting_cement_is_judged_at_canal_and_roots(
    given: Mapping[tuple[str, str], Plan],
) -> None:
    for case, made in given.items():
        canal = {one.id: one for one in made.findings}["setting-canal"]
        assert canal.status in {Status.MET, Status.UNKNOWN}, case
        assert "39 to 57 degrees" in canal.text, "beside the bench"
        assert {"belkoff2003", "canal_heat2012", "lai2011"} <= set(canal.sources), case
        # Where cement may lie in the canal that the model does not know of, nothing is met.
        doubted = finding(made, "canal-leak")[0] is Status.UNKNOWN
        assert (canal.status is Status.UNKNOWN) == doubted, case
        assert (figure(made, "setting-canal") is None) == doubted, case
        inside = figure(made, "setting-cement") or 0.0
        assert 60.0 < inside < 137.0, case
        beside = finding(made, "foramen-leak")[0]
        assert beside in {Status.MET, Status.UNKNOWN}, case
        assert (figure(made, "foramen-cement") is None) == (beside is Status.UNKNOWN)
        for side in ("left", "right"):
            # Cement that may lie in a foramen would warm its root from inside.
            assert finding(made, f"setting-{side}-nerve-root")[0] is beside, case
            warmed = figure(made, f"setting-{side}-nerve-root")
            assert (warmed is None) == (beside is Status.UNKNOWN), case
            assert warmed is None or 37.0 <= warmed < 45.0


def test_cement_is_booked_and_its_rates_are_those_of_others(
    given: Mapping[tuple[str, str], Plan],
) -> None:
    for case, made in given.items():
        assert made.effect is not None
        assert made.fields is not None
        in_body = (figure(made, "fill") or 0.0) * (figure(made, "body-volume") or 0.0)
        exits = [m for m in made.effect.measures if m.id.startswith("leak-")]
        out = sum(m.nominal or 0.0 for m in exits if m.id != "leak-canal")
        # What is missing lies in the pedicles, or in an exit that is not told.
        given_ml = figure(made, "given") or 0.0
        assert 0.9 * given_ml <= in_body + out <= given_ml + 0.05, case
        filled = [
            o.measure("fill").nominal or 0.0
            for o in made.effect.options if o.technique == "cement"
        ]  # fmt: skip
        assert filled == sorted(filled), "more cement fills more"
        titles = [one.title for one in made.effect.tables]
        assert any("eak" in one for one in titles)
        warmth, *cohorts = made.effect.tables
        assert "By the model" in warmth.note
        assert all("not this patient" in one.note for one in cohorts)
        assert any("leaks more seldom" in one for one in made.effect.notes)


def test_a_lesion_cut_out_of_the_label_of_its_vertebra_is_doubted(
    augment: Callable[..., Plan], spine: anatomy.Anatomy, given: Mapping[tuple[str, str], Plan]
) -> None:
    labels = spine.study.labels
    assert labels is not None
    (lesion,) = [one for one in labels.entries if one.name == "spine-metastasis-1"]
    hole = labels.layers[lesion.layer] == lesion.value
    layers = tuple(
        layer if number == lesion.layer else np.where(hole, 0, layer).astype(layer.dtype)
        for number, layer in enumerate(labels.layers)
    )
    study = replace(spine.study, labels=replace(labels, layers=layers))
    cut = augment("vertebroplasty", "L3", of=replace(spine, study=study), cement_ml=5.0)
    assert finding(cut, "vertebra-outline")[0] is Status.UNKNOWN
    assert "outside its label" in finding(cut, "vertebra-outline")[1]
    assert finding(given["vertebroplasty", "L3"], "vertebra-outline")[0] is Status.MET
    # Who drops the lesion's label as well leaves a notch in that of the vertebra.
    entries = tuple(one for one in labels.entries if one is not lesion)
    dropped = find_vertebra(
        replace(study, labels=replace(labels, layers=layers, entries=entries)), "L3"
    )
    assert dropped.notch_mm > 3.0


def test_a_narrow_pedicle_has_no_way_and_the_other_side_has(augment: Callable[..., Plan]) -> None:
    made = augment("vertebroplasty", "T11")
    assert made.effect is not None
    through = [one for one in made.effect.options if one.technique == "transpedicular"]
    sides = {one.setting.split(" ")[0]: one for one in through}
    assert "no straight line" in sides["left"].note
    forced = augment("vertebroplasty", "T11", side="left", way="transpedicular")
    assert finding(forced, "pedicle")[0] is Status.NOT_MET
    assert forced.verdict.status is PlanStatus.UNSUITABLE
    assert not forced.placements


def test_where_no_pedicle_takes_a_needle_one_goes_beside_and_says_so(
    augment: Callable[..., Plan], patient: SpinePatient
) -> None:
    made = augment("kyphoplasty", "T11", cement_ml=3.0)
    assert testing.check_plan(made, patient.truth.scene) == ()
    (needle,) = made.taken
    assert needle.technique.startswith("ct-"), "nothing guides it"
    status, why = finding(made, "way-right")
    assert status is Status.NOT_MET
    assert "because no straight line" in why
    assert "beall2007" in {one.key for one in made.citations}
    # True, not as labelled: outside the canal all the way.
    ends = needle.target_lps_mm, needle.entry_lps_mm
    assert patient.truth.measure_canal_clearance_mm(*ends) - 1.7 > 1.0
    assert finding(made, "contact-1")[0] is Status.NOT_MET, "ribs and canal are near"
    assert (needle.clearances_mm["ribs"] or 0.0) >= 2.0, "a rib is an obstacle here as anywhere"
    assert "needle-error" not in {one.id for one in made.findings}, "nothing navigates it"


def test_the_same_question_has_the_same_answer(
    augment: Callable[..., Plan], given: Mapping[tuple[str, str], Plan]
) -> None:
    case = "kyphoplasty", "T12"
    assert fingerprint(augment(*case)) == fingerprint(given[case])


def test_what_is_taken_away_never_helps(
    augment: Callable[..., Plan], spine: anatomy.Anatomy
) -> None:
    cleared = {**ASKED, "clearance": "yes"}
    going = augment("vertebroplasty", "T12", answers=cleared, cement_ml=3.0)
    assert going.verdict.status is PlanStatus.GO, going.verdict.reasons
    for one in going.taken:
        assert one.technique == "pedicle"
    without = tuple(s for s in spine.structures if s.name not in {"aorta", "left lung"})
    less: dict[str, dict[str, object]] = {
        "an answer": {"answers": {k: v for k, v in cleared.items() if k != "neurology"}},
        "organs": {"answers": cleared, "of": replace(spine, structures=without)},
    }
    for what, change in less.items():
        told = augment("vertebroplasty", "T12", cement_ml=3.0, **change)
        assert told.verdict.status.permits < going.verdict.status.permits, what
    assert {"aorta", "left lung"} <= {*told.not_segmented}
    stops = augment("vertebroplasty", "T12", answers={**ASKED, "neurology": "yes"}, cement_ml=3.0)
    assert stops.verdict.status is PlanStatus.UNSUITABLE


def test_an_old_fracture_lies_outside_every_cohort(augment: Callable[..., Plan]) -> None:
    plain = augment("vertebroplasty", "L1", fracture_weeks=50.0, cement_ml=4.0)
    assert finding(plain, "fracture-age")[0] is Status.UNKNOWN, "no cohort by age without balloons"
    old = augment("kyphoplasty", "T12", fracture_weeks=80.0, cement_ml=4.0)
    assert finding(old, "fracture-age")[0] is Status.NOT_MET
    assert finding(old, "effect-in-domain")[0] is Status.UNKNOWN
    young = augment("kyphoplasty", "T12", fracture_weeks=1.0, cement_ml=4.0)
    assert young.effect is not None
    rows = [row for table in young.effect.tables for row in table.rows if "ngle" in row[0]]
    assert any("3.8 degrees" in row[0] for row in rows)
    assert not any("1.7 degrees" in row[0] and "51" in row[0] for row in rows)


def test_more_cement_than_room_is_told(
    augment: Callable[..., Plan], given: Mapping[tuple[str, str], Plan]
) -> None:
    much = augment("vertebroplasty", "T12", cement_ml=15.0)
    full = 15.0 / (figure(given["vertebroplasty", "T12"], "body-volume") or 0.0)
    told = {one.id: one for one in much.findings}
    if much.effect is None:
        assert told["cement-model"].status is Status.UNKNOWN
    else:
        assert told["cement-amount"].status is Status.NOT_MET
        assert (figure(much, "fill") or 0.0) < full
    assert much.verdict.status is not PlanStatus.GO


def test_a_balloon_that_has_no_room_is_told(augment: Callable[..., Plan]) -> None:
    large = augment("kyphoplasty", "L1", balloon_ml=9.0)
    assert finding(large, "balloon")[0] is Status.NOT_MET
    assert "Balloons of 9.0 mL were wanted" in finding(large, "balloon")[1]
    one = augment("kyphoplasty", "T12", side="right", balloon_ml=1.0)
    assert finding(one, "one-side")[0] is Status.MET, "one was asked for"
    assert finding(one, "balloon")[0] is Status.MET


def test_thin_cement_is_said_to_leak_more(augment: Callable[..., Plan]) -> None:
    thin = augment("vertebroplasty", "T12", viscosity="low", fracture_weeks=None, cement_ml=3.0)
    assert finding(thin, "fracture-age")[0] is Status.UNKNOWN
    assert finding(thin, "viscosity")[0] is Status.NOT_MET
    assert "0.38 times" in finding(thin, "viscosity")[1]


@pytest.mark.parametrize(
    ("name", "target", "options", "error", "words"),
    [
        ("vertebroplasty", "L9", {}, AnatomyError, "L9"),
        ("vertebroplasty", "T4", {}, AnatomyError, "T11"),
        ("vertebroplasty", "liver", {}, AnatomyError, "liver"),
        ("vertebroplasty", "C5", {}, PlanError, "not built"),
        ("vertebroplasty", "L1", {"balloon_ml": 2.0}, PlanError, "has no balloon"),
        ("vertebroplasty", "L1", {"cement_ml": 40.0}, PlanError, "no vertebra takes more"),
        ("kyphoplasty", "L1", {"viscosity_pa_s": 0.1}, PlanError, "not mPa s"),
        ("vertebroplasty", "L1", {"needles": "two", "side": "left"}, PlanError, "single needle"),
    ],
)
def test_what_nobody_can_have_meant_is_refused(
    name: str, target: str, options: dict[str, object], error: type[Exception], words: str,
    augment: Callable[..., Plan],
) -> None:  # fmt: skip
    with pytest.raises(error, match=words):
        augment(name, target, **options)


def test_a_needle_of_another_kind_is_refused(augment: Callable[..., Plan]) -> None:
    with pytest.raises(PlanError, match="gives no cement"):
        augment("vertebroplasty", "L1", device="access-21g-150")


def test_the_report_shows_where_the_cement_lies(
    given: Mapping[tuple[str, str], Plan], tmp_path: Path
) -> None:
    page = report.write(tmp_path / "out", given["vertebroplasty", "T12"])
    pictures = {one.name for one in (tmp_path / "out" / "pictures").iterdir()}
    assert {"cement.png", "cement-time.png"} <= pictures
    text = page.read_text("utf-8")
    assert "Where the cement comes to lie" in text
    assert "not a medical device" in text


def edit_hu(
    spine: anatomy.Anatomy, middles: Iterable[Vector], inside: Callable[[Points], Mask], hu: int
) -> anatomy.Anatomy:
    """The same anatomy, its image ``hu`` where ``inside`` says so of mm off a middle."""
    series = spine.study.planning
    grid, values = series.image.grid, series.image.values.copy()
    steps = np.arange(-18, 19)
    around = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    for middle in middles:
        index = np.rint(grid.to_index(np.asarray(middle))).astype(int) + around
        kept = index[inside(grid.to_lps(index) - np.asarray(middle))]
        values[tuple(kept.T)] = hu
    image = replace(series.image, values=values)
    study = replace(spine.study, series=(replace(series, image=image), *spine.study.series[1:]))
    return replace(spine, study=study)


def test_a_screw_or_no_bone_in_the_pedicle_stops_it(
    augment: Callable[..., Plan], spine: anatomy.Anatomy, patient: SpinePatient
) -> None:
    middles = [one.isthmus_lps_mm for one in patient.truth.level("L2").pedicles.values()]
    screw = edit_hu(
        spine, middles,
        lambda off: (np.hypot(off[:, 0], off[:, 2]) < 2.5) & (np.abs(off[:, 1]) < 15.0), 3000,
    )  # fmt: skip
    destroyed = edit_hu(spine, middles, lambda off: np.linalg.norm(off, axis=1) < 9.0, 40)
    held = augment("vertebroplasty", "L2", cement_ml=5.0)
    assert not any(one.id.startswith(("metal-", "wall-")) for one in held.findings)
    screwed = augment("vertebroplasty", "L2", of=screw, cement_ml=5.0)
    assert screwed.verdict.status is PlanStatus.UNSUITABLE
    assert any(one.id.startswith("metal-") for one in screwed.findings)
    gone = augment("vertebroplasty", "L2", of=destroyed, cement_ml=5.0)
    assert any(one.id.startswith("wall-") and one.status is Status.UNKNOWN for one in gone.findings)


def test_a_cause_that_nobody_told_is_no_osteoporosis(augment: Callable[..., Plan]) -> None:
    silent = {key: word for key, word in ASKED.items() if key != "cause"}
    made = augment("vertebroplasty", "L2", answers=silent, cement_ml=16.0 / 2.0)
    assert finding(made, "tumour")[0] is Status.UNKNOWN
    much = augment("vertebroplasty", "L2", cement_ml=12.0)
    assert finding(much, "cement-amount")[0] is Status.NOT_MET
