"""Effect: pressure and flow at the lesion before and after, with their spread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.core.errors import SimulationError
from seldinger.physics.flow.elements import VISCOSITY, Stenosis
from seldinger.plan.treatments.dilation.options import DilationOptions
from seldinger.simulate.effect import Effect, Fields, Measure, Profile, ScalarTree
from seldinger.simulate.flow.circulation import Drive, knows_flow
from seldinger.simulate.flow.model import build_model, judge_lesion, solve_states
from seldinger.simulate.flow.place import place_lesions
from seldinger.simulate.flow.sampling import Doubt, sample_flow
from seldinger.simulate.flow.territory import find_reserve, list_flows

if TYPE_CHECKING:
    from seldinger.anatomy.model import Segment
    from seldinger.core.quantity import Spread
    from seldinger.core.record import Assumption
    from seldinger.core.shapes import Curve
    from seldinger.core.tree import Tree
    from seldinger.plan.approach.endovascular.model import VesselCase
    from seldinger.plan.treatments.dilation.opening import Opening
    from seldinger.simulate.effect import Option
    from seldinger.simulate.flow.model import FlowState
    from seldinger.simulate.flow.place import Placed
    from seldinger.simulate.flow.sampling import Sampled

SAMPLES = 100
KIND = "dilation"
_PRESSURE_SD_MMHG = 10.0
_FLOW_SD = 0.3
_REFERENCE_SD_MM = 0.3
_MATCHES, _MATCHED = 40, 0.01
_Z90 = 3.29
"""Standard deviations from the 5th to the 95th percentile of a normal distribution."""
RESIDUAL = "vascular_limits.femoropopliteal.residual"
GRADIENTS = {
    "leg": "vascular_limits.iliac.residual_gradient",
    "kidney": "vascular_limits.renal.mean_gradient",
}
RATIOS = {"kidney": "vascular_limits.renal.ratio"}
LABELS = {
    "rest-gradient": ("mean pressure gradient at rest", "mm[Hg]"),
    "hyperaemic-gradient": ("mean pressure gradient in hyperaemia", "mm[Hg]"),
    "rest-ratio": ("distal over proximal pressure at rest", "1"),
    "hyperaemic-ratio": ("distal over proximal pressure in hyperaemia", "1"),
    "rest-flow": ("flow at rest", "mL/min"),
    "hyperaemic-flow": ("flow in hyperaemia", "mL/min"),
}
_FIRST = ("hyperaemic-gradient", "rest-gradient", "hyperaemic-ratio")


@dataclass(frozen=True, slots=True, eq=False)
class FlowChange:
    """A circulation, and what a treatment changes in it."""

    placed: Placed
    sampled: Sampled


def place_case(case: VesselCase) -> Placed:
    """The circulation of a case with its stenoses.

    Raises:
        AnatomyError: the target cannot be graded.
        SimulationError: the tree cannot be driven.
    """
    value = case.assumed.get_value
    names = tuple(dict.fromkeys(e.name for e in case.vessels.edges if e.name))
    measured: dict[str, float] = {name: value(one.name) / 60.0 for name, one in list_flows(names)}
    drive = Drive(
        arterial_mmhg=value("mean_arterial_mmhg"),
        venous_mmhg=value("venous_mmhg"),
        output_ml_per_s=value("cardiac_output_l_per_min") * 1000.0 / 60.0,
        exponent=value("flow_radius_exponent"),
        hyperaemia=value(find_reserve(case.target.organ).name),
        viscosity_mpa_s=value(VISCOSITY.name),
        measured_ml_per_s=tuple(measured.items()),
    )
    placed = place_lesions(case.vessels, case.target, drive)
    told = case.settings.get_options(DilationOptions).flow_ml_per_min
    return placed if told is None else _match_flow(placed, told / 60.0)


def _match_flow(placed: Placed, told_ml_per_s: float) -> Placed:
    """Beds behind the lesion that carry what was measured, with the stenosis as it is."""
    circulation = placed.circulation
    fed = circulation.fed
    known = {name: one.stenosis for name, one in circulation.narrowings.items()}
    flows = dict(circulation.flows_ml_per_s)
    scale = told_ml_per_s / sum(flows[node] for node in fed)
    most = 0.0
    for _ in range(_MATCHES):
        flows = {node: q * scale if node in fed else q for node, q in flows.items()}
        tried = replace(circulation, flows_ml_per_s=flows)
        try:
            (state,) = solve_states(build_model(tried), (known,), tried.drive)
        except SimulationError:
            break  # more than the vessels before it let through
        most = max(most, state.rest.flow_ml_per_s)
        scale = told_ml_per_s / state.rest.flow_ml_per_s
        if abs(scale - 1.0) < _MATCHED:
            note = f"Resting flow as measured, {60.0 * told_ml_per_s:.0f} mL/min."
            notes = (*placed.notes, note)
            return replace(placed, circulation=tried, notes=notes, flow_told=True)
    raise SimulationError(
        f"{60.0 * told_ml_per_s:.0f} mL/min do not pass a stenosis of "
        f"{placed.graded.percent_diameter:.0f} % at {circulation.drive.arterial_mmhg:.0f} mmHg; it "
        f"carries at most about {60.0 * most:.0f}: look at the measurement and the grade"
    )


def predict_change(case: VesselCase, placed: Placed, opening: Opening) -> FlowChange:
    """Flow before and after, sampled.

    Args:
        case: with its assumptions.
        placed: its circulation.
        opening: what the device leaves.
    """
    left = opening.residual.least_diameter_mm
    after = open_lesion(placed, opening)
    reserve = find_reserve(case.target.organ)
    factor = case.assumed.get_value(reserve.name)
    doubt = Doubt(
        arterial_mmhg=_PRESSURE_SD_MMHG,
        flow_share=_FLOW_SD,
        hyperaemia=_around(reserve, factor, 1.0),
        viscosity_mpa_s=_around(VISCOSITY, case.assumed.get_value(VISCOSITY.name), 0.0),
        before_mm=max(
            case.assumed.get_value("artery_diameter_sd_mm"),
            0.5 * (case.anatomy.vessels_voxel_mm or 0.0),
        ),
        after_mm=max((left.p95 - left.p05) / _Z90, 1e-3),
        reference_mm=_REFERENCE_SD_MM,
    )
    sampled = sample_flow(placed.circulation, after, doubt, SAMPLES, case.settings.seed)
    return FlowChange(placed, sampled)


def _around(one: Assumption, value: float, least: float) -> tuple[float, float]:
    """Low and high about what was told, in the proportion of what is assumed."""
    low, high = (value * end / one.value for end in (one.low, one.high))
    return max(low, least), max(high, least)


def open_lesion(placed: Placed, opening: Opening) -> Stenosis:
    """What is left of the stenosis."""
    lesion = placed.circulation.narrowings[placed.circulation.lesion].stenosis
    left = opening.residual.least_diameter_mm.nominal
    return Stenosis(lesion.reference_mm, min(left, lesion.reference_mm), lesion.length_mm)


def describe_effect(
    case: VesselCase, change: FlowChange, opening: Opening, options: tuple[Option, ...]
) -> Effect:
    """The change as the plan tells it.

    Args:
        case: whose territory says what is asked.
        change: sampled.
        opening: what the device leaves.
        options: that were considered.
    """
    residual = evidence.fact(RESIDUAL)
    lesion = change.placed.graded
    flows = [
        _measure(name, when, figures[name], case.target)
        for name in (*_FIRST, *(one for one in LABELS if one not in _FIRST))
        for when, figures in (("before", change.sampled.before), ("after", change.sampled.after))
    ]
    left = Measure(
        "residual-stenosis", "residual stenosis, of the diameter", "%",
        opening.residual.percent_diameter, at_most=residual.value, sources=(residual.source,),
    )  # fmt: skip
    return Effect(
        kind=KIND,
        criterion="pressure and flow through the treated stretch",
        model="steady network of the traced arteries; stenoses after Young and Tsai; beds that "
        "regulate their flow",
        measures=(
            Measure("stenosis", "stenosis, of the diameter", "%", lesion.percent_diameter),
            left,
            *flows[:2],
            Measure("stenosis-area", "stenosis, of the area", "%", lesion.percent_area),
            *flows[2:],
        ),
        options=options,
        goal="hyperaemic-gradient-after",
        samples=SAMPLES,
        variance=change.sampled.variance,
        notes=(*change.placed.notes, *_notes(change)),
        outside_domain=find_doubt(change, opening),
    )


def find_limit(target: Segment) -> str:
    """Fact of the mean gradient that counts in such a vessel; "" where none was read.

    Args:
        target: whose vessel it is; the limit of legs is that of a trial of iliac arteries.
    """
    if target.organ == "leg" and "iliac" not in target.vessel:
        return ""
    return GRADIENTS.get(target.organ or "", "")


def _measure(name: str, when: str, spread: Spread, target: Segment) -> Measure:
    label, unit = LABELS[name]
    limits: dict[str, str] = {}
    if when == "after" and name == "rest-gradient":
        limits = {"at_most": find_limit(target)}
    if when == "after" and name == "rest-ratio":
        limits = {"at_least": RATIOS.get(target.organ or "", "")}
    facts = {side: evidence.fact(key) for side, key in limits.items() if key}
    return Measure(
        f"{name}-{when}", f"{label}, {when}", unit, spread,
        at_least=facts["at_least"].value if "at_least" in facts else None,
        at_most=facts["at_most"].value if "at_most" in facts else None,
        sources=tuple(fact.source for fact in facts.values()),
    )  # fmt: skip


def _notes(change: FlowChange) -> tuple[str, ...]:
    flows = change.placed.circulation.drive.measured_ml_per_s
    told = ", ".join(f"{name} {60.0 * q:.0f} mL/min" for name, q in flows) or "by radius alone"
    rest = f"Resting flow of the beds without stenoses: {told}."
    coupled = "A narrower lumen takes flow away: no drop is computed at a fixed flow."
    return (f"{rest} {coupled}", "Gradients are of mean pressures; peak-to-peak ones are larger.")


def find_doubt(change: FlowChange, opening: Opening) -> tuple[str, ...]:
    """Why flow before is not to be believed; empty where it is."""
    circulation = change.placed.circulation
    stenosis = circulation.narrowings[circulation.lesion].stenosis
    before, _ = solve_whole(change, opening)
    validity = judge_lesion(before, stenosis, circulation.drive)
    doubts = [] if validity.holds else [f"flow before: {validity.text}"]
    if not (change.placed.flow_told or knows_flow(circulation)):
        doubts.append(
            "nothing is known of the flow through this vessel, and it is shared out by radius "
            "alone: tell it as it was measured"
        )
    return tuple(doubts)


def collect_fields(case: VesselCase, change: FlowChange, opening: Opening) -> Fields:
    """Diameters along the vessel, pressure over the tree in hyperaemia, and draws of every figure.

    Args:
        case: with its target.
        change: sampled.
        opening: what the device leaves.
    """
    draws = {}
    for key, values in change.sampled.draws.items():
        when, _, name = key.partition(" ")
        draws[f"{name}-{when}"] = np.asarray(values)
    before = case.target.curve
    profiles = {
        "diameter before": _profile(before),
        "diameter after": _profile(opening.after),
    }
    trees = {
        f"pressure {when}": _pressures(change.placed.circulation.tree, state)
        for when, state in zip(("before", "after"), solve_whole(change, opening), strict=True)
    }
    return Fields(draws=draws, profiles=profiles, trees=trees)


def _profile(curve: Curve) -> Profile:
    assert curve.radius_mm is not None  # noqa: S101  graded before
    return Profile(curve.along_mm, 2.0 * curve.radius_mm, "mm")


def solve_whole(change: FlowChange, opening: Opening) -> tuple[FlowState, FlowState]:
    """All vessels, before and after, as planned.

    Args:
        change: with its circulation.
        opening: what the device leaves.
    """
    circulation = change.placed.circulation
    known = {name: one.stenosis for name, one in circulation.narrowings.items()}
    after = {**known, circulation.lesion: open_lesion(change.placed, opening)}
    model = build_model(circulation, whole=True)
    before, behind = solve_states(model, (known, after), circulation.drive)
    return before, behind


def _pressures(tree: Tree, state: FlowState) -> ScalarTree:
    """In hyperaemia, straight from end to end of each vessel."""
    solved = state.solved[1]
    lines, widths, values = [], [], []
    for number, edge in enumerate(tree.edges):
        along = edge.curve.along_mm / edge.curve.length_mm
        first, last = solved.start_mmhg[number], solved.end_mmhg[number]
        lines.append(edge.curve.points_lps_mm)
        radius = edge.curve.radius_mm
        widths.append(np.ones(len(along)) if radius is None else 2.0 * radius)
        values.append(first + (last - first) * along)
    return ScalarTree(tuple(lines), tuple(widths), tuple(values), "mm[Hg]")
