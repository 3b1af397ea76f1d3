"""A caval filter: fit by the perimeter alone, indications side by side, the day it comes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from seldinger import anatomy, catalogue, demo, evidence, plan
from seldinger.anatomy.vessels.cava import Cava, CavaLevel, measure_cava
from seldinger.care.ledger import Ledger
from seldinger.care.ledger_records import Author
from seldinger.catalogue.venous import CavalFilter
from seldinger.core.errors import PlanError
from seldinger.core.shapes import Curve
from seldinger.core.verdict import Severity, Status
from seldinger.core.volume import LabelEntry, LabelMap
from seldinger.evidence import records
from seldinger.plan.assumptions import resolve_assumptions
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.caval_filter.fit import judge_fit
from seldinger.plan.treatments.caval_filter.indication import judge_indication
from seldinger.plan.treatments.caval_filter.landing import find_landing
from seldinger.plan.treatments.caval_filter.options import CavalFilterOptions
from seldinger.plan.treatments.caval_filter.retrieval import (
    build_implant,
    judge_retrieval,
    plan_retrieval,
)
from seldinger.plan.treatments.caval_filter.treat import order_filters
from seldinger.procedures.caval_filter import PROCEDURE

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.core.finding import Finding
    from seldinger.core.volume import Mask

(CASE,) = PROCEDURE.demo
TOLD = CASE.options[0]
FILTERS = {one.id: one for one in catalogue.devices(CavalFilter)}
CONICAL = FILTERS["filter-conical-28"]


def cava(perimeter_mm: float | None, projected_mm: float = 22.0, renal_mm: float = 100.0) -> Cava:
    """A straight cava of one width."""
    curve = Curve(np.array([[-22.0, 10.0, 0.0], [-22.0, 10.0, 150.0]]))
    levels = tuple(
        CavaLevel(at, (-22.0, 10.0, at), perimeter_mm, perimeter_mm, projected_mm, 16.0, 24.0)
        for at in np.arange(0.0, 150.0, 5.0).tolist()
    )
    return Cava(curve, levels, renal_mm, "told", confluence_seen=True)


def judged(
    own: Cava, filter_: CavalFilter = CONICAL, options: CavalFilterOptions = TOLD,
    sd_mm: float = 0.3,
) -> dict[str, Finding]:  # fmt: skip
    found = judge_fit(find_landing(own, filter_, 5.0), filter_, options, sd_mm, 3.0)
    return {one.id: one for one in found}


def test_a_filter_fits_by_the_perimeter_and_not_by_the_projected_width() -> None:
    wide_in_front = judged(cava(24.0, projected_mm=31.0))
    assert wide_in_front["label-largest"].status is Status.MET
    assert "the other way" in wide_in_front["projection"].text
    narrow_in_front = judged(cava(30.0, projected_mm=22.0))
    found = narrow_in_front["label-largest"]
    assert (found.status, found.severity) == (Status.NOT_MET, Severity.STOP)
    assert "the other way" in narrow_in_front["projection"].text


def test_a_projected_width_alone_never_makes_it_fit() -> None:
    found = judged(cava(None, projected_mm=20.0))
    assert found["perimeter-known"].status is Status.UNKNOWN
    assert found["perimeter-known"].severity is Severity.ACTION
    assert "label-largest" not in found
    assert found["apposition"].status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("perimeter_mm", "status"),
    [(27.0, Status.MET), (27.9, Status.UNKNOWN), (28.1, Status.UNKNOWN), (29.0, Status.NOT_MET)],
)
def test_a_limit_within_the_doubt_is_unknown(perimeter_mm: float, status: Status) -> None:
    found = judged(cava(perimeter_mm))["label-largest"]
    assert found.status is status
    assert "secondary" in found.stamp
    assert found.facts == ("caval_filter.label.most",)


def test_how_full_the_patient_was_decides_where_filling_would_pass_the_label() -> None:
    own = cava(26.5)
    told = {word: judged(own, options=replace(TOLD, volume=word))["filling"]
            for word in ("low", "normal", None)}  # fmt: skip
    assert told["low"].status is Status.NOT_MET
    assert told["normal"].status is Status.MET
    assert told[None].status is Status.UNKNOWN
    grown = evidence.fact("caval_filter.volume.perimeter").value or 0.0
    assert f"{26.5 * (1 + grown / 100):.1f} mm" in told[None].text
    assert judged(cava(22.0), options=replace(TOLD, volume=None))["filling"].status is Status.MET


def test_a_narrow_cava_and_a_short_one_are_told() -> None:
    assert judged(cava(14.0), FILTERS["filter-conical-30"])["label-least"].status is Status.NOT_MET
    short = judged(cava(20.0, renal_mm=30.0))["landing-room"]
    assert (short.status, short.severity) == (Status.NOT_MET, Severity.ACTION)
    hidden = replace(cava(20.0, renal_mm=30.0), confluence_seen=False)
    assert judged(hidden)["landing-room"].status is Status.UNKNOWN
    with pytest.raises(PlanError, match="tell the height"):
        find_landing(replace(cava(20.0), renal_mm=None), CONICAL, 5.0)
    with pytest.raises(PlanError, match="shows the cava whole"):
        find_landing(cava(20.0, renal_mm=3.0), CONICAL, 5.0)


def test_authorities_stand_side_by_side_and_no_word_blocks() -> None:
    assert judge_indication(None)[0].status is Status.UNKNOWN
    assert judge_indication(None)[0].severity is Severity.ACTION
    both = judge_indication("recurrent")
    assert [one.status for one in both] == [Status.NOT_MET, Status.MET]
    assert {s for one in both for s in one.sources} == {"sir2020filter", "filter_label_denali"}
    trial = judge_indication("anticoagulated")
    assert "not this patient's risk" in trial[1].text
    assert judge_indication("prophylaxis")[0].status is Status.UNKNOWN


def test_a_day_and_an_owner_or_nobody_is_ready() -> None:
    day = dt.date.fromisoformat("2026-12-01")
    own = CavalFilterOptions(placed=day)
    found = {one.id: one for one in judge_retrieval(plan_retrieval(CONICAL, own, None), own)}
    assert found["retrieval-owner"].status is Status.UNKNOWN
    assert "2026-12-30" in found["retrieval-day"].text
    late = CavalFilterOptions(placed=day, owner="clinic", needed_days=90.0)
    found = {one.id: one for one in judge_retrieval(plan_retrieval(CONICAL, late, None), late)}
    assert found["retrieval-late"].status is Status.NOT_MET
    stays = plan_retrieval(FILTERS["filter-nest-40"], own, None)
    assert stays.permanent
    assert stays.due is None


@pytest.fixture(scope="module")
def built() -> anatomy.Anatomy:
    return demo.build_anatomy(anatomy.Settings(voxel_mm=3.0), "veins")


def proposed(
    of: anatomy.Anatomy, options: CavalFilterOptions = TOLD, device: str | None = None
) -> plan.Plan:
    answers = {**CASE.answers, "clearance": "yes"}
    settings = plan.Settings(answers=answers, options=(options,), device=device)
    return plan.propose("caval-filter", of, CASE.target, settings=settings)


def test_the_ledger_takes_the_filter_with_its_day_and_owner(
    built: anatomy.Anatomy, tmp_path: Path
) -> None:
    made = proposed(built)
    assert made.verdict.status is PlanStatus.GO, made.verdict.reasons
    implant = build_implant(made, udi="0123")
    assert implant.due == dt.date.fromisoformat("2027-01-07")
    ledger = Ledger.open(tmp_path / "ledger.sqlite", create=True)
    by, now = Author("Doe", "radiologist"), dt.datetime.fromisoformat("2026-12-09T12:00+01:00")
    case = ledger.open_case("case-1", "ivc-filter", "femoral-vein", by=by, now=now)
    entered = ledger.add_implant(case.name, implant, by=by, now=now)
    assert (entered.owner, entered.due) == ("filter clinic", implant.due)
    assert ledger.due(dt.date.fromisoformat("2027-01-08")) == (entered,)


def test_without_owner_or_day_there_is_no_go_and_no_entry(built: anatomy.Anatomy) -> None:
    made = proposed(built, replace(TOLD, owner=None))
    assert made.verdict.status is PlanStatus.UNKNOWN
    with pytest.raises(PlanError, match="asks for owner"):
        build_implant(made)


def test_a_told_tilt_opens_the_gap_and_puts_the_hook_at_the_wall(built: anatomy.Anatomy) -> None:
    made = proposed(built, replace(TOLD, tilt_deg=20.0))
    assert made.effect is not None
    gaps = [made.effect.measure(one).nominal for one in ("gap", "gap-tilted")]
    assert gaps[0] is not None
    assert gaps[1] is not None
    assert gaps[1] > gaps[0]
    table = next(one for one in made.effect.tables if one.title == "Taking it out")
    assert table.strong == (2,)
    assert any("no calibrated probability" in note for note in made.effect.notes)
    assert not [m for m in made.effect.measures if "migration" in m.id]


def test_what_is_no_filter_and_what_is_no_cava_are_refused(built: anatomy.Anatomy) -> None:
    with pytest.raises(PlanError, match="is not used here"):
        proposed(built, device="sheath-6f-110")
    with pytest.raises(PlanError, match="lies in the inferior vena cava"):
        plan.propose("caval-filter", built, "left renal vein")
    with pytest.raises(PlanError, match="below 90"):
        CavalFilterOptions(tilt_deg=95.0)
    permanent = proposed(built, replace(TOLD, permanent=True))
    assert permanent.treatment.settings["filter"] == "filter-two-level-30"
    assert permanent.treatment.settings["remove_by"] is None


def test_a_day_is_told_as_it_is_typed() -> None:
    told = records.checked(CavalFilterOptions, {"placed": "2026-12-09"}, "case", PlanError)
    assert told.placed == dt.date.fromisoformat("2026-12-09")
    with pytest.raises(PlanError, match="no date"):
        records.checked(CavalFilterOptions, {"placed": "soon"}, "case", PlanError)


def test_a_reason_that_the_patients_drugs_contradict_is_asked_about(
    built: anatomy.Anatomy,
) -> None:
    visit = demo.visit("caval-filter", CASE.organ)
    assert [one.name for one in visit.patient.drugs if one.name == "apixaban"]
    for told, contradicts in (("contraindicated", True), ("anticoagulated", False)):
        settings = plan.Settings(answers={**CASE.answers, "indication": told}, options=(TOLD,))
        made = plan.propose("caval-filter", built, CASE.target, patient=visit, settings=settings)
        found = {one.id: one for one in made.findings}
        assert ("indication-drugs" in found) is contradicts
        assert made.verdict.status is not PlanStatus.GO


def test_a_filter_that_cannot_come_out_is_asked_about_and_a_day_that_is_past_is_told() -> None:
    nest, own = FILTERS["filter-nest-40"], replace(TOLD, permanent=False)
    found = {one.id: one for one in judge_retrieval(plan_retrieval(nest, own, None), own)}
    assert (found["retrieval-none"].status, found["retrieval-none"].severity) == (
        Status.NOT_MET, Severity.ACTION,
    )  # fmt: skip
    stays = replace(TOLD, permanent=True)
    found = {one.id: one for one in judge_retrieval(plan_retrieval(nest, stays, None), stays)}
    assert "retrieval-none" not in found
    late = judge_retrieval(plan_retrieval(CONICAL, TOLD, None), TOLD, dt.date(2028, 1, 1))
    assert next(one for one in late if one.id == "retrieval-day").status is Status.NOT_MET


@pytest.mark.parametrize("days", [0.2, 1e7])
def test_days_that_no_filter_is_needed_for_are_refused(days: float) -> None:
    with pytest.raises(PlanError, match="one that is to stay is permanent"):
        CavalFilterOptions(needed_days=days)
    with pytest.raises(PlanError, match="tell one"):
        CavalFilterOptions(needed_days=30.0, permanent=True)


def test_a_clot_that_a_label_shows_in_the_cava_is_told_whatever_was_answered() -> None:
    for span, severity in (((60.0, 80.0), Severity.ACTION), ((100.0, 120.0), Severity.ACTION),
                           ((5.0, 20.0), Severity.CAUTION)):  # fmt: skip
        held = replace(cava(20.0), clots=(("venous clot 2", *span),))
        found = judged(held)["labelled-clot-1"]
        assert (found.status, found.severity) == (Status.NOT_MET, severity), span
    assert "labelled-clot-1" not in judged(cava(20.0))


def with_clot(of: anatomy.Anatomy, mask: Mask) -> anatomy.Anatomy:
    """A second clot under a label of its own, cut out of the veins there."""
    labels = of.study.labels
    assert labels is not None
    entry = LabelEntry("venous clot 2", 1, len(labels.layers))
    cut = tuple(np.where(mask, 0, layer) for layer in labels.layers)
    drawn = LabelMap((*cut, mask.astype(np.uint8)), (*labels.entries, entry), labels.grid)
    again = anatomy.build(replace(of.study, labels=drawn), settings=anatomy.Settings(voxel_mm=3.0))
    return replace(again, veins=of.veins)


def test_a_clot_in_the_cava_neither_narrows_it_nor_stays_unseen(built: anatomy.Anatomy) -> None:
    labels = built.study.labels
    assert labels is not None
    own = labels.mask("inferior_vena_cava")
    places = labels.grid.to_lps(np.argwhere(own).astype(float))
    own[own] = (places[:, 2] > 60.0) & (places[:, 2] < 90.0) & (places[:, 0] < -28.0)
    without = measure_cava(built)
    with_ = measure_cava(with_clot(built, own))
    for one, other in zip(without.levels, with_.levels, strict=True):
        assert one.perimeter_diameter_mm == pytest.approx(other.perimeter_diameter_mm), one.at_mm
    assert [name for name, *_ in with_.clots] == ["venous clot 2"]
    assert proposed(with_clot(built, own)).verdict.status is not PlanStatus.GO


def test_no_way_leads_through_a_labelled_clot(built: anatomy.Anatomy) -> None:
    labels = built.study.labels
    assert labels is not None
    usual = proposed(built).approach.routes
    assert usual[0].site == "right-femoral-vein"
    assert [one.violations for one in usual if "left" in one.site] == [("through venous clot 1",)]
    made = proposed(with_clot(built, labels.mask("iliac_vena_right")))
    best = next(one for one in made.approach.routes if not one.violations)
    assert "jugular" in best.site
    assert made.approach.rejections["through venous clot 2"] == 2


def test_of_two_filters_that_fit_the_one_that_fits_beyond_doubt_is_taken(
    built: anatomy.Anatomy,
) -> None:
    wide = measure_cava(built)
    levels = tuple(replace(one, perimeter_diameter_mm=27.0) for one in wide.levels)
    used = resolve_assumptions(PROCEDURE.treatment.assumptions, {})
    for sd_mm, first in ((0.2, "filter-conical-28"), (1.0, "filter-conical-30")):
        offers = order_filters(replace(wide, levels=levels), TOLD, None, used, sd_mm)
        assert offers[0].id == first, sd_mm
