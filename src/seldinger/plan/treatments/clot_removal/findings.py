"""Findings: where and how old the clot is, what trials showed and did not, and what comes after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.anatomy.vessels.clots import AWAY_SHARE
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.wording import SECONDARY_STAMP, cite, state_fact
from seldinger.simulate.effect import EffectTable

if TYPE_CHECKING:
    from seldinger.anatomy.vessels.clots import VeinClot
    from seldinger.plan.treatments.clot_removal.options import ClotOptions

WINDOW = "clot_removal.attract.window"
_AGE = ("clot_removal.age.by_symptoms", "clot_removal.age.by_clot", "clot_removal.age.older")
_HIGH = ("iliac", "common femoral", "cava")
"""Veins above the knee's and thigh's: a clot that reaches them is iliofemoral."""
_BELOW = "outcome_dvt.femoropopliteal"
_STENT = ("clot_removal.clout.balloon", "clot_removal.clout.stent")
_VILLALTA = ("scores.villalta.pts_from", "scores.villalta.moderate_from")
_MOST_VILLALTA = 33.0
_SHOWN = (
    "outcome_dvt.severe_pts.lysis", "outcome_dvt.severe_pts.anticoagulation",
    "outcome_dvt.cavent.lysis",
)  # fmt: skip
_NOT_SHOWN = (
    "outcome_dvt.pts.lysis", "outcome_dvt.pts.anticoagulation", "clot_removal.attract.quality",
    "clot_removal.attract.recurrence",
)  # fmt: skip
_HARM = ("outcome_dvt.bleeding.lysis", "outcome_dvt.bleeding.anticoagulation")
_REGISTER = (
    "clot_removal.clout.near_complete", "clot_removal.clout.complete", "clot_removal.clout.serious",
    "clot_removal.clout.again",
)  # fmt: skip


def list_findings(
    clot: VeinClot, told: ClotOptions, others: tuple[str, ...]
) -> tuple[Finding, ...]:
    """What is said of a clot however it is removed.

    Args:
        clot: in its vein.
        told: by the user.
        others: clots that labels show and that are not planned here.
    """
    return (
        _judge_age(told.age_days),
        _judge_place(clot),
        _tell_extent(clot),
        *_tell_others(others),
        _judge_trials(),
        _judge_stenosis(told.residual_stenosis),
        _judge_follow_up(told.villalta),
    )


def list_trials() -> EffectTable:
    """What trials showed, what they did not, and what no trial asked."""
    rows = [
        *(("shown", *_row(key)) for key in _SHOWN),
        *(("not shown", *_row(key)) for key in _NOT_SHOWN),
        *(("harm", *_row(key)) for key in _HARM),
        *(("no control group", *_row(key)) for key in _REGISTER),
    ]
    return EffectTable(
        "Evidence on both sides", ("", "Figure", "Population", "Source"), tuple(rows), (),
        tuple(n for n, row in enumerate(rows) if row[0] in {"not shown", "harm"}),
        "Rates of trial arms and of a maker's register, not this patient's chance. CaVenT's lysis "
        "is a picture at the end of lysis: what it meant for legs was not read. ATTRACT used drugs "
        "and devices together; thrombectomy alone was held against anticoagulation by no trial "
        "that was read.",
    )  # fmt: skip


def _row(key: str) -> tuple[str, str, str]:
    fact = evidence.fact(key)
    stamp = "" if fact.trust == "primary" else f" ({fact.trust})"
    return fact.statement, fact.population, f"{fact.source}{stamp}"


def _judge_age(days: float | None) -> Finding:
    told, older, found = _AGE[0], _AGE[2], _AGE[1]
    doubt = f"{state_fact(told)} {state_fact(found)} {state_fact(older)}"
    most = evidence.fact(WINDOW)
    if days is None:
        text = f"How old the clot is was not told. {doubt}"
        return Finding("clot-age", Status.UNKNOWN, Severity.ACTION, text, cite(*_AGE))
    text = f"Symptoms for {days:g} days, as told; the trial took {most.value:g} at most. {doubt}"
    status = Status.MET if days <= (most.value or 0.0) else Status.NOT_MET
    return Finding("clot-age", status, Severity.ACTION, text, cite(WINDOW, *_AGE),
                   facts=(WINDOW,), stamp=SECONDARY_STAMP)  # fmt: skip


def _judge_place(clot: VeinClot) -> Finding:
    high = any(word in vein for vein in clot.veins for word in _HIGH)
    where = ", ".join(clot.veins) or clot.segment.vessel
    if high:
        text = f"The clot lies in the {where}: it reaches the groin or beyond (iliofemoral)."
        return Finding("clot-place", Status.MET, Severity.INFO, text)
    text = f"The clot lies in the {where} and does not reach the groin. {state_fact(_BELOW)}"
    return Finding("clot-place", Status.NOT_MET, Severity.ACTION, text, cite(_BELOW))


def _tell_extent(clot: VeinClot) -> Finding:
    told = f"{clot.length_mm:.0f} mm of vein"
    if clot.volume_ml is not None and clot.occluded is not None:
        told = f"{told}, {clot.volume_ml:.1f} mL, {100.0 * clot.occluded:.0f} % of the lumen"
    text = " ".join((f"The clot takes {told}.", *clot.notes))
    if clot.away_share >= AWAY_SHARE:
        return Finding("clot-extent", Status.NOT_MET, Severity.CAUTION, text)
    status = Status.MET if clot.occluded is not None else Status.UNKNOWN
    return Finding("clot-extent", status, Severity.INFO, text)


def _tell_others(others: tuple[str, ...]) -> tuple[Finding, ...]:
    if not others:
        return ()
    text = (
        f"Labelled as well, and not in this plan: {', '.join(others)}. What is planned here leaves "
        "it where it is; on the way, or nearer to the heart, it may come loose."
    )
    return (Finding("other-clots", Status.NOT_MET, Severity.CAUTION, text),)


def _judge_trials() -> Finding:
    """What the largest trial did not show: said before anything is promised."""
    with_, without = (evidence.fact(key) for key in _NOT_SHOWN[:2])
    severe = [evidence.fact(key) for key in _SHOWN[:2]]
    bleed = [evidence.fact(key) for key in _HARM]
    text = (
        f"ATTRACT did not show fewer post-thrombotic syndromes: {100 * (with_.value or 0):.0f} "
        f"against {100 * (without.value or 0):.0f} %. Moderate or severe ones: "
        f"{100 * (severe[0].value or 0):.0f} against {100 * (severe[1].value or 0):.0f} %; major "
        f"bleeding {100 * (bleed[0].value or 0):.1f} against {100 * (bleed[1].value or 0):.1f} %. "
        "Rates of trial arms, not this patient's chance."
    )
    keys = (*_NOT_SHOWN[:2], *_SHOWN[:2], *_HARM)
    return Finding("trial-not-shown", Status.NOT_MET, Severity.CAUTION, text, cite(*keys))


def _judge_stenosis(percent: float | None) -> Finding:
    balloon, stent = (evidence.fact(key) for key in _STENT)
    rates = (
        f"In the register a balloon followed in {100 * (balloon.value or 0):.0f} %, a stent in "
        f"{100 * (stent.value or 0):.0f} %."
    )
    if percent is None:
        text = (
            "Whether the vein is narrow under the clot (pressed by an artery, or scarred) is seen "
            f"once it is out: look for it, and tell it. {rates}"
        )
        return Finding("vein-stenosis", Status.UNKNOWN, Severity.CAUTION, text, cite(*_STENT))
    text = (
        f"{percent:g} % narrowed under the clot, as told. No sourced limit says from which "
        f"narrowing a stent helps: who places it decides. {rates}"
    )
    return Finding("vein-stenosis", Status.UNKNOWN, Severity.CAUTION, text, cite(*_STENT))


def _judge_follow_up(villalta: float | None) -> Finding:
    pts, moderate = (evidence.fact(key) for key in _VILLALTA)
    text = (
        f"Duplex and Villalta score at visits: from {pts.value:g} a post-thrombotic syndrome, from "
        f"{moderate.value:g} a moderate or severe one (`seldinger score villalta`)."
    )
    if villalta is not None and villalta > _MOST_VILLALTA:
        text = f"A Villalta score of {villalta:g} is none: at most {_MOST_VILLALTA:g}. {text}"
        return Finding("villalta", Status.NOT_MET, Severity.ACTION, text, cite(*_VILLALTA))
    before = "not told" if villalta is None else f"{villalta:g}"
    text = f"Score before: {before}. {text}"
    status = Status.UNKNOWN if villalta is None else Status.MET
    return Finding("villalta", status, Severity.CAUTION, text, cite(*_VILLALTA),
                   facts=_VILLALTA, stamp=SECONDARY_STAMP)  # fmt: skip
