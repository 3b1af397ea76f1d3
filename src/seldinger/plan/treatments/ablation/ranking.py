"""Ranking: heat or cold, and which heat, by rules on organ, size, vessels near and centrality.

Each organ has an order; a rule that speaks against a modality puts it behind the others and says
why. What could not be judged moves nothing and is called unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.catalogue.applicators import applicators
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.ablation import centrality
from seldinger.plan.treatments.ablation.modalities import MODALITIES
from seldinger.plan.treatments.ablation.modalities.base import (
    DEPTH,
    Bearing,
    Circumstances,
    Reason,
    Rule,
    measure_widest_mm,
)
from seldinger.plan.wording import cite, get_number, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.modalities.base import Modality
    from seldinger.simulate.effect import Option


@dataclass(frozen=True, slots=True)
class Ranking:
    """Modalities by the rules, whatever the user asks for.

    Attributes:
        order: the preferred first.
        reasons: why, modality by modality in that order.
    """

    order: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def list_reasons(self, modality: str, *bearings: Bearing) -> tuple[Reason, ...]:
        """The reasons of one modality that bear so."""
        return tuple(r for r in self.reasons if r.modality == modality and r.bearing in bearings)


def rank(case: NeedleCase, margin_mm: float) -> Ranking:
    """The organ's order with what a rule speaks against behind.

    Args:
        case: target, anatomy, assumptions.
        margin_mm: planned around the target; a vessel counts as near within it.
    """
    found, every = Circumstances(case, margin_mm), MODALITIES.values()
    made = [
        replace(reason, modality=one.name)
        for one in every
        for reason in (*_beyond_zones(one, case), *one.reasons(found))
    ]
    behind = {r.modality for r in made if r.bearing is Bearing.BEHIND}
    usual = sorted(every, key=lambda m: m.rank.get(found.site, 0))
    order = sorted((m.name for m in usual), key=lambda name: name in behind)
    return Ranking(tuple(order), tuple(sorted(made, key=lambda r: order.index(r.modality))))


def _beyond_zones(modality: Modality, case: NeedleCase) -> tuple[Reason, ...]:
    """That the widest published zone, of any applicator and number, is narrower than the target.

    The edge of ice, at 0 C, is no zone: ice is not death.
    """
    width, source = max(
        (z.width_mm, z.source)
        for kind in applicators(modality.name)
        for z in kind.zones
        if z.width_mm is not None and (z.isotherm_c is None or z.isotherm_c < 0.0)
    )
    size, fact = measure_widest_mm(case), modality.largest_fact
    if fact and get_number(fact) > width:
        made = Reason(Rule.ZONE, Bearing.NOTED, (fact,), size, get_number(fact))
    else:
        made = Reason(Rule.ZONE, Bearing.NOTED, (), size, width, sources=(source,))
    return (made,) if size > (made.limit or 0.0) else ()


def format_reason(reason: Reason) -> str:
    """A reason as half a sentence, without its modality."""
    known, limit = reason.measured or 0.0, reason.limit or 0.0
    if reason.rule is Rule.VESSEL:
        return {
            Bearing.BEHIND: f"a {reason.against} is {known:.0f} mm from the tumour, inside the "
            f"margin of {limit:g} mm",
            Bearing.NOTED: f"no labelled {reason.against} is inside the margin of {limit:g} mm",
            Bearing.UNKNOWN: "vessel near or not: unknown, the liver's vessels are not segmented",
        }[reason.bearing]
    if reason.rule is Rule.CENTRAL:
        return _central_in_words(reason, known, limit)
    over = "over" if known > limit else "not over"
    return {
        Rule.SIZE: f"the target's {known:.1f} mm are {over} {limit:.0f} mm",
        Rule.ZONE: f"the target is {known:.0f} mm wide, the widest published zone {limit:.0f} mm",
        Rule.COOLED: "vessels cool it least",
        Rule.RECORD: "longest record in the kidney",
        Rule.AIR: "fast, and air conducts poorly",
        Rule.REMEMBERED: "for large and central tumours, to be confirmed; this drives nothing",
    }[reason.rule]


def _central_in_words(reason: Reason, known: float, limit: float) -> str:
    if reason.bearing is Bearing.UNKNOWN:
        return f"central or not: unknown, the {centrality.PELVIS} is not segmented"
    if reason.against == DEPTH:
        return (
            f"central: it reaches {100.0 * known:.0f} % of the way from the capsule to the "
            f"kidney's middle ({100.0 * limit:.0f} % count, assumed)"
        )
    said = "not central" if reason.bearing is Bearing.NOTED else "central"
    return f"{said}: {reason.against} {known:.0f} mm away (under {limit:g} mm counts, assumed)"


def build_finding(
    ranking: Ranking, order: Sequence[str], taken: str | None, *, asked: bool
) -> Finding:
    """The order and every reason; a caution where what is taken goes against a rule.

    Args:
        ranking: by the rules.
        order: what was tried, first choice first.
        taken: what the plan goes on with; None when it has no way.
        asked: whether the user chose it.
    """
    facts = tuple(dict.fromkeys(f for r in ranking.reasons for f in r.facts))
    more = (s for r in ranking.reasons for s in r.sources)
    sources = tuple(dict.fromkeys((*cite(*facts), *more)))
    any_rule = any(r.rule is not Rule.ZONE for r in ranking.reasons)
    default = "the default stands" if any_rule else "the default stands; none was read here"
    text = " ".join(
        (
            *_taken(ranking, order, taken, asked=asked),
            f"Order: {', '.join(ranking.order)}. Where no rule speaks, {default}.",
            *_grouped(ranking.reasons),
            *(state_fact(f) for f in facts),
        )
    )
    status, severity = Status.MET, Severity.INFO
    if taken is not None and ranking.list_reasons(taken, Bearing.BEHIND):
        status, severity = Status.NOT_MET, Severity.CAUTION
    elif taken is not None and ranking.list_reasons(taken, Bearing.UNKNOWN):
        status = Status.UNKNOWN
    return Finding("modality", status, severity, text, sources)


def _taken(
    ranking: Ranking, order: Sequence[str], taken: str | None, *, asked: bool
) -> tuple[str, ...]:
    """What the plan goes on with, and which rule that breaks."""
    if taken is None:
        return ()
    why = ", as you asked" if asked else ""
    if not asked and taken != order[0]:
        why = f": {order[0]} did not cover it"
    against = ranking.list_reasons(taken, Bearing.BEHIND)
    if not against:
        return (f"{taken} is taken{why}.",)
    broken = "; ".join(format_reason(r) for r in against)
    first = f"{taken} is taken{why}; a rule speaks against it: {broken}."
    if any(r.rule is Rule.VESSEL for r in against):
        return (first, "Microwave or more margin is preferred; no source read says how much more.")
    return (first, f"The rules prefer {ranking.order[0]}.")


def _grouped(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Every reason once, with the modalities it belongs to and the ids of its facts."""
    groups: dict[Reason, list[str]] = {}
    for reason in reasons:
        groups.setdefault(replace(reason, modality=""), []).append(reason.modality)
    return tuple(_sentence(reason, names) for reason, names in groups.items())


def _sentence(reason: Reason, names: Sequence[str]) -> str:
    named = f"{' and '.join(names)} {reason.bearing}: {format_reason(reason)}"
    ids = f" ({', '.join(reason.facts)})" if reason.facts else ""
    return f"{named}{ids}."


def annotate(options: Sequence[Option], ranking: Ranking) -> tuple[Option, ...]:
    """The table of alternatives with what the rules say about each row's modality."""
    return tuple(replace(o, note="; ".join((o.note, *_notes(ranking, o)))) for o in options)


def _notes(ranking: Ranking, option: Option) -> tuple[str, ...]:
    found = ranking.list_reasons(option.technique, *Bearing)
    told_there = [
        r for r in found if r.bearing in (Bearing.BEHIND, Bearing.UNKNOWN) or r.rule is Rule.ZONE
    ]
    return tuple(format_reason(r) for r in told_there)
