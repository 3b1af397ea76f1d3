"""The verdict over findings: what stops, what is open, and that unknown is never go."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from tests.plan.treatment_phantom import PROCEDURE, approach, case, decided, path, target

from seldinger.anatomy.model import Tissue
from seldinger.core.finding import Finding
from seldinger.core.space import Grid
from seldinger.core.verdict import Severity, Status
from seldinger.plan import findings, gates
from seldinger.plan.approach.percutaneous import findings as on_path
from seldinger.plan.approach.percutaneous import scene
from seldinger.plan.model import PlanStatus, Relaxation, Verdict


def verdict(found: list[Finding]) -> Verdict:
    return gates.conclude((), found)


def finding(status: Status, severity: Severity, text: str = "A rule. With reasons.") -> Finding:
    return Finding("a-rule", status, severity, text)


@pytest.mark.parametrize(("status", "severity"), list(product(Status, Severity)))
def test_one_finding_decides_as_written(status: Status, severity: Severity) -> None:
    expected = PlanStatus.GO
    if severity is Severity.STOP and status is Status.NOT_MET:
        expected = PlanStatus.UNSUITABLE
    elif severity is Severity.ACTION and status is Status.NOT_MET:
        expected = PlanStatus.PROTECT_FIRST
    elif severity in (Severity.STOP, Severity.ACTION) and status is Status.UNKNOWN:
        expected = PlanStatus.UNKNOWN
    assert verdict([finding(status, severity)]).status is expected


def test_what_is_unknown_outranks_what_is_known_and_not_kept() -> None:
    both = [
        finding(Status.UNKNOWN, Severity.ACTION),
        finding(Status.NOT_MET, Severity.ACTION, "Near."),
    ]
    made = verdict(both)
    assert made.status is PlanStatus.UNKNOWN
    assert made.reasons == ("A rule.", "Known and not kept: Near.")


def test_a_stop_outranks_what_is_unknown() -> None:
    both = [
        finding(Status.UNKNOWN, Severity.STOP),
        finding(Status.NOT_MET, Severity.STOP, "Blocked."),
    ]
    made = verdict(both)
    assert made.status is PlanStatus.UNSUITABLE
    assert made.reasons == ("Blocked.",)


def test_the_banner_takes_the_first_sentence() -> None:
    made = verdict([finding(Status.UNKNOWN, Severity.ACTION, "Labs are missing. And more.")])
    assert made.reasons == ("Labs are missing.",)


def test_what_stops_is_read_first_and_open_before_met() -> None:
    found = [
        finding(Status.MET, Severity.STOP),
        finding(Status.NOT_MET, Severity.INFO),
        finding(Status.UNKNOWN, Severity.STOP),
    ]
    ordered = findings.sort_findings(found)
    assert [(f.severity, f.status) for f in ordered] == [
        (Severity.STOP, Status.UNKNOWN),
        (Severity.INFO, Status.NOT_MET),
        (Severity.INFO, Status.MET),
    ]


@pytest.mark.parametrize(("status", "severity"), list(product(Status, Severity)))
def test_what_is_met_asks_nothing_of_the_reader(status: Status, severity: Severity) -> None:
    (one,) = findings.sort_findings([finding(status, severity)])
    assert one.severity is (Severity.INFO if status is Status.MET else severity)
    assert one.text == "A rule. With reasons."


def said_of(*, unidentified_mm: float, relies_on: tuple[str, ...]) -> dict[str, Finding]:
    """Findings of one path, by id, with `unidentified` opened and the colon in no label."""
    goal = target(70.0, 20.0, None)
    one = replace(path(goal), unidentified_mm=unidentified_mm, relies_on=relies_on)
    opened = Relaxation("unidentified", True, 3, "crosses 16 mm of unidentified tissue")
    found = replace(approach(one), relaxations=(opened,))
    decision = decided(case(PROCEDURE, goal), one)
    reach = replace(decision.reach, approach=found)
    made = gates.judge(replace(decision, reach=reach), None, ("colon",))
    return {f.id: f for f in made.findings}


def test_a_path_through_an_opened_rule_is_never_go() -> None:
    said = said_of(unidentified_mm=16.0, relies_on=("unidentified",))
    assert "relies on it" in said["relaxed-unidentified"].text
    assert verdict([said["relaxed-unidentified"]]).status is PlanStatus.PROTECT_FIRST
    beside = said_of(unidentified_mm=0.0, relies_on=())
    assert beside["relaxed-unidentified"].status is Status.MET


def test_no_path_claims_named_tissue_that_it_leaves() -> None:
    crossing = said_of(unidentified_mm=16.0, relies_on=("unidentified",))["not-segmented"].text
    assert "crosses 16.0 mm of tissue that nobody has named" in crossing
    keeping = said_of(unidentified_mm=0.0, relies_on=())["not-segmented"].text
    assert "keeps to tissue that has a name" in keeping


@pytest.mark.parametrize(("beyond_mm", "open_"), [(4.0, False), (9.0, False), (14.0, True)])
def test_unnamed_tissue_beyond_the_aim_is_never_passed_over(
    beyond_mm: float, *, open_: bool
) -> None:
    """A row of 1 mm voxels: target to 5 mm beyond the aim, organ to 10 mm, then nothing named."""
    classes = np.full((1, 60, 1), scene.ORGAN, dtype=np.uint8)
    classes[0, 30:36, 0] = scene.TARGET
    classes[0, 40:, 0] = scene.UNIDENTIFIED
    grid = Grid((1, 60, 1), np.eye(4))
    seen = SimpleNamespace(anatomy=SimpleNamespace(grid=grid), classes=classes)
    way = replace(
        path(target(30.0, 10.0, "liver", "lesion")),
        entry_lps_mm=(0.0, 0.0, 0.0),
        target_lps_mm=(0.0, 30.0, 0.0),
    )
    found = on_path.check_beyond_aim(seen, approach(way), beyond_mm, 2.0)  # type: ignore[arg-type]
    assert [f.status for f in found] == ([Status.UNKNOWN] if open_ else [])
    assert all("4.8 mm of it" in f.text for f in found)


@pytest.mark.parametrize(
    ("drawn", "organ", "open_"),
    [(False, "liver", True), (True, "liver", False), (False, None, False)],
)
def test_a_sphere_does_not_name_the_tissue_in_it(
    *, drawn: bool, organ: str | None, open_: bool
) -> None:
    """A row of 1 mm voxels: organ, then 5 mm of unnamed tissue just before the aim, in a sphere."""
    tissue = np.full((1, 60, 1), Tissue.STRUCTURE, dtype=np.uint8)
    tissue[0, 25:30, 0] = Tissue.UNIDENTIFIED
    inside = np.zeros((1, 60, 1), dtype=np.bool_)
    inside[0, 22:38, 0] = True
    here = SimpleNamespace(grid=Grid((1, 60, 1), np.eye(4)), tissue=tissue)
    goal = SimpleNamespace(mask=inside, drawn=drawn, organ=organ)
    seen = SimpleNamespace(anatomy=here, classes=tissue, target=goal)
    way = replace(
        path(target(30.0, 10.0, "liver", "lesion")),
        entry_lps_mm=(0.0, 0.0, 0.0), target_lps_mm=(0.0, 30.0, 0.0), depth_mm=30.0,
    )  # fmt: skip
    found = on_path.check_sphere(seen, approach(way), 2.0)  # type: ignore[arg-type]
    assert [f.status for f in found] == ([Status.UNKNOWN] if open_ else [])
    assert all("4.8 mm of tissue" in f.text for f in found)
    assert not on_path.check_sphere(seen, approach(way), 6.0)  # type: ignore[arg-type]
