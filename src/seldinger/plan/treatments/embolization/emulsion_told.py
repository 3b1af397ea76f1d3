"""Emulsion, told: its measures, its limits, and what forbids oil in an artery of the liver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.embolization.emulsion import (
    DOSE,
    LABEL,
    RATE,
    RATIO,
    VOLUME,
    Emulsion,
)
from seldinger.plan.treatments.embolization.material import DRUG
from seldinger.plan.wording import cite, state_fact
from seldinger.simulate.effect import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seldinger.plan.treatments.embolization.material import Material
    from seldinger.plan.treatments.embolization.options import (
        ChemoembolizationAnswers,
        EmbolizationOptions,
    )

_EMBOLISM = "embolization.lipiodol.embolism"
_FORBIDDEN = ("embolization.lipiodol.bile_ducts", "embolization.lipiodol.other")
_MIXED = (
    RATIO, "embolization.lipiodol.water_in_oil.two_to_one",
    "embolization.lipiodol.water_in_oil.one_to_one",
)  # fmt: skip
_AFTER = "embolization.size.gelatin.500_700"
_ROUNDING = 1e-9


def list_measures(material: Emulsion, shares: Sequence[float | None]) -> tuple[Measure, ...]:
    """Drug and oil, and where they go.

    Args:
        material: what is given.
        shares: of it, target, organ beside it, elsewhere, lung; None: not known.
    """
    target = None if shares[0] is None else material.drug_mg * shares[0]
    return (
        Measure("drug-loaded", f"{DRUG} in the oil", "mg", material.drug_mg,
                at_most=material.most_mg, sources=cite(DOSE)),
        Measure("drug-target", "of it in oil in the target", "mg", target),
        Measure("oil", "lipiodol", "mL", material.oil_ml,
                at_most=evidence.driving_value(VOLUME, secondary=True), sources=cite(VOLUME)),
        Measure("beads-target", "share of the emulsion in the target", "1", shares[0]),
        Measure("beads-organ", "share of it in the organ beside it", "1", shares[1]),
        Measure("beads-elsewhere", "share of it elsewhere", "1", shares[2]),
        Measure("suspension", "emulsion to give", "mL", material.suspension_ml),
    )  # fmt: skip


def list_missing(options: EmbolizationOptions, said: ChemoembolizationAnswers) -> list[str]:
    """What must be told of an emulsion and is not.

    Args:
        options: what is told.
        said: what is answered.
    """
    asked = (
        ("how much doxorubicin (--drug-mg)", options.drug_mg),
        ("how much lipiodol (--oil-ml)", options.oil_ml),
        ("the body surface (--body-surface-m2), by which the drug is limited",
         options.body_surface_m2),
        ("whether anything forbids lipiodol (--answer lipiodol-forbidden=no)",
         said.lipiodol_forbidden),
    )  # fmt: skip
    return [what for what, value in asked if value is None]


def judge_emulsion(
    said: ChemoembolizationAnswers, material: Material | Emulsion | None
) -> Iterator[Finding]:
    """Whether oil may be given, how much of it, and how it is mixed.

    Args:
        said: what is answered.
        material: what is given; None: an amount is not told.
    """
    told = " ".join(state_fact(one) for one in (*_FORBIDDEN, _EMBOLISM))
    if said.lipiodol_forbidden == "yes":
        yield Finding("lipiodol-forbidden", Status.NOT_MET, Severity.STOP,
                      f"Something forbids lipiodol. {told}", cite(*_FORBIDDEN, _EMBOLISM),
                      facts=(*_FORBIDDEN, _EMBOLISM))  # fmt: skip
    elif said.lipiodol_forbidden == "no":
        yield Finding("lipiodol-forbidden", Status.MET, Severity.STOP,
                      f"Nothing forbids lipiodol, as answered. {told}",
                      cite(*_FORBIDDEN, _EMBOLISM), facts=(*_FORBIDDEN, _EMBOLISM))  # fmt: skip
    if not isinstance(material, Emulsion):
        return
    doubts = []
    if said.disease != "hcc":
        doubts.append("These doses were read of hepatocellular carcinoma alone.")
    low, high = evidence.fact(LABEL).interval or (0.0, 0.0)
    if not low <= material.oil_ml <= high * (1.0 + _ROUNDING):
        doubts.append(f"The insert, for imaging, names {low:g} to {high:g} mL: authorities differ.")
    least = (evidence.fact(VOLUME).interval or (0.0, 0.0))[0]
    if material.oil_ml < least:
        doubts.append(f"Less than the {least:g} mL that a session is said to give.")
    most = "a limit that is not known" if material.most_mg is None else f"{material.most_mg:.0f} mg"
    begun = (
        f"{material.drug_mg:g} mg of {DRUG} (at most {most}) in {material.oil_ml:g} mL of lipiodol."
    )
    text = " ".join((begun, *doubts, *(state_fact(one) for one in (DOSE, VOLUME, RATE))))
    status = Status.UNKNOWN if doubts or material.most_mg is None else Status.MET
    facts = (DOSE, VOLUME, LABEL, RATE)
    yield Finding("drug-dose", status, Severity.ACTION, text, cite(*facts), facts=facts)
    text = " ".join((
        f"{material.oil_ml:g} mL of oil to {material.drug_ml:.1f} mL of drug.",
        *(state_fact(one) for one in _MIXED),
        f"Gelatin follows where flow does not stand: {state_fact(_AFTER)}",
    ))  # fmt: skip
    facts = (*_MIXED, _AFTER)
    yield Finding("emulsion", Status.MET, Severity.INFO, text, cite(*facts), facts=facts)
