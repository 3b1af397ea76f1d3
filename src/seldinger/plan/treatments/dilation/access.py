"""Access: a narrowed dialysis access is opened; what counts is its flow, and the hand behind it.

Authorities differ on the flow from which an access is looked into: all of them are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.dilation import effect as effects
from seldinger.plan.treatments.dilation.findings import (
    judge_residual,
    judge_resolution,
    tell_grade,
)
from seldinger.plan.treatments.dilation.fit import judge_fit
from seldinger.plan.treatments.dilation.patency import tell_patency
from seldinger.plan.treatments.dilation.treat import Dilation
from seldinger.simulate.effect import Effect, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.approach.endovascular.model import VesselCase
    from seldinger.plan.treatments.dilation.effect import FlowChange
    from seldinger.plan.treatments.dilation.offers import Offer
    from seldinger.plan.treatments.dilation.opening import Opening
    from seldinger.simulate.effect import Option
    from seldinger.simulate.flow.model import FlowState

LOW_FLOW = (
    "vascular_dialysis.fistula.low_400", "vascular_dialysis.fistula.kdoqi2019",
    "vascular_dialysis.fistula.thrombosis_400",
)  # fmt: skip
GRAFT_FLOW = ("vascular_dialysis.graft.low",)
_FALL = ("vascular_dialysis.fall.flow", "vascular_dialysis.fall.share")
_RIPE = "vascular_dialysis.mature.flow"
_HAND = ("digital", "palmar")


@dataclass(frozen=True, slots=True)
class AccessDilation(Dilation):
    """A balloon in a fistula or graft, judged by its flow."""

    def describe(
        self,
        case: VesselCase,
        change: FlowChange,
        opened: Opening,
        offer: Offer,
        tried: tuple[Option, ...],
    ) -> tuple[Effect, tuple[Finding, ...]]:
        """Flow of the access before and after against every authority, and of the hand.

        Args:
            case: with its target.
            change: flow before and after.
            opened: the lumen that is left.
            offer: device and size.
            tried: sizes that were considered.
        """
        before, after = effects.solve_whole(change, opened)
        effect = Effect(
            kind=effects.KIND,
            criterion="flow through the access and to the hand",
            model="steady network of the traced vessels; stenoses after Young and Tsai; no bed "
            "behind a fistula dilates",
            measures=tuple(_list_measures(case, change, opened, (before, after))),
            options=tried,
            goal="access-flow-after",
            samples=effects.SAMPLES,
            variance=change.sampled.variance,
            notes=(*change.placed.notes, *_notes(change)),
            outside_domain=effects.find_doubt(change, opened),
        )
        found = (
            *_judge_flow(case, change),
            _judge_steal(case, before, after, change),
            tell_grade(change),
            *judge_resolution(case, change),
            *judge_fit(case, opened, offer, change.placed.graded),
            judge_residual(opened),
            tell_patency(offer.device, case.target.vessel),
        )
        return effect, found


def _list_measures(
    case: VesselCase, change: FlowChange, opened: Opening, states: tuple[FlowState, FlowState]
) -> Iterator[Measure]:
    lesion = change.placed.graded
    yield Measure("stenosis", "stenosis, of the diameter", "%", lesion.percent_diameter)
    for when, figures in (("before", change.sampled.before), ("after", change.sampled.after)):
        yield Measure(
            f"access-flow-{when}", f"flow through the access, {when}", "mL/min",
            figures["rest-flow"],
        )  # fmt: skip
    yield Measure(
        "residual-stenosis", "residual stenosis, of the diameter", "%",
        opened.residual.percent_diameter,
    )  # fmt: skip
    yield Measure("stenosis-area", "stenosis, of the area", "%", lesion.percent_area)
    for when, figures in (("before", change.sampled.before), ("after", change.sampled.after)):
        yield Measure(
            f"gradient-{when}", f"mean pressure gradient, {when}", "mm[Hg]",
            figures["rest-gradient"],
        )  # fmt: skip
    for when, state in zip(("before", "after"), states, strict=True):
        hand = _hand_flow_ml_per_min(case, change, state)
        yield Measure(f"hand-flow-{when}", f"flow to the hand, {when}", "mL/min", hand)


def _hand_flow_ml_per_min(case: VesselCase, change: FlowChange, state: FlowState) -> float | None:
    """Into the arteries of the fingers of that side; None where they were not traced."""
    side = case.target.vessel.split()[0]
    edges = change.placed.circulation.tree.edges
    ends = [n for n, e in enumerate(edges) if e.name.startswith(side) and _HAND[0] in e.name]
    if not ends:
        return None
    return 60.0 * float(np.sum(state.solved[0].end_ml_per_s[ends]))


def _judge_flow(case: VesselCase, change: FlowChange) -> Iterator[Finding]:
    """Flow before against each authority's limit, and after against that of a ripe fistula."""
    before, after = (one["rest-flow"] for one in (change.sampled.before, change.sampled.after))
    told = f"Predicted {before.nominal:.0f} mL/min ({before.p05:.0f} to {before.p95:.0f})"
    limits = GRAFT_FLOW if "graft" in case.target.vessel else LOW_FLOW
    for key in limits:
        fact = evidence.fact(key)
        limit = fact.value or 0.0
        held = before.nominal < limit
        stamp = "" if fact.trust == "primary" else f" ({fact.trust})"
        word = "below" if held else "not below"
        text = f"{told} before: {word} {limit:g} mL/min. {fact.statement}{stamp}"
        sources = () if fact.source == "memory" else (fact.source,)
        status = Status.MET if held else Status.NOT_MET
        yield Finding(f"low-flow-{key.rsplit('.', 1)[1]}", status, Severity.INFO, text, sources)
    fall, share = (evidence.fact(key) for key in _FALL)
    text = (
        f"Under {fall.value:g} mL/min a fall by more than {share.value:g} % counts too: no earlier "
        "flow was told."
    )
    yield Finding("fall-of-flow", Status.UNKNOWN, Severity.INFO, text, (fall.source,))
    ripe = evidence.fact(_RIPE)
    held = after.nominal >= (ripe.value or 0.0)
    text = (
        f"Predicted {after.nominal:.0f} mL/min after ({after.p05:.0f} to {after.p95:.0f}). "
        f"{ripe.statement}"
    )
    status = Status.MET if held else Status.NOT_MET
    yield Finding("flow-after", status, Severity.CAUTION, text, (ripe.source,))


def _judge_steal(
    case: VesselCase, before: FlowState, after: FlowState, change: FlowChange
) -> Finding:
    """Whether the artery beyond the anastomosis runs backwards into the access."""
    onward = [_onward_flow_ml_per_min(case, change, state) for state in (before, after)]
    if onward[0] is None or onward[1] is None:
        text = (
            "The artery beyond the anastomosis was not traced: whether the hand loses flow is "
            "unknown."
        )
        return Finding("steal", Status.UNKNOWN, Severity.ACTION, text)
    back = onward[1] < 0.0
    way = "runs backwards into the access" if back else "runs on to the hand"
    text = (
        f"Beyond the anastomosis the artery {way} ({onward[0]:.0f} mL/min before, {onward[1]:.0f} "
        "after)"
    )
    hands = [_hand_flow_ml_per_min(case, change, state) for state in (before, after)]
    if hands[0] is None or hands[1] is None:
        text += (
            "; the arteries of the fingers were not traced, so what the hand gets is unknown. Look "
            "at the hand."
        )
        status = Status.NOT_MET if back else Status.UNKNOWN
        return Finding("steal", status, Severity.ACTION, text)
    text += (
        f"; the hand gets {hands[0]:.0f} mL/min before and {hands[1]:.0f} after, by this model. "
        "Look at the hand."
    )
    status = Status.NOT_MET if back else Status.MET
    return Finding("steal", status, Severity.CAUTION, text)


def _onward_flow_ml_per_min(case: VesselCase, change: FlowChange, state: FlowState) -> float | None:
    """From the anastomosis on to the hand, negative towards the access; None: no artery goes on."""
    circulation = change.placed.circulation
    tree = circulation.tree
    own = [n for n, edge in enumerate(tree.edges) if edge.name == case.target.vessel]
    fed = {tree.edges[n].end for n in own}
    joints = [tree.edges[n].start for n in own if tree.edges[n].start not in fed]
    if len(joints) != 1 or joints[0] == circulation.root:
        return None
    feeding = tree.edges_between(circulation.root, joints[0])
    onward = [
        (n, edge)
        for n, edge in enumerate(tree.edges)
        if joints[0] in (edge.start, edge.end) and n not in (*own, *feeding)
    ]
    if not onward:
        return None
    flows = (
        state.solved[0].end_ml_per_s[n] * (1.0 if edge.start == joints[0] else -1.0)
        for n, edge in onward
    )
    return 60.0 * float(sum(flows))


def _notes(change: FlowChange) -> tuple[str, ...]:
    fed = sum(change.placed.circulation.flows_ml_per_s[n] for n in change.placed.circulation.fed)
    flow = f"Flow of the access without the stenosis: {60.0 * fed:.0f} mL/min."
    return (f"{flow} The loss at the anastomosis is counted with what drains the vein.",)
