"""Indication: why a filter is wanted, against what each authority says of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.care.drugs import drugs_of_class, takes_class
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.wording import SECONDARY_STAMP, cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.care.visit import Visit

_GUIDELINE: Mapping[str, tuple[str, Status]] = {
    "contraindicated": ("caval_filter.sir2020.contraindicated", Status.MET),
    "contraindication-developed": ("caval_filter.sir2020.develops", Status.MET),
    "extended-phase": ("caval_filter.sir2020.completed", Status.NOT_MET),
    "recurrent": ("caval_filter.sir2020.recurrent", Status.NOT_MET),
    "anticoagulated": ("caval_filter.sir2020.anticoagulated", Status.NOT_MET),
}
_LABEL = "caval_filter.label.failure"
_NO_TRIAL = "outcome_filter.prepic2.pe.ratio"
_ANTICOAGULANT = "anticoagulant"
_WITHOUT = ("contraindicated", "contraindication-developed", "extended-phase")
_WITH = ("recurrent", "anticoagulated")
_WORDS = {
    "contraindicated": "acute thromboembolism, anticoagulation contraindicated",
    "contraindication-developed": "anticoagulation has become impossible in the acute phase",
    "extended-phase": "anticoagulation has become impossible after the acute phase",
    "recurrent": "thromboembolism under anticoagulation",
    "anticoagulated": "the patient is anticoagulated",
    "prophylaxis": "no thromboembolism yet",
}


def judge_indication(told: str | None) -> tuple[Finding, ...]:
    """What each authority says of the reason that was told; nothing told blocks.

    Args:
        told: the answer; None: nobody answered.
    """
    if told is None:
        text = (
            "Why a filter is wanted was not told. Answer 'indication': "
            f"{', '.join(_WORDS)}; they are judged by the guideline of 2020 and by a label."
        )
        return (Finding("indication", Status.UNKNOWN, Severity.ACTION, text),)
    reason = _WORDS[told]
    if told not in _GUIDELINE:
        text = f"Told: {reason}. No recommendation that was read covers it: who decides, decides."
        return (Finding("indication", Status.UNKNOWN, Severity.ACTION, text),)
    key, status = _GUIDELINE[told]
    fact = evidence.fact(key)
    severity = Severity.INFO if status is Status.MET else Severity.ACTION
    text = f"Told: {reason}. Guideline of 2020: {state_fact(key)}"
    found = [
        Finding("indication", status, severity, text, cite(key), facts=(key,),
                stamp=SECONDARY_STAMP if fact.trust == "secondary" else "")
    ]  # fmt: skip
    if told == "recurrent":
        text = f"Another authority differs: {state_fact(_LABEL)}"
        found.append(
            Finding("indication-label", Status.MET, Severity.INFO, text, cite(_LABEL),
                    facts=(_LABEL,), stamp=SECONDARY_STAMP)
        )  # fmt: skip
    if told == "anticoagulated":
        ratio = evidence.fact(_NO_TRIAL)
        low, high = ratio.interval or (0.0, 0.0)
        text = (
            f"{state_fact(_NO_TRIAL)} Risk ratio {ratio.value:g} ({low:g} to {high:g}): a rate of "
            "trial arms, not this patient's risk."
        )
        found.append(
            Finding("indication-trial", Status.NOT_MET, Severity.CAUTION, text, cite(_NO_TRIAL),
                    facts=(_NO_TRIAL,))
        )  # fmt: skip
    return tuple(found)


def judge_drugs(told: str | None, patient: Visit | None) -> tuple[Finding, ...]:
    """Whether the reason that was told agrees with the drugs in the patient's file.

    Args:
        told: the answer; None: nobody answered.
        patient: whose drugs they are; None: nobody.
    """
    if told is None or patient is None:
        return ()
    taken = drugs_of_class(patient.patient, _ANTICOAGULANT)
    treated = [one for one in taken if one.intent != "prophylactic"]
    if told in _WITHOUT and treated:
        names = ", ".join(one.name for one in treated)
        text = (
            f"Told: {_WORDS[told]}; yet the patient's file has {names}. Say which holds: where it "
            "can be given, no filter is placed as a routine."
        )
        key = _GUIDELINE["anticoagulated"][0]
        return (Finding("indication-drugs", Status.NOT_MET, Severity.ACTION, text, cite(key)),)
    if told in _WITH and takes_class(patient.patient, _ANTICOAGULANT) is False:
        text = f"Told: {_WORDS[told]}; yet the patient's file has no anticoagulant."
        return (Finding("indication-drugs", Status.NOT_MET, Severity.ACTION, text),)
    return ()
