"""Findings: what speaks for and against closing an artery there, and what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.embolization.bleeding.regions import LOWER_GUT, SPLEEN, UPPER_GUT
from seldinger.plan.treatments.embolization.bleeding.spared import judge_spared
from seldinger.plan.treatments.embolization.bleeding.whole import judge_whole
from seldinger.plan.treatments.embolization.findings import judge_unread
from seldinger.plan.treatments.embolization.occluders import (
    COIL_OVERSIZE,
    PLUG_OVERSIZE,
)
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.embolization.bleeding.cut_off import CutOff
    from seldinger.plan.treatments.embolization.bleeding.options import HaemostasisOptions
    from seldinger.plan.treatments.embolization.bleeding.places import Places
    from seldinger.plan.treatments.embolization.occluders import FittedOccluder

_TOO_WIDE = "haemostasis.device.coil.too_wide"
_GELATIN = "embolization.gelatin.resorbed"
_BETWEEN = "haemostasis.spleen.site.between.success"
_HOLLOW = (LOWER_GUT, UPPER_GUT)
_CONTENTS = ", what is in the bowel included"
_SHOWN = 4


def list_findings(
    case: TerritoryCase,
    places: Places,
    cut_off: CutOff | None,
    told: HaemostasisOptions,
    near: FittedOccluder | None,
    far: FittedOccluder | None,
    others: tuple[FittedOccluder | None, ...],
    least_mm: float,
) -> tuple[Finding, ...]:
    """Everything that is to be told, but the patient's state.

    Args:
        case: with its target.
        places: where it is closed.
        cut_off: what loses its artery; None: not known.
        told: by the user.
        near: what lies before the bleeding.
        far: what lies beyond it; None: nothing does.
        others: what lies in every further artery that is closed; None: nothing that fits.
        least_mm: lumen that the thinnest catheter needs.
    """
    return (
        *_judge_asked(places, told),
        *_judge_source(places),
        *_judge_place(places, least_mm),
        *_judge_far(places, told, far),
        *_judge_cut_off(places, cut_off, case.target.lesions[0].organ),
        *_judge_aside(places, told),
        *judge_whole(places),
        *judge_spared(case, places),
        *_judge_fit(places, told, near),
        *_judge_others(places, told, others),
        *judge_unread(case),
        *_tell_facts(places),
    )


def _judge_asked(places: Places, told: HaemostasisOptions) -> Iterator[Finding]:
    if told.occluder is None:
        text = "Not told: what closes it (--occluder coil, plug or gelatin). None is planned."
        yield Finding("occluder-asked", Status.UNKNOWN, Severity.ACTION, text)
    elif told.occluder == "gelatin":
        text = f"Gelatin closes for a time. {state_fact(_GELATIN)}"
        status, severity = Status.MET, Severity.INFO
        if places.region is LOWER_GUT:
            text += " No figure was read of gelatin in the arteries of the bowel: coils were."
            status, severity = Status.UNKNOWN, Severity.ACTION
        yield Finding("gelatin", status, severity, text, cite(_GELATIN), facts=(_GELATIN,))


def _name(places: Places, edges: tuple[int, ...]) -> str:
    assert places.tree is not None  # noqa: S101  they are edges of it
    names = dict.fromkeys(places.tree.edges[n].name or f"edge {n}" for n in edges)
    shown = ", ".join(list(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _judge_source(places: Places) -> Iterator[Finding]:
    """Which artery bleeds, as far as contact tells."""
    source = places.source
    if source is None:
        if places.chosen:
            seen = ", ".join(places.labelled)
            text = (
                f"Labelled in it: {seen}; the organ as a whole is meant."
                if seen
                else "No bleeding point is labelled: the organ as a whole is meant."
            )
            yield Finding("bleeding-source", Status.MET, Severity.INFO, text)
        return
    if not source.contacts:
        assert places.tree is not None  # noqa: S101  arteries were looked at
        nearest = _name(places, (source.nearest.edge,))
        text = (
            f"No traced artery touches the bleeding; the nearest is the {nearest}, "
            f"{source.nearest.gap_mm:.0f} mm away. Which one bleeds is not known: trace more, or "
            "selective angiography."
        )
        yield Finding("bleeding-source", Status.UNKNOWN, Severity.ACTION, text)
        return
    names = _name(places, source.edges)
    text = f"The bleeding touches the {names}. "
    tops = [one for one in places.line if one.held >= 1.0][:1]
    if tops and tops[0].edge in source.edges:
        text += f"The {tops[0].name} leads to all of them. Angiography tells which bleeds."
        yield Finding("bleeding-source", Status.MET, Severity.INFO, text)
        return
    if not places.line:
        text += "No artery that leads there may be closed: a covered stent, or surgery."
        yield Finding("bleeding-source", Status.UNKNOWN, Severity.ACTION, text)
        return
    text += (
        "They are branches of their own: which of them bleeds is not known before selective "
        "angiography, and what is planned closes all."
    )
    yield Finding("bleeding-source", Status.UNKNOWN, Severity.CAUTION, text)


def _judge_place(places: Places, least_mm: float) -> Iterator[Finding]:
    if not places.chosen:
        text = f"Where to close it is not known: {places.why}."
        yield Finding("closing-place", Status.UNKNOWN, Severity.ACTION, text)
        return
    names = " and the ".join(f"{one.name} ({one.level})" for one in places.chosen)
    held = places.held
    text, status = f"Closed in the {names}.", Status.MET
    if held < 1.0 - 1e-9:
        status = Status.NOT_MET
        text += (
            f" That is {100.0 * held:.0f} % of the arteries that may bleed: the rest goes on "
            "bleeding if it does."
        )
    for one in places.chosen:
        if one.held <= 0.0:
            status = Status.NOT_MET
            text += f" The {one.name} leads to nothing that may bleed: leave it open."
    narrow = [one for one in places.chosen if one.width_mm < least_mm]
    for one in narrow:
        status = Status.NOT_MET
        text += (
            f" On the way to the {one.name} the lumen is {one.width_mm:.1f} mm; the thinnest "
            f"catheter needs {least_mm:.1f} mm."
        )
    first = places.line[0] if places.line else None
    passed = not places.told and places.strategy == "selective"
    if passed and first is not None and first.edge != places.chosen[0].edge:
        text += f" Nearer to the bleeding, the {first.name} takes no catheter, coil or plug."
    yield Finding("closing-place", status, Severity.ACTION, text)


def _judge_far(
    places: Places, told: HaemostasisOptions, far: FittedOccluder | None
) -> Iterator[Finding]:
    """What comes back from beyond the bleeding."""
    if not places.chosen or places.source is None:
        return
    one, facts = places.chosen[0], places.region.refill_facts
    unsure = Severity.ACTION if facts else Severity.CAUTION
    said = " ".join(state_fact(fact) for fact in facts)
    if one.level != "at the bleeding":
        text = "Closed away from the bleeding: blood may come to it by other branches."
        status, severity = Status.UNKNOWN, unsure
    elif one.far_side is None:
        text = (
            "The artery divides or ends at the bleeding: whether blood comes back through its "
            "branches shows the angiogram after the first coil."
        )
        status, severity = Status.UNKNOWN, unsure
    elif told.occluder == "gelatin":
        text, status, severity = "Gelatin goes on beyond the bleeding.", Status.MET, Severity.INFO
    elif far is None:
        text = (
            f"The artery goes on beyond the bleeding for "
            f"{one.far_side.to_mm - one.far_side.from_mm:.0f} mm and nothing of the shelf that was "
            "chosen fits there, or its catheter does not come there: blood may come back from "
            "beyond."
        )
        status, severity = Status.NOT_MET, Severity.ACTION
    else:
        text = "Closed beyond the bleeding first, then before it: nothing comes back."
        status, severity = Status.MET, Severity.ACTION
    yield Finding("far-side", status, severity, f"{text} {said}".strip(), cite(*facts), facts=facts)


def _judge_cut_off(places: Places, cut_off: CutOff | None, organ: str | None) -> Iterator[Finding]:
    """What of the organ loses its artery."""
    lost = [one for one in places.chosen if one.starved_ml is not None]
    facts = places.region.harm_facts
    if not places.chosen:
        return
    told = " ".join(state_fact(one) for one in facts)
    status, severity = Status.MET, Severity.INFO
    if not lost or cut_off is None:
        status, severity = Status.UNKNOWN, Severity.CAUTION
        text = "How much tissue loses its artery is not known: no labelled organ ends it."
    else:
        ml = sum(one.starved_ml or 0.0 for one in lost)
        share = sum(one.organ_share or 0.0 for one in lost)
        ends = sum(one.ends for one in lost)
        name = organ or places.region.name
        hollow = places.region in _HOLLOW and organ in places.region.organs
        contents = _CONTENTS if hollow else ""
        text = (
            f"The artery of {ml:.0f} mL ({cut_off.sure_ml:.0f} surely, {cut_off.possible_ml:.0f} "
            f"possibly) of the {name} is closed, {100.0 * share:.0f} % of the "
            f"labelled organ, with {ends} last branch{'es' * (ends != 1)}, as far as traced"
            f"{contents}. It may live by other vessels or die."
        )
    yield Finding("cut-off", status, severity, f"{text} {told}".strip(), cite(*facts),
                  facts=facts)  # fmt: skip


def _judge_aside(places: Places, told: HaemostasisOptions) -> Iterator[Finding]:
    """Arteries of something else that are cut off too."""
    names = tuple(dict.fromkeys(name for one in places.chosen for name in one.aside))
    if not names:
        return
    shown = ", ".join(names[:_SHOWN]) + (" and others" if len(names) > _SHOWN else "")
    cited = places.region is SPLEEN and places.strategy == "proximal" and not places.told
    if cited and told.occluder != "gelatin":
        text = f"Beyond the closed place arise {shown} too. {state_fact(_BETWEEN)}"
        yield Finding("cut-off-aside", Status.MET, Severity.INFO, text, cite(_BETWEEN),
                      facts=(_BETWEEN,))  # fmt: skip
        return
    how = "gelatin goes there" if told.occluder == "gelatin" else "their blood is cut off"
    text = f"Beyond the closed place arise {shown}: {how} too. Close nearer to the bleeding."
    yield Finding("cut-off-aside", Status.NOT_MET, Severity.ACTION, text)


def _judge_fit(
    places: Places, told: HaemostasisOptions, near: FittedOccluder | None
) -> Iterator[Finding]:
    """Whether a coil or plug of the shelf fits the artery."""
    if not places.chosen or told.occluder in (None, "gelatin"):
        return
    one = places.chosen[0]
    facts: tuple[str, ...] = (COIL_OVERSIZE, _TOO_WIDE)
    if told.occluder == "plug":
        facts = (PLUG_OVERSIZE,)
    said = " ".join(state_fact(fact) for fact in facts)
    if one.diameter_mm is None:
        text, status = "The lumen where it lies is not known: no size is planned.", Status.UNKNOWN
    elif near is None:
        text = (
            f"No {told.occluder} of the shelf fits a lumen of {one.diameter_mm:.1f} mm with "
            f"{one.room_mm:.0f} mm of room. {said}"
        )
        status = Status.NOT_MET
    else:
        facts = tuple(dict.fromkeys((*facts, *near.facts)))
        if told.occluder == "plug" and PLUG_OVERSIZE not in near.facts:
            facts = near.facts
            said = f"Its table goes by the artery. {' '.join(state_fact(one) for one in facts[:2])}"
        text = (
            f"{near.text} in a lumen of {one.diameter_mm:.1f} mm: {100.0 * near.oversize:.0f} % "
            f"wider. {said} An artery that bleeds is in spasm: measure it again."
        )
        status = Status.MET
    yield Finding("occluder-fit", status, Severity.ACTION, text, cite(*facts), facts=facts)


def _judge_others(
    places: Places, told: HaemostasisOptions, others: tuple[FittedOccluder | None, ...]
) -> Iterator[Finding]:
    """Further arteries that the user names: a coil or plug, and the side beyond the bleeding."""
    if told.occluder in (None, "gelatin"):
        return
    for one, fitted in zip(places.chosen[1:], others, strict=True):
        faults = []
        if fitted is None:
            faults.append(f"no {told.occluder} of the shelf fits there and comes there")
        if one.far_side is not None:
            faults.append("the artery goes on beyond the bleeding, and that side is not planned")
        if faults:
            text = f"In the {one.name} {'; '.join(faults)}: plan that artery by itself."
            yield Finding(f"further-artery-{one.edge}", Status.NOT_MET, Severity.ACTION, text)


def _tell_facts(places: Places) -> Iterator[Finding]:
    """Who is embolized, what came of it, what is watched."""
    region = places.region
    results = region.proximal_facts if places.strategy == "proximal" else region.selective_facts
    for name, facts in (
        ("bleeding-when", region.when_facts),
        ("bleeding-results", results),
        ("bleeding-after", region.after_facts),
    ):
        if facts:
            text = " ".join(state_fact(one) for one in facts)
            yield Finding(name, Status.MET, Severity.INFO, text, cite(*facts), facts=facts)
