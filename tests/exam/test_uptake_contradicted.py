"""Radioembolization: what labels leave out, what nobody told, and what contradicts a patient."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.uptake import CASE, CLEARED, NAME, TOLD, figure, finding

from seldinger import anatomy, care, plan
from seldinger.core.errors import PlanError
from seldinger.core.verdict import Status
from seldinger.plan.model import PlanStatus
from seldinger.plan.treatments.irradiation.contents import measure_enclosed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seldinger.core.volume import Mask
    from seldinger.plan import Plan

BY_LABEL = replace(TOLD, injection=None, territory=("liver",))
RESIN = {**CLEARED, "product": "resin"}


def _ids(of: Plan) -> set[str]:
    return {one.id for one in of.findings}


def _with(built: anatomy.Anatomy, **masks: Mask) -> anatomy.Anatomy:
    """The patient with other masks of some structures."""
    named = {name.replace("_", " "): mask for name, mask in masks.items()}
    changed = (replace(one, mask=named.get(one.name, one.mask)) for one in built.structures)
    return replace(built, structures=tuple(changed))


# --- what lies in the liver -----------------------------------------------------------------------


def test_a_cyst_takes_nothing_and_is_no_target(
    built: anatomy.Anatomy, propose: Callable[..., Plan], made: Plan
) -> None:
    named = tuple(
        replace(one, name="liver cyst 1") if one.name == "liver tumour 2" else one
        for one in built.structures
    )
    cystic = replace(built, structures=named, study=replace(built.study, labels=None))
    told = propose(replace(TOLD, tumour_to_normal=3.0), of=cystic, target="liver tumour 1")
    assert told.effect is not None
    assert "dose-liver-cyst-1" not in {one.id for one in told.effect.measures}
    assert figure(told, "mass-normal") == pytest.approx(figure(made, "mass-normal"))
    assert figure(told, "mass-whole-normal") == pytest.approx(figure(made, "mass-whole-normal"))
    tumour, normal = figure(told, "mass-liver-tumour-1"), figure(told, "mass-normal")
    assert figure(told, "mass-perfused") == pytest.approx((tumour or 0.0) + (normal or 0.0))
    assert "mL of cysts or collections" in " ".join(told.effect.notes)
    with pytest.raises(PlanError, match="is a cyst or a collection"):
        propose(of=cystic, target="liver cyst 1")


def test_a_label_in_the_liver_that_nobody_knows_blocks(
    built: anatomy.Anatomy, propose: Callable[..., Plan], made: Plan
) -> None:
    rest = tuple(one for one in built.structures if one.name != "liver tumour 2")
    less = replace(built, structures=rest, unread=("liver-tumour-2", "colon"))
    told = propose(of=less, answers=CLEARED)
    status, text = finding(told, "labels-unread")
    assert status is Status.UNKNOWN
    assert "liver-tumour-2 (" in text
    assert "colon" not in text
    assert told.verdict.status is not PlanStatus.GO
    assert "labels-unread" not in _ids(made)
    named = propose(replace(BY_LABEL, territory=("liver", "liver-tumour-2")), of=less)
    assert "labels-unread" not in _ids(named), "the user says what it is"


def test_a_tumour_that_the_territory_has_a_hole_for_belongs_to_it(
    built: anatomy.Anatomy, propose: Callable[..., Plan]
) -> None:
    liver, second = (built.get_structure(n).mask for n in ("liver", "liver tumour 2"))
    whole = propose(BY_LABEL)
    told = propose(BY_LABEL, of=_with(built, liver=liver & ~second))
    for name in ("activity-given", "mass-perfused", "dose-liver-tumour-2"):
        assert figure(told, name) == pytest.approx(figure(whole, name), rel=1e-6)
    status, text = finding(told, "territory")
    assert status is Status.NOT_MET
    assert "liver-tumour-2 is enclosed by the perfused part and not drawn into it" in text


def test_a_tumour_that_the_territory_mostly_surrounds_is_asked_about(
    built: anatomy.Anatomy, propose: Callable[..., Plan]
) -> None:
    liver, second = (built.get_structure(n).mask for n in ("liver", "liver tumour 2"))
    first = built.get_structure("liver tumour 1").mask
    ways = np.argwhere(first).mean(axis=0) - np.argwhere(second).mean(axis=0)
    axis = int(np.argmax(np.abs(ways)))
    along = np.indices(liver.shape)[axis] * np.sign(ways[axis])
    part = (liver | first) & ~second & (along > along[second].min() + 1)
    share = measure_enclosed(second, part, liver | second, built.grid)
    assert 0.5 < share < 0.9
    told = propose(replace(BY_LABEL, territory=("spleen",)), of=_with(built, spleen=part))
    status, text = finding(told, "beside-liver-tumour-2")
    assert status is Status.UNKNOWN
    assert f"covers {100.0 * share:.0f} %" in text
    assert told.effect is not None
    assert "dose-liver-tumour-2" not in {one.id for one in told.effect.measures}


def test_a_liver_that_is_cut_off_is_not_weighed_for_sure(
    built: anatomy.Anatomy, propose: Callable[..., Plan], made: Plan
) -> None:
    liver = np.array(built.get_structure("liver").mask)
    first = built.get_structure("liver tumour 1").mask
    liver[:, :, : np.argwhere(first)[:, 2].min() - 2] = False
    told = propose(BY_LABEL, of=_with(built, liver=liver))
    assert finding(told, "liver-whole")[0] is Status.UNKNOWN
    assert "liver-whole" not in _ids(made)


# --- what was told, and what was not --------------------------------------------------------------


def test_a_session_that_gave_the_lungs_a_dose_gave_the_liver_one(
    propose: Callable[..., Plan],
) -> None:
    told = propose(replace(TOLD, session_lung_gy=5.0))
    assert finding(told, "limit-glass-normal-bilirubin-low")[0] is Status.UNKNOWN
    both = propose(replace(TOLD, session_lung_gy=5.0, session_normal_gy=10.0))
    assert finding(both, "limit-glass-normal-bilirubin-low")[0] is Status.MET


@pytest.mark.parametrize(
    "change",
    [{"session_normal_gy": 40.0}, {"earlier_lung_gy": 10.0}, {"session_lung_gy": 5.0}],
)
def test_a_dose_that_no_limit_reads_is_told_and_blocks(
    change: dict[str, float], propose: Callable[..., Plan]
) -> None:
    assert "told-unread" not in _ids(propose(answers=RESIN))
    told = propose(replace(TOLD, **change), RESIN)
    assert finding(told, "told-unread")[0] is Status.UNKNOWN
    assert told.verdict.status is not PlanStatus.GO
    read = propose(replace(TOLD, **change, **({} if "session_normal_gy" in change else {
        "session_normal_gy": 0.0})))  # fmt: skip
    assert "told-unread" not in _ids(read)


def test_lungs_that_nobody_weighed_meet_no_limit_that_light_lungs_would_pass(
    propose: Callable[..., Plan],
) -> None:
    told = propose(replace(TOLD, lung_mass_kg=None), CLEARED)
    gy = figure(told, "dose-lung") or 0.0
    assert gy < 30.0 < gy / 0.2
    status, text = finding(told, "limit-lung-session")
    assert status is Status.UNKNOWN
    assert "Lungs that nobody weighed may pass it" in text
    assert told.verdict.status is not PlanStatus.GO
    assert told.effect is not None
    states = {row[0]: row[5] for row in told.effect.tables[0].rows}
    assert states["lung-session"] == "unknown"
    little = propose(replace(TOLD, lung_mass_kg=None, lung_shunt=0.01), CLEARED)
    assert finding(little, "limit-lung-session")[0] is Status.MET, "whatever they weigh"


def test_whether_the_liver_is_compromised_is_asked_and_silence_is_no_better_than_yes(
    propose: Callable[..., Plan],
) -> None:
    silent = {k: v for k, v in CLEARED.items() if k != "compromised"}
    for more in ({"intent": "lobectomy"}, {"product": "resin"}, {}):
        told = propose(answers={**silent, **more})
        assert finding(told, "compromised-asked")[0] is Status.UNKNOWN
        assert finding(told, "effect-in-domain")[0] is Status.UNKNOWN
        assert told.verdict.status is not PlanStatus.GO


@pytest.fixture
def seen(built: anatomy.Anatomy, tmp_path: Path) -> Callable[..., Plan]:
    """The plan of a patient with a lab of bilirubin, judged on the day before the treatment."""

    def planned(told: float | None, now: str = "2026-12-08T09:00+01:00") -> Plan:
        file = tmp_path / "patient.toml"
        file.write_text(
            '[[lab]]\nname = "bilirubin"\nvalue = 3.4\nunit = "mg/dL"\n'
            "taken = 2026-12-07T09:00:00+01:00\n"
        )
        patient = care.load(file, dt.datetime.fromisoformat(now))
        options = (replace(TOLD, bilirubin_mg_per_dl=told),)
        settings = plan.Settings(answers=CASE.answers, options=options)
        return plan.propose(NAME, built, CASE.target, settings=settings, patient=patient)

    return planned


def test_a_told_bilirubin_never_beats_the_patients_labs(seen: Callable[..., Plan]) -> None:
    told = seen(1.0)
    assert finding(told, "bilirubin-told")[0] is Status.NOT_MET
    assert "1 mg/dL is told, the patient's labs have 3.4" in finding(told, "bilirubin-told")[1]
    assert finding(told, "bilirubin")[0] is Status.NOT_MET
    assert "limit-glass-normal-bilirubin-high" in _ids(told)
    assert "bilirubin-told" not in _ids(seen(3.4)) | _ids(seen(None))


def test_a_treatment_in_the_past_has_no_vial(seen: Callable[..., Plan]) -> None:
    status, text = finding(seen(3.4, "2026-12-09T12:00+01:00"), "vial")
    assert status is Status.NOT_MET
    assert text.startswith("The hour of the treatment is past")
    assert "is past" not in finding(seen(3.4), "vial")[1]
