"""Reserve: what the liver can bear, by cited limits; what nobody told stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.readiness import read_lab
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.embolization.options import EmbolizationOptions

BILIRUBIN, DECOMPENSATED = "embolization.tace.bilirubin", "embolization.tace.decompensated"
_FUNCTION = "embolization.tace.liver_function"
_LETTERS = {"a": "A", "b7": "B with 7 points", "b8-or-more": "B with 8 points or more", "c": "C"}
_APART = 0.1
"""Told and measured values that differ by more than this share contradict each other."""


def judge_reserve(
    case: TerritoryCase, options: EmbolizationOptions, child_pugh: str | None
) -> Iterator[Finding]:
    """Bilirubin and Child-Pugh against what speaks against the treatment.

    Args:
        case: with the patient's labs.
        options: what is told.
        child_pugh: as answered.
    """
    yield _judge_bilirubin(case, options)
    fact = evidence.fact(DECOMPENSATED)
    if child_pugh is None:
        text = f"Child-Pugh is not told (--answer child-pugh=...). {state_fact(DECOMPENSATED)}"
        yield Finding("child-pugh", Status.UNKNOWN, Severity.ACTION, text, cite(DECOMPENSATED),
                      facts=(fact.id,))  # fmt: skip
        return
    held = child_pugh in ("a", "b7")
    text = (
        f"Child-Pugh {_LETTERS[child_pugh]}, as answered. {state_fact(DECOMPENSATED)} "
        f"{state_fact(_FUNCTION)}"
    )
    status = Status.MET if held else Status.NOT_MET
    severity = Severity.ACTION if held else Severity.STOP
    yield Finding("child-pugh", status, severity, text, cite(DECOMPENSATED, _FUNCTION),
                  facts=(DECOMPENSATED, _FUNCTION))  # fmt: skip


def _judge_bilirubin(case: TerritoryCase, options: EmbolizationOptions) -> Finding:
    """The worse of what is told and what the labs show; a contradiction is told and blocks."""
    most = evidence.driving_value(BILIRUBIN, secondary=True)
    told = options.total_bilirubin_mg_per_dl
    lab, drawn = read_lab(case.patient, "bilirubin")
    known = [one for one in (told, lab) if one is not None]
    facts, sources = (BILIRUBIN,), cite(BILIRUBIN)
    if not known:
        why = f" ({drawn})" if drawn else ""
        text = f"Bilirubin is not known{why}: tell it, or give labs. {state_fact(BILIRUBIN)}"
        return Finding("bilirubin", Status.UNKNOWN, Severity.ACTION, text, sources, facts=facts)
    worst = max(known)
    text = f"Bilirubin {worst:g} mg/dL. {state_fact(BILIRUBIN)}"
    held = worst < most
    if told is not None and lab is not None and abs(told - lab) > _APART * max(told, lab):
        text = (
            f"Bilirubin {told:g} mg/dL as told, {lab:g} by the latest lab: they contradict each "
            f"other, find out which holds. {state_fact(BILIRUBIN)}"
        )
        held = False
    status = Status.MET if held else Status.NOT_MET
    return Finding("bilirubin", status, Severity.ACTION, text, sources, facts=facts)
