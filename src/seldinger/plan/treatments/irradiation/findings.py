"""Findings: every limit and goal by name, what is not known, and what the images leave open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.anatomy.feeders import ASIDE
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.irradiation.albumin import measure_ratios
from seldinger.plan.treatments.irradiation.constraints import find_shunt_bound, judge_dose
from seldinger.plan.treatments.irradiation.doubts import list_doubts
from seldinger.plan.treatments.irradiation.mismatch import judge_perfusion, judge_ratios
from seldinger.plan.treatments.irradiation.options import IrradiationOptions
from seldinger.plan.treatments.irradiation.perfused import BY_LABEL, ORGAN, WHOLE
from seldinger.plan.treatments.irradiation.territory import COMPARTMENTS, LUNG, WHOLE_NORMAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.irradiation.basis import Basis
    from seldinger.plan.treatments.irradiation.constraints import Allowance, GoalCheck
    from seldinger.plan.treatments.irradiation.prescribe import Prescribed
    from seldinger.plan.treatments.irradiation.rules import DoseRule
    from seldinger.plan.treatments.irradiation.territory import ConcentrationRatio

_ROUNDING = 1e-6
_COVERED = 0.95
"""Less of a tumour than this in the territory leaves a part of it untreated."""
_BILIRUBIN = "radioembolization.bilirubin.most"
_RATES = (
    "radioembolization.dose_rate.contact",
    "radioembolization.dose_rate.near",
    "radioembolization.dose_rate.one_metre",
)


def list_findings(case: TerritoryCase, basis: Basis, prescribed: Prescribed) -> tuple[Finding, ...]:
    """Everything that speaks for and against a prescription.

    Args:
        case: with its territory.
        basis: all that is known.
        prescribed: the activity.
    """
    return (
        *_judge_asked(basis),
        *list_doubts(case, basis),
        *_judge_bilirubin(basis),
        basis.shunt_finding,
        basis.lungs.tell(),
        *_judge_limits(basis, prescribed),
        *_judge_goals(basis, prescribed),
        *_tell_shunt_bound(basis),
        *_judge_intent(case, basis),
        *_judge_territory(case, basis),
        *_judge_scan(case, basis),
        *_tell_constants(basis),
        *_tell_safety(basis, prescribed),
    )


def _judge_asked(basis: Basis) -> Iterator[Finding]:
    """What nobody told and nothing can be chosen without."""
    if basis.missing:
        text = f"Not told: {'; '.join(basis.missing)}. Answer each: no rule is chosen without."
        yield Finding("irradiation-asked", Status.UNKNOWN, Severity.ACTION, text)


def _judge_bilirubin(basis: Basis) -> Iterator[Finding]:
    """Bilirubin against what speaks against the whole treatment; unknown is asked elsewhere."""
    told = basis.known.bilirubin_mg_per_dl
    if told is None:
        return
    most = evidence.driving_value(_BILIRUBIN, secondary=True)
    fact = evidence.fact(_BILIRUBIN)
    status = Status.MET if told <= most else Status.NOT_MET
    text = f"Bilirubin {told:g} mg/dL. {fact.statement} ({evidence.stamp_of((fact.id,))})"
    yield Finding("bilirubin", status, Severity.ACTION, text, (fact.source,), facts=(fact.id,))


def _word(compartment: str) -> str:
    return COMPARTMENTS.get(compartment, compartment)


def _begin(compartment: str) -> str:
    words = _word(compartment).removeprefix("the ")
    return f"{words[:1].upper()}{words[1:]}"


def _cite(rule: DoseRule) -> tuple[str, ...]:
    return () if rule.edited else (rule.source,)


def _stamp(rule: DoseRule) -> str:
    return f" ({rule.stamp})" if rule.stamp else ""


def _judge_limits(basis: Basis, prescribed: Prescribed) -> Iterator[Finding]:
    window = prescribed.window
    for one in () if window is None else window.allowances:
        yield _judge_limit(one, basis, prescribed)


def _judge_limit(one: Allowance, basis: Basis, prescribed: Prescribed) -> Finding:
    rule, name = one.rule, f"limit-{one.rule.id}"
    if one.compartment not in {rule.compartment, LUNG}:
        name = f"{name}-{one.compartment.replace(' ', '-')}"
    facts, said = (rule.fact,), f"{rule.text}{_stamp(rule)}"
    if one.status is Status.UNKNOWN:
        text = f"Not judged, for nobody told {one.missing}. {said}"
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text, _cite(rule), facts=facts)
    if prescribed.given_gbq is None or one.gy_per_gbq is None:
        text = f"Without an activity no dose of {_word(one.compartment)} is told. {said}"
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text, _cite(rule), facts=facts)
    had = basis.before.find_gy(rule) or 0.0
    dose_gy = had + one.gy_per_gbq * prescribed.given_gbq
    status = judge_dose(rule, dose_gy, had, basis.lungs)
    allowed = "any activity" if one.given_gbq is None else f"{one.given_gbq:.2f} GBq"
    text = (
        f"{_begin(one.compartment)}: {dose_gy:.1f} Gy, limit {rule.dose_gy:g}: allows "
        f"{allowed}. {said}"
    )
    if status is Status.UNKNOWN:
        text = f"Lungs that nobody weighed may pass it; by the conventional mass: {text}"
    return Finding(name, status, Severity.ACTION, text, _cite(rule), facts=facts)


def _judge_goals(basis: Basis, prescribed: Prescribed) -> Iterator[Finding]:
    window = prescribed.window
    for one in () if window is None else window.goals:
        yield _judge_goal(one, prescribed)
    if window is not None and basis.rules and not window.goals:
        text = "No goal of dose was read for such a treatment: fix the activity by hand."
        yield Finding("goal", Status.UNKNOWN, Severity.ACTION, text)


def _judge_goal(one: GoalCheck, prescribed: Prescribed) -> Finding:
    rule, name = one.rule, f"goal-{one.rule.id}"
    if one.compartment != rule.compartment:
        name = f"{name}-{one.compartment.replace(' ', '-')}"
    facts, said = (rule.fact,), f"{rule.text}{_stamp(rule)}"
    dose = None if prescribed.dose is None else prescribed.dose.dose_gy.get(one.compartment)
    if dose is None or one.needed_gbq is None:
        text = f"Whether {_word(one.compartment)} reaches {rule.dose_gy:g} Gy is unknown. {said}"
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text, _cite(rule), facts=facts)
    held = dose >= rule.dose_gy * (1.0 - _ROUNDING)
    text = (
        f"{_begin(one.compartment)}: {dose:.0f} Gy, goal {rule.dose_gy:g}: needs "
        f"{one.needed_gbq:.2f} GBq. {said}"
    )
    if not held:
        text = f"GOAL NOT MET: {text}"
    status = Status.MET if held else Status.NOT_MET
    return Finding(name, status, Severity.ACTION, text, _cite(rule), facts=facts)


def _tell_shunt_bound(basis: Basis) -> Iterator[Finding]:
    """The lung shunt below which a limit of the liver comes first, whatever is perfused."""
    lungs = [one.dose_gy for one in basis.rules if one.compartment == LUNG and not one.cumulative]
    liver = [
        one.dose_gy
        for one in basis.rules
        if one.compartment == WHOLE_NORMAL and one.kind == "limit"
    ]
    if not lungs or not liver or not basis.territory.tumours:
        return
    share = basis.territory.share_activity()["normal"]
    bound = find_shunt_bound(
        min(lungs), basis.lungs.least_kg, min(liver), basis.weighed.whole_normal_kg, share
    )
    fact = evidence.fact("radioembolization.shunt.seldom_limits")
    text = (
        f"Below a lung shunt of {100.0 * bound:.0f} % the limit of the normal liver comes before "
        f"that of the lungs. {fact.statement}"
    )
    yield Finding("shunt-bound", Status.MET, Severity.INFO, text, (fact.source,), facts=(fact.id,))


def _judge_intent(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    """A segmentectomy gives up the normal liver in its territory, which must be small then."""
    if basis.intent != "segmentectomy":
        return
    most = case.assumed.get_value("irradiation_segment_share")
    share = 1.0 - basis.weighed.reserve
    text = (
        f"A segmentectomy gives up the liver that is perfused: {100.0 * share:.0f} % of it here, "
        f"{100.0 * most:.0f} % are taken as the most. Take a smaller artery, or another intent."
    )
    status = Status.MET if share <= most else Status.NOT_MET
    yield Finding("segmentectomy-size", status, Severity.ACTION, text)


def _judge_territory(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    target = case.target
    whole = target.origin == WHOLE
    text = f"Perfused: {basis.weighed.perfused_ml:.0f} mL by {target.origin}."
    if whole:
        text = f"{text} {' '.join(target.notes)} Name the artery, or labels of what is perfused."
    doubted = target.origin.startswith(BY_LABEL) and bool(target.notes)
    if doubted:
        text = f"{text} {' '.join(target.notes)}"
    status = Status.NOT_MET if whole or doubted else Status.MET
    yield Finding("territory", status, Severity.CAUTION, text)
    organ = case.anatomy.get_structure(target.organ or "").mask
    for lesion in target.lesions:
        organ = organ | lesion.mask
    flesh = ~basis.weighed.hollow
    yield from judge_perfusion(basis.scan, target.mask & flesh, organ & flesh, case.assumed)
    for part in basis.weighed.tumours:
        if part.covered < _COVERED:
            text = (
                f"Only {100.0 * part.covered:.0f} % of {part.name} lies in the territory: the rest "
                "takes no dose from there. Another injection, or another artery."
            )
            first = part.name == basis.target
            severity = Severity.ACTION if first else Severity.CAUTION
            name = f"covered-{part.name.replace(' ', '-')}"
            yield Finding(name, Status.NOT_MET, severity, text)
    yield from _judge_branches(case)


def _judge_branches(case: TerritoryCase) -> Iterator[Finding]:
    """Traced branches beyond the tip that lead elsewhere."""
    tree, stretch = case.vessels, case.target.stretch
    if tree is None or stretch is None:
        return
    at = next(n for n, edge in enumerate(tree.edges) if edge.curve is stretch.curve)
    below = dict.fromkeys(tree.edges[n].name for n in tree.below(at))
    aside = [name for name in below if any(word in name for word in ASIDE[ORGAN])]
    if aside:
        text = (
            f"Beyond the planned tip arises {', '.join(aside)}: spheres go there. Place the tip "
            "beyond it, or occlude it first."
        )
        yield Finding("branches-aside", Status.NOT_MET, Severity.CAUTION, text)


def _judge_scan(case: TerritoryCase, basis: Basis) -> Iterator[Finding]:
    if basis.uptake_from == "nobody":
        text = (
            "Tumours are not told apart from normal liver: one dose for all that is perfused. "
            "Neither a goal of the tumour nor a limit of the normal liver can be judged."
        )
        yield Finding("uptake", Status.UNKNOWN, Severity.CAUTION, text)
    if basis.uptake_from == "told":
        yield _judge_told_uptake(case, basis)
    if basis.scan is not None and basis.scan.by_word:
        text = f"{basis.scan.name} lies in the planning image's millimetres on the user's word."
        yield Finding("spect-frame", Status.NOT_MET, Severity.CAUTION, text)


def _judge_told_uptake(case: TerritoryCase, basis: Basis) -> Finding:
    """The ratio that the user tells, beside those of the SPECT where they can be measured."""
    told = case.settings.get_options(IrradiationOptions).tumour_to_normal
    seen: tuple[ConcentrationRatio, ...] = ()
    why = "no SPECT of MAA may be used"
    if basis.scan is not None:
        seen, why = measure_ratios(basis.scan, basis.weighed, case.anatomy.grid)
    if told is not None and basis.scan is not None and seen:
        names = tuple(one.name for one in basis.weighed.tumours)
        return judge_ratios(told, seen, names, basis.scan.name, case.assumed)
    text = (
        "Uptake of the tumours is as told by the user, one ratio for all of them; not compared "
        f"with a SPECT: {why}."
    )
    return Finding("uptake", Status.MET, Severity.CAUTION, text)


def _tell_safety(basis: Basis, prescribed: Prescribed) -> Iterator[Finding]:
    """Dose rates beside the patient, of Y-90 alone: none was read of holmium."""
    if prescribed.given_gbq is None or basis.constants is None or basis.constants.nuclide != "y90":
        return
    facts = [evidence.fact(one) for one in _RATES]
    told = "; ".join(f"{(fact.value or 0.0) * prescribed.given_gbq:.2g} uSv/h" for fact in facts)
    text = (
        f"Radiation beside the patient at contact, 0.3 m and 1 m: about {told}, by the means of "
        "30 patients, which scatter by more than half."
    )
    keys = tuple(dict.fromkeys(one.source for one in facts))
    yield Finding("radiation-safety", Status.MET, Severity.INFO, text, keys, facts=_RATES)


def _tell_constants(basis: Basis) -> Iterator[Finding]:
    """Which constants every dose here was computed with."""
    constants = basis.constants
    if constants is not None:
        text = f"Constants of dose: {constants.text}."
        sources, facts = constants.sources, constants.facts
        yield Finding("constants", Status.MET, Severity.INFO, text, sources, facts=facts)
