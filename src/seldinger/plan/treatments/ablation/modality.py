"""Modality: heat or cold, and which heat, by rules on organ, size, vessels near and centrality.

Each organ has an order; a rule that speaks against a modality puts it behind the others and says
why. What could not be judged moves nothing and is called unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import edt
import numpy as np

from seldinger import evidence
from seldinger.catalogue.applicators import applicators
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.percutaneous.site import Site, site_of
from seldinger.plan.treatments.ablation import centrality
from seldinger.plan.wording import cited, number, plainly
from seldinger.simulate.thermal import scene as heat_scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.simulate.effect import Option
    from seldinger.simulate.thermal.scene import HeatScene

MODALITIES = ("microwave", "radiofrequency", "cryo")
ASSUMPTIONS = centrality.ASSUMPTIONS

_ORDER = {
    Site.LIVER: ("microwave", "radiofrequency", "cryo"),
    Site.KIDNEY: ("cryo", "radiofrequency", "microwave"),
    Site.LUNG: ("microwave", "cryo", "radiofrequency"),
}
_VESSELS_OF_LIVER = (("hepatic vessels",), ("portal vein", "venous system"))
"""Labels that show the vessels inside the liver: one of these sets, whole."""
_COOLED = "ablation.sink.microwave"
_SINK = ("ablation.sink.over_3mm", "ablation.sink.recurrence")
_RF_SIZE = "ablation.kidney.rf_size"
_LARGEST = {"radiofrequency": "ablation.largest_zone"}
"""Facts that know a wider zone than the tables of the catalogue."""
_DEPTH = "depth"
"""What ``Reason.against`` says where a share of depth stands for the distance to the sinus."""
_FINE_MM = 1.0


class Rule(StrEnum):
    """What was asked."""

    VESSEL = "vessel near"
    SIZE = "size"
    CENTRAL = "central"
    ZONE = "largest published zone"
    COOLED = "cooled least"
    RECORD = "longest record"
    AIR = "air around"
    REMEMBERED = "remembered"


class Bearing(StrEnum):
    """What the answer does to a modality's place."""

    PREFERRED = "preferred"
    BEHIND = "behind"
    """Goes behind the others."""
    NOTED = "noted"
    """Moves nothing."""
    UNKNOWN = "unknown"
    """Could not be judged, and moves nothing."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a modality stands where it stands.

    Attributes:
        modality: which.
        rule: what was asked.
        bearing: what the answer does.
        facts: ids of the evidence, in which the rule stands.
        measured: of this patient, in the rule's unit: mm, or a share for a depth; None where
            nothing was measured.
        limit: what it was held against.
        against: what was measured to: a structure, or what stands for it.
        sources: keys of the bibliography beyond those of the facts.
    """

    modality: str
    rule: Rule
    bearing: Bearing
    facts: tuple[str, ...] = ()
    measured: float | None = None
    limit: float | None = None
    against: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Modalities by the rules, whatever the user asks for.

    Attributes:
        order: the preferred first.
        reasons: why, modality by modality in that order.
    """

    order: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def of(self, modality: str, *bearings: Bearing) -> tuple[Reason, ...]:
        """The reasons of one modality that bear so."""
        return tuple(r for r in self.reasons if r.modality == modality and r.bearing in bearings)


def ranked(case: NeedleCase, margin_mm: float) -> Ranking:
    """The organ's order with what a rule speaks against behind.

    Args:
        case: target, anatomy, assumptions.
        margin_mm: planned around the target; a vessel counts as near within it.
    """
    site = site_of(case)
    made = list(_beyond_zones(case))
    if site is Site.LIVER:
        made += _in_liver(case, margin_mm)
    elif site is Site.KIDNEY:
        made += _in_kidney(case)
    elif site is Site.LUNG:
        made += _in_lung(case)
    behind = {r.modality for r in made if r.bearing is Bearing.BEHIND}
    order = tuple(sorted(_ORDER.get(site, MODALITIES), key=lambda m: m in behind))
    return Ranking(order, tuple(sorted(made, key=lambda r: order.index(r.modality))))


def _in_liver(case: NeedleCase, margin_mm: float) -> list[Reason]:
    """Microwave is cooled least; with a thick vessel inside the margin that decides."""
    made = [Reason("microwave", Rule.COOLED, Bearing.PREFERRED, (_COOLED,))]
    thick = case.assumed.value(heat_scene.LEAST_VESSEL.name)
    near = _to_vessel_mm(case, margin_mm)
    what = f"vessel of {thick:g} mm or more"
    if near is not None and near <= margin_mm:
        bearing = Bearing.BEHIND
    elif any(all(case.anatomy.has(n) for n in names) for names in _VESSELS_OF_LIVER):
        bearing, near = Bearing.NOTED, None
    else:
        bearing, near = Bearing.UNKNOWN, None
    facts = (*_SINK, _COOLED) if bearing is Bearing.BEHIND else ()
    others = (m for m in MODALITIES if m != "microwave")
    return made + [Reason(m, Rule.VESSEL, bearing, facts, near, margin_mm, what) for m in others]


def _in_kidney(case: NeedleCase) -> list[Reason]:
    """Radiofrequency is avoided in large and in central tumours."""
    record = "ablation.kidney.record"
    made = [
        Reason("cryo", Rule.RECORD, Bearing.PREFERRED, (record,)),
        Reason("radiofrequency", Rule.RECORD, Bearing.PREFERRED, (record,)),
    ]
    size, limit = widest_mm(case), evidence.driving_value(_RF_SIZE, secondary=True)
    bearing = Bearing.BEHIND if size > limit else Bearing.NOTED
    made.append(Reason("radiofrequency", Rule.SIZE, bearing, (_RF_SIZE,), size, limit))
    made.append(_central(case))
    if any(r.bearing is Bearing.BEHIND for r in made):
        remembered = ("ablation.kidney.cryo_central",)
        made.append(Reason("cryo", Rule.REMEMBERED, Bearing.NOTED, remembered))
    return made


def _central(case: NeedleCase) -> Reason:
    found = centrality.judged(case)
    near = case.assumed.value(centrality.NEAR.name)
    bearing = {True: Bearing.BEHIND, False: Bearing.NOTED, None: Bearing.UNKNOWN}[found.central]
    measured, limit, what = found.away_mm, near, found.structure
    if found.central and (found.away_mm is None or found.away_mm >= near):
        measured, limit, what = found.share, case.assumed.value(centrality.DEEP.name), _DEPTH
    return Reason("radiofrequency", Rule.CENTRAL, bearing, (_RF_SIZE,), measured, limit, what)


def _in_lung(case: NeedleCase) -> list[Reason]:
    """Microwave, for its speed and the air; beyond a size microwave did less well."""
    fact = "ablation.lung.size"
    size, limit = case.target.diameter_mm, number(fact)
    return [
        Reason("microwave", Rule.AIR, Bearing.PREFERRED, ("ablation.lung.microwave",)),
        Reason("microwave", Rule.SIZE, Bearing.NOTED, (fact,), size, limit),
    ]


def _beyond_zones(case: NeedleCase) -> list[Reason]:
    """Modalities whose widest published zone is narrower than the target."""
    size, made = widest_mm(case), []
    for modality in MODALITIES:
        largest, facts, sources = _largest_zone(modality)
        if size > largest:
            made.append(
                Reason(modality, Rule.ZONE, Bearing.NOTED, facts, size, largest, sources=sources)
            )
    return made


def _largest_zone(modality: str) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    """Widest published zone of a modality, any applicator and number; its facts and sources.

    The edge of ice, at 0 C, is no zone: ice is not death.
    """
    widths = [
        (z.width_mm, z.source)
        for kind in applicators()
        if kind.modality == modality
        for z in kind.zones
        if z.width_mm is not None and (z.isotherm_c is None or z.isotherm_c < 0.0)
    ]
    width, source = max(widths)
    fact = _LARGEST.get(modality)
    if fact is not None and number(fact) > width:
        return number(fact), (fact,), ()
    return width, (), (source,)


def widest_mm(case: NeedleCase) -> float:
    """Longest axis through the target."""
    points = case.anatomy.grid.to_lps(np.argwhere(case.target.mask))
    centred = points - points.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    along = centred @ axes.T
    extent = along.max(axis=0) - along.min(axis=0)
    return float(extent.max()) + case.anatomy.grid.spacing_mm[0]


def _to_vessel_mm(case: NeedleCase, margin_mm: float) -> float | None:
    """As ``to_vessel_mm``, on a block that ends a little outside the margin."""
    points = case.anatomy.grid.to_lps(np.argwhere(case.target.mask))
    away = np.linalg.norm(points - np.asarray(case.target.centre_lps_mm), axis=1)
    thick = case.assumed.value(heat_scene.LEAST_VESSEL.name)
    # What the block's face cuts off looks thick: the margin ends two such vessels before it.
    reach = float(away.max()) + margin_mm + 2.0 * thick
    grid = heat_scene.grid_around(case.target.centre_lps_mm, reach, _FINE_MM)
    return to_vessel_mm(heat_scene.of_patient(case.anatomy, case.target, grid, thick))


def to_vessel_mm(scene: HeatScene) -> float | None:
    """From the target's surface to the nearest cell that holds its temperature; None without."""
    if not scene.vessels.any():
        return None
    spacing = scene.grid.spacing_mm[0]
    away = edt.edt(
        ~scene.target, anisotropy=(spacing,) * 3, black_border=False, order="C", parallel=2
    )
    return max(float(away[scene.vessels].min()) - 0.5 * spacing, 0.0)


def in_words(reason: Reason) -> str:
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
    if reason.against == _DEPTH:
        return (
            f"central: it reaches {100.0 * known:.0f} % of the way from the capsule to the "
            f"kidney's middle ({100.0 * limit:.0f} % count, assumed)"
        )
    said = "not central" if reason.bearing is Bearing.NOTED else "central"
    return f"{said}: {reason.against} {known:.0f} mm away (under {limit:g} mm counts, assumed)"


def finding(ranking: Ranking, order: Sequence[str], taken: str | None, *, asked: bool) -> Finding:
    """The order and every reason; a caution where what is taken goes against a rule.

    Args:
        ranking: by the rules.
        order: what was tried, first choice first.
        taken: what the plan goes on with; None when it has no way.
        asked: whether the user chose it.
    """
    facts = tuple(dict.fromkeys(f for r in ranking.reasons for f in r.facts))
    more = (s for r in ranking.reasons for s in r.sources)
    sources = tuple(dict.fromkeys((*cited(*facts), *more)))
    any_rule = any(r.rule is not Rule.ZONE for r in ranking.reasons)
    default = "the default stands" if any_rule else "the default stands; none was read here"
    text = " ".join(
        (
            *_taken(ranking, order, taken, asked=asked),
            f"Order: {', '.join(ranking.order)}. Where no rule speaks, {default}.",
            *_grouped(ranking.reasons),
            *(plainly(f) for f in facts),
        )
    )
    status, severity = Status.MET, Severity.INFO
    if taken is not None and ranking.of(taken, Bearing.BEHIND):
        status, severity = Status.NOT_MET, Severity.CAUTION
    elif taken is not None and ranking.of(taken, Bearing.UNKNOWN):
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
    against = ranking.of(taken, Bearing.BEHIND)
    if not against:
        return (f"{taken} is taken{why}.",)
    broken = "; ".join(in_words(r) for r in against)
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
    named = f"{' and '.join(names)} {reason.bearing}: {in_words(reason)}"
    ids = f" ({', '.join(reason.facts)})" if reason.facts else ""
    return f"{named}{ids}."


def noted(options: Sequence[Option], ranking: Ranking) -> tuple[Option, ...]:
    """The table of alternatives with what the rules say about each row's modality."""
    return tuple(replace(o, note="; ".join((o.note, *_notes(ranking, o)))) for o in options)


def _notes(ranking: Ranking, option: Option) -> tuple[str, ...]:
    found = ranking.of(option.technique, *Bearing)
    told_there = [
        r for r in found if r.bearing in (Bearing.BEHIND, Bearing.UNKNOWN) or r.rule is Rule.ZONE
    ]
    return tuple(in_words(r) for r in told_there)
