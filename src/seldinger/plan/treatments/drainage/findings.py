"""What a drainage plan finds: size rule, technique, room for the loop, way through organs, harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.anatomy.model import Kind
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.treatments import common_steps, tissue_profile
from seldinger.plan.treatments.drainage.choice import BY_USER
from seldinger.plan.wording import cite, get_number, quote_fact, state_fact

if TYPE_CHECKING:
    from seldinger.catalogue.model import PigtailDrain
    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was decided; ``drain`` is None for a needle alone, ``needle_mm`` what goes in first."""

    way: str
    reasons: tuple[str, ...]
    needle_mm: float
    drain: PigtailDrain | None
    content: str | None
    simple: str | None
    gallbladder: bool


def build_findings(case: NeedleCase, chosen: Chosen, best: Path | None) -> tuple[Finding, ...]:
    """All findings of one drainage; those that need a path only when there is one."""
    if chosen.gallbladder:
        made = [
            common_steps.describe_bleeding_class("drainage.bleeding_class.cholecystostomy"),
            _technique(chosen),
        ]
    else:
        made = [
            common_steps.describe_bleeding_class("drainage.bleeding_class.deep"),
            _size(case, chosen),
        ]
        made += [*_small(case), _technique(chosen), *_slow(case)]
    made += _room(case, chosen)
    if best is None:
        return tuple(made)
    made += _thicker(chosen, best)
    made += _bowel(case, best)
    made += _pleura(case, best)
    made += _through_liver(case, best, gallbladder=chosen.gallbladder)
    return tuple(made)


def _size(case: NeedleCase, chosen: Chosen) -> Finding:
    """Aspirate or leave a catheter."""
    limit, size = get_number("drainage.aspirate_below"), case.target.diameter_mm
    facts = ("drainage.aspirate_below", "drainage.aspiration_success", "drainage.catheter_success")
    figures = " ".join(state_fact(f) for f in facts)
    if size >= limit:
        text = f"{size:.0f} mm wide, {limit:.0f} mm or more: leave a catheter. {figures}"
        return Finding("aspirate-or-drain", Status.MET, Severity.INFO, text, cite(*facts))
    if chosen.simple is None:
        text = (
            f"{size:.0f} mm wide, less than {limit:.0f} mm: aspirate first if it is simple "
            "(single, no septa, no fistula), which is unknown; the plan is ready for a drain. "
            f"{figures}"
        )
        return Finding("aspirate-or-drain", Status.UNKNOWN, Severity.CAUTION, text, cite(*facts))
    what = "aspirate; a catheter only if it fails" if chosen.simple == "yes" else "leave a catheter"
    is_simple = "simple" if chosen.simple == "yes" else "not simple"
    text = f"{size:.0f} mm wide, less than {limit:.0f} mm, and {is_simple}: {what}. {figures}"
    return Finding("aspirate-or-drain", Status.MET, Severity.INFO, text, cite(*facts))


def _small(case: NeedleCase) -> list[Finding]:
    """Whether to drain at all: survey practice, and a rule from memory that drives nothing."""
    if case.target.diameter_mm >= get_number("drainage.survey_limit"):
        return []
    facts = ("drainage.survey_limit", "drainage.no_drain_below", "drainage.antibiotics_below")
    text = f"{case.target.diameter_mm:.0f} mm wide. " + " ".join(state_fact(f) for f in facts)
    return [Finding("small-collection", Status.UNKNOWN, Severity.CAUTION, text, cite(*facts))]


def _technique(chosen: Chosen) -> Finding:
    """The technique, its reasons, and the published figures side by side."""
    facts = (
        "drainage.trocar_success",
        "drainage.seldinger_deep.placed",
        "drainage.pleura.trocar_duration",
        "drainage.pleura.trocar_success",
    )
    reasons = "; ".join(r.rstrip(".") for r in chosen.reasons)
    text = f"{chosen.way[0].upper()}{chosen.way[1:]}: {reasons}. " + " ".join(
        quote_fact(f) for f in facts
    )
    return Finding("technique", Status.MET, Severity.INFO, text, cite(*facts))


def _slow(case: NeedleCase) -> list[Finding]:
    """Large collections take longer."""
    if case.target.volume_ml <= get_number("treatments.drain.large_volume"):
        return []
    facts = ("drainage.time.large_collection", "drainage.time.fistula")
    text = f"{case.target.volume_ml:.0f} mL. " + " ".join(state_fact(f) for f in facts)
    return [Finding("long-drainage", Status.UNKNOWN, Severity.INFO, text, cite(*facts))]


def _room(case: NeedleCase, chosen: Chosen) -> list[Finding]:
    """Whether loop and side holes stay inside."""
    size = case.target.diameter_mm
    if chosen.drain is None:
        if chosen.simple == "yes" or BY_USER in chosen.reasons:
            return []
        text = f"No drain was planned: no free path leaves room for a loop in {size:.0f} mm."
        return [Finding("loop-inside", Status.NOT_MET, Severity.ACTION, text)]
    loop, holes = chosen.drain.loop_mm, chosen.drain.side_hole_mm
    what = f"loop {loop:g} mm, side holes over {holes:g} mm of it, collection {size:.0f} mm"
    if loop < size:
        text = (
            f"The loop lies around the aim and finds room ({what}): every side hole stays inside."
        )
        return [Finding("loop-inside", Status.MET, Severity.CAUTION, text)]
    text = f"The loop does not fit ({what}): a side hole outside leaks along the tract."
    return [Finding("loop-inside", Status.NOT_MET, Severity.CAUTION, text)]


def _thicker(chosen: Chosen, best: Path) -> list[Finding]:
    """Over a wire the drain is thicker than the needle: the path was measured for the drain."""
    if chosen.drain is None or chosen.needle_mm >= chosen.drain.outer_diameter_mm:
        return []
    more = (chosen.drain.outer_diameter_mm - chosen.needle_mm) / 2.0
    known = {name: mm for name, mm in best.clearances_mm.items() if mm is not None}
    if not known:
        return []
    name, mm = min(known.items(), key=lambda item: item[1])
    text = (
        f"Clearances are those of dilator and drain ({chosen.drain.outer_diameter_mm:.2f} mm), not "
        f"of the needle ({chosen.needle_mm:.2f} mm). Nearest: {name}, {mm:.1f} mm; for the needle "
        f"alone {mm + more:.1f} mm."
    )
    return [Finding("drain-clearance", Status.MET, Severity.INFO, text)]


def _crossing(case: NeedleCase, best: Path, kind: Kind) -> list[str]:
    return [
        s.name
        for s in case.anatomy.structures
        if s.kind is kind and (tissue_profile.measure_crossed_mm(case, best, s.name) or 0.0) > 0.0
    ]


def _bowel(case: NeedleCase, best: Path) -> list[Finding]:
    crossed = _crossing(case, best, Kind.BOWEL)
    if not crossed:
        return []
    facts = ("drainage.path.transgressed_bowel", "drainage.path.no_pleura")
    text = f"The path goes through {', '.join(crossed)}. {state_fact(facts[0])}"
    return [Finding("bowel-crossed", Status.NOT_MET, Severity.ACTION, text, cite(*facts))]


def _pleura(case: NeedleCase, best: Path) -> list[Finding]:
    crossed = [*_crossing(case, best, Kind.LUNG), *_crossing(case, best, Kind.LOBE)]
    if not crossed or find_site(case) is Site.LUNG:
        return []
    fact = "drainage.path.no_pleura"
    text = f"The path goes through {', '.join(crossed)}. {state_fact(fact)}"
    return [Finding("pleura-crossed", Status.NOT_MET, Severity.ACTION, text, cite(fact))]


def _through_liver(case: NeedleCase, best: Path, *, gallbladder: bool) -> list[Finding]:
    """A little liver on the way: wanted for liver abscess (sourced) and gallbladder (custom)."""
    if not gallbladder and find_site(case) is not Site.LIVER:
        return []
    liver_mm = tissue_profile.measure_crossed_mm(case, best, "liver")
    fact = "drainage.path.liver_cuff"
    why = (
        "Through a little liver is preferred for the gallbladder (custom, to be confirmed)."
        if gallbladder
        else state_fact(fact)
    )
    sources = () if gallbladder else cite(fact)
    if liver_mm is None:
        text = f"No label shows the liver: whether the path crosses some is unknown. {why}"
        return [Finding("liver-cuff", Status.UNKNOWN, Severity.CAUTION, text, sources)]
    status = Status.MET if liver_mm > 0.0 else Status.NOT_MET
    text = f"{liver_mm:.0f} mm of liver lie before the target. {why}"
    return [Finding("liver-cuff", status, Severity.CAUTION, text, sources)]
