"""Findings: what speaks for and against it on both sides, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.catalogue.access_sites import access_sites
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.endovascular.choose import build_route
from seldinger.plan.treatments.embolization.findings import (
    judge_aside,
    judge_cover,
    judge_reach,
    judge_unread,
)
from seldinger.plan.treatments.embolization.pelvis.sides import (
    SIDES,
    find_missing,
    find_origin,
    list_passed,
)
from seldinger.plan.treatments.embolization.positions import place_tip
from seldinger.plan.treatments.irradiation.weigh import touches_rim
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.approach.endovascular.model import Delivery, TerritoryCase
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.embolization.amounts import Amounts
    from seldinger.plan.treatments.embolization.pelvis.material import Particles
    from seldinger.plan.treatments.embolization.pelvis.organs import PelvicOrgan
    from seldinger.plan.treatments.embolization.positions import Positions

SYNDROME = "embolization.ufe.syndrome"
_SPHERE, _CLUMPS = "embolization.sphere.occluded", "embolization.pva.occluded"
_RESORBED = "embolization.gelatin.resorbed"
_NOT_FOR = "embolization.embosphere.contraindicated"
_SHOWN_PERCENT = 0.5
_ASIDE = 0.01
"""Of the particles, outside of the organ: more is told as not met."""


def list_findings(
    case: TerritoryCase,
    organ: PelvicOrgan,
    positions: Positions,
    particles: Particles | None,
    amounts: Amounts,
    shaft_mm: float,
    left_out: tuple[str, ...],
) -> tuple[Finding, ...]:
    """Everything that is to be told, but the ways to later places.

    Args:
        case: with its target.
        organ: that is embolized.
        positions: places of the catheter.
        particles: what is given; None: nobody chose.
        amounts: where it is.
        shaft_mm: lumen that the catheter needs.
        left_out: labels of what is to shrink that lie outside of the organ.
    """
    return (
        *_judge_asked(organ, particles),
        *judge_cover(case, positions),
        *_judge_left_out(organ, left_out),
        *_judge_whole(case, organ),
        *_judge_sides(case, organ, positions),
        *_tell_origins(case, positions),
        *judge_reach(case, positions, shaft_mm),
        *judge_aside(case, positions),
        *judge_unread(case),
        *_judge_other_supply(case, organ, positions),
        *_judge_size(organ, particles),
        *_tell_amount(particles, amounts),
        *_tell_beads(particles, amounts),
        *_tell_end(organ, particles),
        _tell_syndrome(organ),
        *_tell_results(organ),
    )


def judge_ways(
    case: TerritoryCase, positions: Positions, best: Route | None, delivery: Delivery
) -> Iterator[Finding]:
    """Whether the same catheter comes from the same puncture to the places after the first.

    Args:
        case: with its target.
        positions: places of the catheter.
        best: the way to the first.
        delivery: the catheter.
    """
    tree, chosen = case.vessels, positions.chosen
    if tree is None or chosen is None or best is None:
        return
    for one, name in zip(chosen.feeders[1:], positions.names[1:], strict=True):
        there = replace(case, target=replace(case.target, stretch=place_tip(tree, one.edge)))
        found = build_route(there, access_sites()[best.site], delivery)
        if isinstance(found, str):
            status, told = Status.NOT_MET, f"there is no way ({found})"
        elif found.violations:
            status, told = Status.NOT_MET, f"not kept: {', '.join(found.violations)}"
        else:
            status, told = Status.MET, "reach and widths hold as for the first place"
        text = f"From the same puncture to the {name}: {told}."
        yield Finding(f"way-{one.edge}", status, Severity.ACTION, text)


def _judge_asked(organ: PelvicOrgan, particles: Particles | None) -> Iterator[Finding]:
    if particles is None:
        text = (
            f"Not told: the agent (--agent {', '.join(organ.sizes)}). Nothing is planned to be "
            "given without."
        )
        yield Finding("embolization-asked", Status.UNKNOWN, Severity.ACTION, text)


def _judge_left_out(organ: PelvicOrgan, left_out: tuple[str, ...]) -> Iterator[Finding]:
    if left_out:
        text = (
            f"Outside of the {organ.name} by its label, and not in this plan: "
            f"{', '.join(left_out)}. What feeds it is not known: correct the label, or leave it "
            "out on purpose."
        )
        yield Finding("lesions-left-out", Status.UNKNOWN, Severity.ACTION, text)


def _judge_whole(case: TerritoryCase, organ: PelvicOrgan) -> Iterator[Finding]:
    """An organ that the scan cuts: its volumes are lower bounds, and so are those of cohorts."""
    seen = case.anatomy
    masks = (seen.get_structure(organ.name).mask, *(one.mask for one in case.target.lesions))
    if touches_rim(np.logical_or.reduce(masks), seen.grid, seen.study.image.grid):
        text = (
            f"The {organ.name} reaches the border of the scan: what lies beyond is not seen. What "
            "of it is reached is unknown, and every volume is a lower bound: give a scan that "
            "shows it whole."
        )
        yield Finding("organ-whole", Status.UNKNOWN, Severity.ACTION, text)


def _judge_sides(
    case: TerritoryCase, organ: PelvicOrgan, positions: Positions
) -> Iterator[Finding]:
    """Both sides are treated; one alone is told."""
    if positions.chosen is None:
        return
    missing = find_missing(positions, case.vessels)
    facts = organ.one_side_facts
    told = " ".join(state_fact(one) for one in facts)
    if missing:
        text = f"One side only: nothing is given on the {' and the '.join(missing)}. {told}"
        status = Status.NOT_MET
    else:
        text, status = (
            f"Both sides are given into{_tell_passed(case, positions)}. {told}",
            Status.MET,
        )
    yield Finding("both-sides", status, Severity.ACTION, text, cite(*facts), facts=facts)


def _tell_origins(case: TerritoryCase, positions: Positions) -> Iterator[Finding]:
    """The artery that each place's artery leaves: origins vary."""
    if positions.chosen is None or case.vessels is None:
        return
    told, crossed = [], []
    for one in positions.chosen.feeders:
        parent = find_origin(case.vessels, one.edge)
        if one.name and parent:
            told.append(f"the {one.name} leaves the {parent}")
            sides = {word for name in (one.name, parent) for word in name.split()} & set(SIDES)
            crossed += [told[-1]] * (len(sides) > 1)
    if told:
        text = f"As traced, {'; '.join(told)}."
        yield Finding("origins", Status.MET, Severity.INFO, text)
    if crossed:
        text = (
            f"By their names {'; '.join(crossed)}: one of the names is of the other side. Look at "
            "the labels; sides are told by them."
        )
        yield Finding("origins-crossed", Status.NOT_MET, Severity.ACTION, text)


def _tell_passed(case: TerritoryCase, positions: Positions) -> str:
    """Branches that the tips lie beyond."""
    if positions.chosen is None or case.vessels is None:
        return ""
    passed = [n for one in positions.chosen.feeders for n in list_passed(case.vessels, one.edge)]
    return f", beyond the {' and the '.join(passed)}" if passed else ""


def _judge_other_supply(
    case: TerritoryCase, organ: PelvicOrgan, positions: Positions
) -> Iterator[Finding]:
    """Ovarian arteries and anastomoses: what is traced proves no supply and excludes none."""
    tree, facts = case.vessels, organ.supply_facts
    if tree is None or positions.partition is None:
        return
    if not facts:
        text = (
            f"Vessels that join the {organ.name} and {organ.spared} are thinner than what is "
            "traced: not known. Cone-beam CT at each tip shows them before anything is given."
        )
        yield Finding("anastomoses", Status.UNKNOWN, Severity.CAUTION, text)
        return
    inside = np.argwhere(positions.partition.organ).astype(float)
    places = case.anatomy.grid.to_lps(inside)
    told = []
    for name in dict.fromkeys(edge.name for edge in tree.edges if "ovarian" in edge.name):
        points = np.vstack([e.curve.points_lps_mm for e in tree.edges if e.name == name])
        away = min(float(np.linalg.norm(places - point, axis=1).min()) for point in points)
        told.append(f"the {name} comes to within {away:.0f} mm of the {organ.name}")
    shown = f"{'; '.join(told)}." if told else "no ovarian artery is traced."
    text = (
        f"Ovarian supply is not known by this: {shown} An aortogram, or MR angiography, shows it. "
        + " ".join(state_fact(one) for one in facts)
    )
    yield Finding("ovarian-arteries", Status.UNKNOWN, Severity.CAUTION, text, cite(*facts),
                  facts=facts)  # fmt: skip


def _judge_size(organ: PelvicOrgan, particles: Particles | None) -> Iterator[Finding]:
    """A sphere's size by the cited range; what is no sphere is never judged by its printed size."""
    if particles is None:
        return
    status, told = Status.MET, "as told" if particles.size_told else "as taken where none is told"
    text = f"{particles.agent.title}, {particles.size.text} ({told})."
    if particles.is_sphere:
        law: tuple[str, ...] = (_SPHERE, _NOT_FOR)
        fact = evidence.fact(organ.range_fact)
        low, high = fact.interval or (0.0, np.inf)
        if not low <= particles.size.low_um < high:
            status = Status.NOT_MET
            text += f" Outside of {low:g} to {high:g} um."
    elif particles.agent.form == "gelatin":
        law = (_RESORBED,)
        text += " How it packs was not read: it is followed as particles that clump."
    else:
        law = (_CLUMPS,)
        text += " It clumps, so that no printed size is refused."
    facts = (*law, *organ.size_facts)
    text = " ".join((text, *(state_fact(one) for one in facts)))
    yield Finding("particle-size", status, Severity.CAUTION, text, cite(*facts), facts=facts)


def _tell_amount(particles: Particles | None, amounts: Amounts) -> Iterator[Finding]:
    """What is on the table: never more than that is planned."""
    if particles is None:
        return
    vials = f"{particles.vials} vial{'s' * (particles.vials > 1)} of {particles.agent.title}"
    if particles.settled_ml is None or amounts.beads is None:
        text = (
            f"{vials}: how much one holds was not read (--vial-ml), so that their number is not "
            "known. No more than they hold is given."
        )
        yield Finding("amount", Status.UNKNOWN, Severity.CAUTION, text)
        return
    whose = "as told" if particles.settled_told else "as the catalogue has it, at most"
    text = (
        f"{vials}: {particles.settled_ml:g} mL settled ({whose}), some {amounts.beads:,} "
        "particles. No more than they hold is given; the end is what the angiogram shows."
    )
    yield Finding("amount", Status.MET, Severity.INFO, text)


def _tell_beads(particles: Particles | None, amounts: Amounts) -> Iterator[Finding]:
    if particles is None:
        return
    if amounts.too_large:
        yield Finding("beads", Status.NOT_MET, Severity.ACTION, f"Particles stick: {amounts.why}")
        return
    if amounts.shares is None:
        text = f"Where particles come to lie was not followed: {amounts.why}"
        yield Finding("beads", Status.UNKNOWN, Severity.CAUTION, text)
        return
    target, organ, elsewhere, lung = (100.0 * share for share in amounts.shares)
    beside = f", {organ:.0f} % in the organ beside it" if organ >= _SHOWN_PERCENT else ""
    text = (
        f"Of the particles {target:.0f} % come to lie in what is to shrink{beside}, "
        f"{elsewhere:.0f} % elsewhere, {lung:.1f} % in the lung, by the blood that each takes "
        "before anything lodged. Vessels that join territories are not in it."
    )
    spoilt = elsewhere + lung > 100.0 * _ASIDE
    status = Status.NOT_MET if spoilt else Status.MET
    yield Finding("beads", status, Severity.CAUTION, text)


def _tell_end(organ: PelvicOrgan, particles: Particles | None) -> Iterator[Finding]:
    facts = organ.end_facts
    if facts and particles is not None and not particles.is_sphere:
        text = f"{name_no_end(particles)} {state_fact(facts[-1])}"
        yield Finding("end-point", Status.UNKNOWN, Severity.INFO, text, cite(facts[-1]),
                      facts=facts[-1:])  # fmt: skip
        return
    if facts:
        text = " ".join(state_fact(one) for one in facts)
        yield Finding("end-point", Status.MET, Severity.INFO, text, cite(*facts), facts=facts)
        return
    text = (
        f"No end point in the {organ.name} was read in a source; here flow that nearly stands is "
        "followed, and the operator's own rule holds."
    )
    yield Finding("end-point", Status.UNKNOWN, Severity.INFO, text)


def name_no_end(particles: Particles) -> str:
    """That nobody read where to end with what is no sphere."""
    return (
        f"No end point of {particles.agent.title} was read in a source: the operator's own rule "
        "holds."
    )


def _tell_syndrome(organ: PelvicOrgan) -> Finding:
    """Pain and fever: who does what is settled before the puncture."""
    plan = (
        "Before the puncture it is settled and written who gives what against pain, fever and "
        "nausea, in the room, in the first night and at home, and whom to call."
    )
    if organ.name == "uterus":
        text = f"{state_fact(SYNDROME)} Rates of populations. {plan}"
        return Finding("pain-and-fever", Status.MET, Severity.INFO, text, cite(SYNDROME),
                       facts=(SYNDROME,))  # fmt: skip
    text = f"No rate of pain or fever after {organ.technique} was read. {plan}"
    return Finding("pain-and-fever", Status.UNKNOWN, Severity.INFO, text)


def _tell_results(organ: PelvicOrgan) -> Iterator[Finding]:
    for name, facts in (("results", organ.result_facts), ("harm", organ.harm_facts)):
        told = " ".join(state_fact(one) for one in facts)
        text = f"{told} Figures of populations, no chance of this patient."
        yield Finding(name, Status.MET, Severity.INFO, text, cite(*facts), facts=facts)
