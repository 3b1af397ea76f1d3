"""What an ablation plan says of itself, with the winner written by hand: no heat is computed."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.plan.treatment_phantom import (
    MIDDLE_MM,
    SKIN_Y_MM,
    approach,
    ball,
    box,
    case,
    needle_logic,
    path,
    target,
    thing,
)
from tests.plan.treatment_phantom import anatomy as phantom
from tests.report.ablation_phantom import effect_fields, expected

from seldinger import plan
from seldinger.anatomy.model import Kind
from seldinger.catalogue.applicators import applicator
from seldinger.core.verdict import Severity, Status
from seldinger.plan import Settings, file, gates, registry
from seldinger.plan.approach.percutaneous.model import Toward
from seldinger.plan.model import PlanStatus
from seldinger.plan.procedure import Reach
from seldinger.plan.treatments.ablation import choice as ablation_choice
from seldinger.plan.treatments.ablation import coverage, findings, outcome, shielding, trajectories
from seldinger.plan.treatments.ablation.thermal import HeatOrFreeze
from seldinger.report import tables
from seldinger.report.blocks import Table
from seldinger.simulate.placement import make_heating
from seldinger.simulate.thermal.scene import build_scene, make_grid
from seldinger.simulate.thermal.setup import Placed

if TYPE_CHECKING:
    from seldinger.core.finding import Finding
    from seldinger.core.space import Vector
    from seldinger.plan.approach.percutaneous.model import Instrument, NeedleCase
    from seldinger.plan.procedure import Decision, Search

ABLATION = registry.load_procedures()["ablation"]
DEPTH_MM = 50.0
CENTRE: Vector = (MIDDLE_MM, SKIN_Y_MM + DEPTH_MM, MIDDLE_MM)
HEATS = (make_heating(300.0, 75.0),)
FACE = "the edge of the grid changed by 3.2 K: the grid is too small"


def met(organ: str = "liver", label: str = "lesion", other: str = "") -> NeedleCase:
    """A ball in an organ; under ``other`` a label shows the very same ball."""
    goal = target(DEPTH_MM, 20.0, organ, label)
    shown = [thing(organ, Kind.ORGAN if organ == "liver" else Kind.LUNG, ball(CENTRE, 70.0))]
    if other:
        shown.append(thing(other, Kind.LESION, goal.mask))
    return case(ABLATION, goal, shown)


def winner(
    found: NeedleCase,
    device: str = "emprint",
    radius_mm: float = 15.0,
    warnings: tuple[str, ...] = (),
) -> coverage.Covered:
    """One applicator in the target, and a ball that dies, in a block of 60 mm."""
    grid = make_grid(CENTRE, 30.0, 2.0)
    away = grid.to_lps(np.indices(grid.shape).reshape(3, -1).T) - np.asarray(CENTRE)
    level = (radius_mm - np.linalg.norm(away, axis=1)).reshape(grid.shape).astype(np.float32)
    placed = Placed(applicator(device), CENTRE, (0.0, -1.0, 0.0), HEATS)
    heated: Any = SimpleNamespace(
        level=level, zone=level > 0.0, extreme_c=level + 50.0, mode="physiological",
        energy_kj=None, result=SimpleNamespace(warnings=warnings),
    )  # fmt: skip
    ground: Any = SimpleNamespace(scene=build_scene(found.anatomy, found.target, grid, 3.0))
    ways = trajectories.Ways((placed,), (path(found.target),))
    none: Any = None
    return coverage.Covered(ground, ways, heated, none, heated, none, none, 0.0, (), (), ())


def search_of(found: NeedleCase) -> Search[NeedleCase]:
    return partial(ABLATION.approach.search, found)


def concluded(found: NeedleCase, instrument: Instrument) -> Decision:
    """The decision where the first search found one way for ``instrument``."""
    reach = Reach(found, instrument, approach(path(found.target)))
    logic = ABLATION.treatment
    assert isinstance(logic, HeatOrFreeze)
    return logic.conclude(reach, search_of(found))


def decided(
    monkeypatch: pytest.MonkeyPatch, found: NeedleCase, won: coverage.Covered, searched: str
) -> Decision:
    """The treatment's decision where ``searched`` was searched for and ``won`` was found."""
    monkeypatch.setattr(coverage, "cover", lambda *_: won)
    cold = won.ways.placed[0].applicator.modality == "cryo"
    made = expected(cold=cold), effect_fields(cold=cold)
    monkeypatch.setattr(outcome, "predict", lambda *_: made)
    offers = needle_logic(ABLATION).list_instruments(found)
    (instrument,) = [i for i in offers if i.device == searched]
    return concluded(found, instrument)


def said(found: NeedleCase, won: coverage.Covered, name: str) -> list[Finding]:
    choice = ablation_choice.choose(found)
    return [f for f in findings.build_findings(found, choice, won, expected()) if f.id == name]


def test_what_no_applicator_reaches_says_why_for_each_of_them() -> None:
    goal = target(40.0, 16.0, None)
    shell = ball(goal.centre_lps_mm, 50.0) & ~ball(goal.centre_lps_mm, 40.0)
    bony = phantom((thing("vertebrae", Kind.BONE, shell),))
    made = plan.propose("ablation", bony, goal, settings=Settings())
    why = {f.id: f.text for f in made.findings if f.id.startswith("no-way-")}
    assert set(why) == {"no-way-emprint", "no-way-cool-tip", "no-way-cryo-2-4mm"}
    count = made.approach.rejections["vertebrae"]
    table, *_ = tables.build_findings(made.findings, lambda _: "")
    assert isinstance(table, Table)
    said = {row.cells[2] for row in table.rows}
    for text in why.values():
        assert f"vertebrae rejects {count}" in text
        assert text in file.to_json(made)
        assert text in said


def test_arrangements_without_a_way_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = met()
    kind = applicator("emprint")

    def arrangement(count: int) -> Any:
        pattern = SimpleNamespace(count=count, spacing_mm=None if count == 1 else 12.0)
        setting = SimpleNamespace(words="75 W for 5 min")
        template = SimpleNamespace(applicator=kind, pattern=pattern, setting=setting)
        return SimpleNamespace(template=template, placed=(), slack_mm=1.0, coverage=1.0)

    def out(*_: object) -> trajectories.Ways:
        return trajectories.Ways((), (), "probe 1: no free path within 15 degrees (ribs rejects 7)")

    monkeypatch.setattr(coverage, "_alternatives", lambda *_: (arrangement(1), arrangement(2)))
    monkeypatch.setattr(trajectories, "find_ways", out)
    (instrument, *_) = needle_logic(ABLATION).list_instruments(found)
    made = concluded(found, instrument)
    assert made.effect is None
    (why,) = [f for f in made.findings if f.id == "no-way-emprint"]
    assert (why.status, why.severity) == (Status.NOT_MET, Severity.CAUTION)
    for words in ("1 x emprint", "2 x emprint 12 mm apart", "ribs rejects 7"):
        assert words in why.text


def test_a_way_that_is_missing_names_the_rules_and_their_counts() -> None:
    goal = target(40.0, 16.0, None)
    roof = box((60.0, 40.0, 60.0), (120.0, 44.0, 120.0))
    found = case(ABLATION, goal, [thing("vertebrae", Kind.BONE, roof)])
    placed = Placed(applicator("emprint"), goal.centre_lps_mm, (0.0, -1.0, 0.0), HEATS)
    blocked = trajectories.find_ways(found, search_of(found), (placed,)).blocked
    assert blocked.startswith("probe 1: no free path within 15 degrees (vertebrae rejects ")


def test_every_probe_has_its_way_from_the_search_of_the_approach() -> None:
    found = met()
    asked: list[tuple[str, Toward | None]] = []

    def search(offers: Any, penalties: Any = None, to: Toward | None = None) -> Reach[NeedleCase]:
        asked.append((offers[0].device, to))
        return search_of(found)(offers, penalties, to)

    tips = [CENTRE, (CENTRE[0] + 15.0, *CENTRE[1:])]
    placed = [Placed(applicator("emprint"), tip, (0.0, -1.0, 0.0), HEATS) for tip in tips]
    ways = trajectories.find_ways(found, search, placed)
    assert not ways.blocked
    assert [(device, to and to.tip_lps_mm) for device, to in asked] == [
        ("emprint", tip) for tip in tips
    ]
    for way, tip in zip(ways.paths, tips, strict=True):
        assert way.target_lps_mm == tip
        assert way.origin == "planned"
        out = np.subtract(way.entry_lps_mm, tip) / way.depth_mm
        assert np.degrees(np.arccos(out @ np.asarray((0.0, -1.0, 0.0)))) <= 15.0
    # A probe where the first one is: every way to it meets that one.
    again = trajectories.find_ways(found, search, [placed[0], placed[0]])
    assert again.blocked == "probe 2: every free path meets another probe"


def test_a_probes_entry_that_is_given_is_taken_with_what_it_breaks() -> None:
    found = met()
    entry = (MIDDLE_MM + 40.0, SKIN_Y_MM, MIDDLE_MM)
    to = Toward(CENTRE, (0.0, -1.0, 0.0), 1.0, lambda *_: False, entry)
    (way,) = search_of(found)(
        needle_logic(ABLATION).list_instruments(found)[:1], to=to
    ).approach.paths
    assert way.origin == "user"
    assert np.linalg.norm(np.subtract(way.entry_lps_mm, entry)) < 3.0


@pytest.mark.parametrize("device", ["emprint", "cryo-2-4mm"])
def test_the_dimensions_are_the_winners(monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    found = met()
    made = decided(monkeypatch, found, winner(found, device), "emprint").treatment
    (own,) = [i for i in needle_logic(ABLATION).list_instruments(found) if i.device == device]
    assert made.settings["device"] == device
    assert made.settings["diameter_mm"] == own.diameter_mm
    assert made.settings["usable_mm"] == own.usable_mm
    assert made.settings["beyond_mm"] == own.beyond_mm
    assert (made.settings["sample_from_mm"], made.settings["sample_to_mm"]) == own.sample_mm
    told = any("were searched for emprint" in note for note in made.notes)
    assert told == (device != "emprint")


@pytest.mark.parametrize("other", ["", "liver tumour 1"])
def test_the_target_is_listed_once(monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    found = met(label="liver-tumour-1", other=other)
    made = decided(monkeypatch, found, winner(found), "emprint").treatment
    (note,) = [n for n in made.notes if n.startswith("Tissues taken")]
    assert note.count("liver_tumour") == 1
    assert "liver-tumour-1: liver_tumour" in note


def test_a_zone_at_the_face_of_its_block_is_never_go() -> None:
    found = met()
    assert said(found, winner(found), "zone-at-face") == []
    other = ("tissue reached 120 C: current was forced through dry tissue",)
    assert said(found, winner(found, warnings=other), "zone-at-face") == []
    for won, words in (
        (winner(found, warnings=(FACE,)), "too small"),
        (winner(found, radius_mm=31.0), "cut off there"),
    ):
        (one,) = said(found, won, "zone-at-face")
        assert words in one.text
        assert "not to be believed" in one.text
        assert gates.conclude((), [one]).status is PlanStatus.UNKNOWN


def test_in_lung_both_modes_are_told() -> None:
    lung = met("right lung")
    (one,) = said(lung, winner(lung), "plausibility")
    modes = expected()
    assert f"{modes.zone_volume_ml:.0f} mL (physiological, used here)" in one.text
    assert f"{modes.other_mode_volume_ml:.0f} mL by the chart-calibrated mode" in one.text
    liver = met()
    (one,) = said(liver, winner(liver), "plausibility")
    assert "used here" not in one.text


def electrodes(count: int, apart_mm: float = 20.0, name: str = "cool-tip") -> tuple[Placed, ...]:
    """Parallel ones at the corners of a regular polygon."""
    turn = 2.0 * np.pi * np.arange(count) / count
    radius = 0.5 * apart_mm / np.sin(np.pi / count)
    kind = applicator(name)
    return tuple(
        Placed(
            kind,
            (CENTRE[0] + radius * np.cos(t), CENTRE[1], CENTRE[2] + radius * np.sin(t)),
            (0.0, -1.0, 0.0),
            HEATS,
        )
        for t in turn
    )


@pytest.mark.parametrize("count", [2, 3, 4])
def test_fields_of_one_polarity_cancel_in_the_middle(count: int) -> None:
    assert shielding.compute_middle_share(electrodes(count)) == pytest.approx(0.0, abs=1e-9)


def test_one_electrode_far_from_the_others_cancels_less() -> None:
    near = electrodes(3)
    far = (near[0].applicator, (CENTRE[0] + 60.0, CENTRE[1], CENTRE[2]), (0.0, -1.0, 0.0), HEATS)
    assert shielding.compute_middle_share((*near[1:], Placed(*far))) > 0.1


@pytest.mark.parametrize(
    ("radius_mm", "fate"), [(40.0, "by this plan it dies"), (-5.0, "BY THIS PLAN IT SURVIVES")]
)
def test_three_electrodes_shield_their_middle_and_the_plan_says_so(
    radius_mm: float, fate: str
) -> None:
    found = met()
    done = winner(found, radius_mm=radius_mm).heated
    grid = make_grid(CENTRE, 30.0, 2.0)
    (note,) = shielding.describe_shielding(electrodes(3), done, grid)
    assert "less than 1 % of the power" in note
    assert fate in note
    assert shielding.describe_shielding(electrodes(2), done, grid) == ()
    assert shielding.describe_shielding(electrodes(3, name="emprint"), done, grid) == ()


@pytest.mark.parametrize(
    ("device", "said"), [("cool-tip", 1), ("cooled-rf-17g", 1), ("emprint", 0)]
)
def test_where_the_impedance_is_followed_the_assumed_drying_is_doubted(
    device: str, said: int
) -> None:
    placed = SimpleNamespace(applicator=applicator(device))
    won: Any = SimpleNamespace(ways=SimpleNamespace(placed=(placed,)))
    found = findings._drying(won)
    assert [f.status for f in found] == [Status.UNKNOWN] * said
    assert all("rf_drying_mm" in f.text for f in found)
