"""What an ablation plan finds: size, margin, sureness, vessels, what to spare, plausibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger import evidence
from seldinger.catalogue.applicators import applicator
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.percutaneous.site import Site, find_site
from seldinger.plan.treatments.ablation import override, plausibility, ranking, trajectories
from seldinger.plan.treatments.ablation.choice import read_answers
from seldinger.plan.treatments.ablation.modalities.base import measure_widest_mm, to_vessel_mm
from seldinger.plan.wording import cite, get_number, state_fact
from seldinger.simulate.thermal.setup import CHART, PHYSIOLOGICAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.treatments.ablation.choice import Choice
    from seldinger.plan.treatments.ablation.coverage import Covered
    from seldinger.plan.treatments.ablation.modalities.base import Modality
    from seldinger.simulate.thermal.effect import AtRisk, Figures

_WHOLE = 0.9995
_LARGEST = "ablation.largest_zone"
_SIZE = {
    Site.LIVER: "ablation.liver.size",
    Site.KIDNEY: "ablation.kidney.size",
    Site.LUNG: "ablation.lung.size",
}
_MARGIN_FACTS = {
    (Site.LIVER, "hcc"): ("ablation_margin.hcc.ltp.5mm", "ablation_margin.hcc.ltp.under_5mm"),
    (Site.LIVER, "crlm"): ("ablation_margin.crlm.no_ltp.all_round",),
    (Site.LIVER, ""): ("ablation_margin.crlm.no_ltp.all_round", "ablation_margin.hcc.ltp.5mm"),
    (Site.LUNG, ""): ("ablation_margin.lung.mwa.2y.5mm", "ablation_margin.lung.mwa.2y.under_5mm"),
}
"""What a margin was worth in whom, by site and histology; none read for other organs."""
_THREE_MM = 3.0
_LEAST_ML = 1.0
_ENGINE_FACE = "the edge of the grid"
"""What the engine says of its faces begins so."""


def build_findings(
    case: NeedleCase, choice: Choice, won: Covered, found: Figures
) -> tuple[Finding, ...]:
    """All findings of a plan with probes."""
    modality = won.modality
    made = [
        *_size(case, choice),
        _modality(case, choice, modality.name),
        _cover(case, choice, found),
        _sink(choice, won),
        *_lung(case),
        *_at_face(won),
        *_beyond_organ(case, won),
        *_spared(found, cold=modality.engine.cold),
        *_plausible(case, modality, found),
        *plausibility.find_doubts(
            modality, len(won.ways.placed), found, float(won.heated.extreme_c.max())
        ),
        *_probes(case, won),
        *_isotherm(modality.lethal_facts),
        *_drying(won),
        Finding(
            "models",
            Status.MET,
            Severity.INFO,
            f"How far such predictions can be trusted: {state_fact('ablation.models.dice')}",
            cite("ablation.models.dice"),
        ),
    ]
    return tuple(made)


_DOUBTS = ("size", "lung-zone", "zone-at-face", "plausibility", "outside-table", "not-believed")
"""Findings that, while open, take the prediction out of its domain of validity."""


def list_outside_domain(found: tuple[Finding, ...]) -> tuple[str, ...]:
    """Why the prediction is not to be believed, by its own findings; empty where it may be."""
    serious = (Severity.STOP, Severity.ACTION)
    doubted = [
        f for f in found if f.id in _DOUBTS and f.status is not Status.MET and f.severity in serious
    ]
    return tuple(f.text.partition(". ")[0].rstrip(".") for f in doubted)


def explain_without_probes(
    case: NeedleCase, choice: Choice, why: Mapping[str, tuple[str, ...]]
) -> tuple[Finding, ...]:
    """What can be said when no applicator has a way.

    Args:
        case: target, anatomy, settings.
        choice: modality order and margins.
        why: by device, what kept it out, in words.
    """
    return (
        *_size(case, choice),
        _modality(case, choice, None),
        Finding(
            "coverage",
            Status.NOT_MET,
            Severity.STOP,
            "No applicator has a free way to the target. Nothing was computed.",
        ),
        *(_no_way(device, said) for device, said in why.items()),
    )


def _drying(won: Covered) -> tuple[Finding, ...]:
    """What is assumed of drying, where the generator follows the impedance that it raises."""
    controller = won.ways.placed[0].applicator.controller
    if controller is None or controller.rise_ohm is None:
        return ()
    text = (
        "The generator follows the impedance, which rises as a shell of tissue dries. How wide a "
        "shell dries at once is assumed (rf_drying_mm): in living liver 0.5 mm gave a zone "
        "15 % larger and 1.4 mm one 9 % smaller than 1 mm, and the spread of the margin does not "
        "hold that."
    )
    return (Finding("drying-width", Status.UNKNOWN, Severity.CAUTION, text),)


def _no_way(device: str, said: tuple[str, ...]) -> Finding:
    """Why nothing of one device fitted, all of it: the user decides what to open or to change."""
    kind = applicator(device)
    text = f"{kind.modality}, {device}, has no way. {'; '.join(said)}."
    return Finding(f"no-way-{device}", Status.NOT_MET, Severity.CAUTION, text)


def _size(case: NeedleCase, choice: Choice) -> tuple[Finding, ...]:
    """Whether a zone of that size was ever published, and what is called suited."""
    size = case.target.diameter_mm
    widest = measure_widest_mm(case)
    largest = get_number(_LARGEST)
    facts = (_LARGEST, "ablation.largest_zone_in_vivo")
    said = " ".join(state_fact(f) for f in facts)
    made = []
    if widest > largest:
        text = (
            f"Beyond every published size: the target is {widest:.0f} mm at its widest "
            f"({size:.0f} mm for its volume). {said} Best cover is shown."
        )
        made.append(Finding("size", Status.NOT_MET, Severity.STOP, text, cite(*facts)))
    elif widest + 2.0 * choice.margin_mm > largest:
        text = (
            f"Target and margin are {widest + 2.0 * choice.margin_mm:.0f} mm wide, more than any "
            f"published zone of one placement. {said}"
        )
        made.append(Finding("size", Status.NOT_MET, Severity.ACTION, text, cite(*facts)))
    fact = _SIZE.get(find_site(case))
    if fact is None:
        text = "No size limit was read for this organ."
        made.append(Finding("size-suited", Status.UNKNOWN, Severity.CAUTION, text))
        return tuple(made)
    limit = evidence.driving_value(fact, secondary=True)
    status = Status.MET if size <= limit else Status.NOT_MET
    text = f"{size:.0f} mm against {limit:.0f} mm. {state_fact(fact)}"
    severity = Severity.INFO if status is Status.MET else Severity.ACTION
    made.append(Finding("size-suited", status, severity, text, cite(fact)))
    return tuple(made)


def _modality(case: NeedleCase, choice: Choice, taken: str | None) -> Finding:
    """With what, in which order, and why."""
    asked = case.settings.device is not None or read_answers(case).modality is not None
    return ranking.build_finding(choice.ranking, choice.order, taken, asked=asked)


def _cover(case: NeedleCase, choice: Choice, found: Figures) -> Finding:
    margin = found.minimal_margin_mm.nominal
    thin = f"minimal ablative margin {margin:.1f} mm, {choice.margin_mm:g} mm asked"
    site, histology = find_site(case), read_answers(case).histology or ""
    facts = _MARGIN_FACTS.get((site, histology), _MARGIN_FACTS.get((site, ""), ()))
    worth = " ".join(state_fact(f) for f in facts)
    status, severity = Status.NOT_MET, Severity.STOP
    if found.coverage_target < _WHOLE:
        left = 100.0 * (1.0 - found.coverage_target)
        text = f"Tumour is left: {left:.1f} % of it survives by this plan, the best found; {thin}."
        return Finding("coverage", status, severity, text, cite(*facts))
    if margin < 0.0:
        text = f"The zone just misses the tumour's edge: {thin}. Tumour may be left there."
    elif margin < _THREE_MM - 0.05:
        text = f"The whole tumour is ablated, but the margin is too thin: {thin}."
    elif margin < choice.margin_mm - 0.25:
        severity = Severity.ACTION
        text = f"The whole tumour is ablated, with less margin than asked: {thin}."
    else:
        status, severity = Status.MET, Severity.INFO
        text = f"Tumour and margin are ablated by this plan: {thin}."
    return Finding("coverage", status, severity, f"{text} {worth}".strip(), cite(*facts))


def _sink(choice: Choice, won: Covered) -> Finding:
    """Vessels that hold their temperature within target and margin."""
    scene = won.ground.scene
    facts = ("ablation.sink.over_3mm", "ablation.sink.recurrence")
    near = to_vessel_mm(scene)
    if near is None:
        text = "No vessel thick enough to cool the zone is known nearby; unlabelled ones may be."
        return Finding("heat-sink", Status.UNKNOWN, Severity.CAUTION, text, cite(*facts))
    if near > choice.margin_mm:
        text = f"The nearest vessel that would cool the zone is {near:.0f} mm from the tumour."
        return Finding("heat-sink", Status.MET, Severity.INFO, text, cite(*facts))
    text = (
        f"A vessel that cools the zone is {near:.0f} mm from the tumour, inside the "
        f"margin: look for live tumour there. {' '.join(state_fact(f) for f in facts)}"
    )
    return Finding("heat-sink", Status.NOT_MET, Severity.CAUTION, text, cite(*facts))


def _lung(case: NeedleCase) -> tuple[Finding, ...]:
    """No applicator here was fitted in lung, and sizes there are known to be wrong."""
    if find_site(case) is not Site.LUNG:
        return ()
    text = (
        "Sizes in lung are not believed: no applicator here was fitted in lung, and what was "
        "published of pigs is drawn about twice too wide. Take position and path, not the zone."
    )
    return (Finding("lung-zone", Status.UNKNOWN, Severity.ACTION, text),)


def _at_face(won: Covered) -> tuple[Finding, ...]:
    """A zone, or its heat, that reaches the face of the computed block is not to be believed."""
    zone = won.heated.zone
    cut = any(np.take(zone, n, axis).any() for axis in range(3) for n in (0, -1))
    said = [w for w in won.heated.result.warnings if w.startswith(_ENGINE_FACE)]
    if not cut and not said:
        return ()
    first = (
        "The zone meets the face of the computed block and is cut off there"
        if cut
        else "Heat or cold reached the face of the computed block"
    )
    text = f"{first}: its size and its edge are not to be believed on that side."
    more = "".join(f" The engine says: {w}." for w in said)
    return (Finding("zone-at-face", Status.UNKNOWN, Severity.ACTION, f"{text}{more}"),)


def _beyond_organ(case: NeedleCase, won: Covered) -> tuple[Finding, ...]:
    """What is ablated outside the organ, whatever it is."""
    scene = won.ground.scene
    if scene.organ is None:
        text = "The organ is not known: how much is ablated outside it cannot be said."
        return (Finding("outside-organ", Status.UNKNOWN, Severity.CAUTION, text),)
    outside = won.heated.zone & ~scene.organ & ~scene.target & ~scene.vessels
    lost_ml = float((outside & (scene.material > 0)).sum()) * scene.grid.voxel_ml
    organ = case.target.organ
    if lost_ml < _LEAST_ML:
        text = f"Almost nothing outside the {organ} is ablated ({lost_ml:.1f} mL)."
        return (Finding("outside-organ", Status.MET, Severity.INFO, text),)
    text = (
        f"{lost_ml:.0f} mL of the lethal zone lie outside the {organ}: whatever is there is "
        "ablated too, named or not. Look at it on the images; part it by fluid, or move the zone."
    )
    return (Finding("outside-organ", Status.NOT_MET, Severity.ACTION, text),)


def _spared(found: Figures, *, cold: bool) -> tuple[Finding, ...]:
    bound = "least" if cold else "most"
    return tuple(_spared_one(c, bound) for c in found.at_risk)


def _spared_one(one: AtRisk, bound: str) -> Finding:
    name = f"spare-{one.structure.replace(' ', '-')}"
    if one.kept is None:
        text = f"{one.structure}: not segmented. Whether heat or cold reaches it is unknown."
        return Finding(name, Status.UNKNOWN, Severity.CAUTION, text, one.sources)
    away = "" if one.distance_mm is None else f" {one.distance_mm:.0f} mm from the lethal zone"
    extreme = "" if one.extreme_c is None else f", {one.extreme_c:.0f} C at {bound}"
    text = f"{one.structure}:{away}{extreme}. {one.protection}".strip()
    if one.kept:
        return Finding(name, Status.MET, Severity.INFO, text, one.sources)
    return Finding(name, Status.NOT_MET, Severity.ACTION, text, one.sources)


def _plausible(case: NeedleCase, modality: Modality, found: Figures) -> tuple[Finding, ...]:
    """Volume per energy against what was seen in patients."""
    most = modality.most_ml_per_kj
    if found.ml_per_kj is None or most is None:
        return ()
    histology = read_answers(case).histology or ""
    facts = modality.energy.get(histology, modality.energy[""])
    ok = found.ml_per_kj <= most
    text = (
        f"{found.ml_per_kj:.2f} mL of zone per kJ sent out. "
        f"{' '.join(state_fact(f) for f in facts)}"
        + ("" if ok else f" More than {most:g} mL/kJ is not believed: distrust this prediction.")
        + _by_other_mode(case, found)
    )
    status, severity = (Status.MET, Severity.INFO) if ok else (Status.NOT_MET, Severity.ACTION)
    return (Finding("plausibility", status, severity, text, cite(*facts)),)


def _by_other_mode(case: NeedleCase, found: Figures) -> str:
    """In lung, where no size is believed, how far both modes lie apart."""
    if find_site(case) is not Site.LUNG or found.other_mode_volume_ml is None:
        return ""
    other = next(m for m in (CHART, PHYSIOLOGICAL) if m != found.mode)
    return (
        f" The zone is {found.zone_volume_ml:.0f} mL ({found.mode}, used here), "
        f"{found.other_mode_volume_ml:.0f} mL by the {other} mode: neither was fitted in lung."
    )


def _probes(case: NeedleCase, won: Covered) -> tuple[Finding, ...]:
    """What the probes' own ways break, and what was set outside a table."""
    made = []
    crossing = trajectories.find_crossings(case, won.ways)
    if crossing:
        made.append(Finding("probes-apart", Status.NOT_MET, Severity.STOP, f"{crossing}."))
    marked = sorted({t for p in won.ways.placed if (t := override.list_outside_table(p))})
    made += [
        Finding("outside-table", Status.NOT_MET, Severity.ACTION, f"{text}, as you asked.")
        for text in marked
    ]
    return tuple(made)


def _isotherm(facts: tuple[str, ...]) -> tuple[Finding, ...]:
    """Which isotherm kills: authorities side by side."""
    if not facts:
        return ()
    text = f"Sources differ: {' '.join(state_fact(f) for f in facts)}"
    return (Finding("lethal-isotherm", Status.MET, Severity.INFO, text, cite(*facts)),)
