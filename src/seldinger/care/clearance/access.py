"""Access: other ways in, where a lab stands against the one that was chosen.

Once offered, an alternative stays, whatever else gets worse: it then says that it does not help.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care.clearance import bleeding
from seldinger.care.clearance.findings import finding, settle
from seldinger.care.clearance.model import Answer
from seldinger.core.verdict import Severity, Status
from seldinger.evidence import driving_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from seldinger.care.clearance.inputs import Input
    from seldinger.care.clearance.model import Case, Clearance
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.clearance.rules import Tables
    from seldinger.core.finding import Finding

TOPIC = "access"
FEMORAL_RULE = "sir2019.low.inr_femoral"
RADIAL_RULE = "sir2019.low.inr_radial"
RADIAL_SHEATH = "access.radial.exclude.sheath"
RADIAL_DIAMETER = "access.radial.exclude.diameter"
RADIAL_NARROW = "access.radial.risk.diameter"
_EXCLUSIONS = (
    RADIAL_SHEATH,
    RADIAL_DIAMETER,
    "access.radial.exclude.barbeau_d",
    "access.radial.exclude.history",
)
_EXCLUDED_WAVEFORM = "D"


def assess_radial(case: Case, profile: Profile) -> Iterator[Finding]:
    """What is said of the wrist where it is the way in."""
    if case.request.access != "radial":
        return
    permits, against, missing = radial_permits(case)
    if permits:
        return
    words = f"excluded: {', '.join(against)}" if against else f"not told: {', '.join(missing)}"
    result = finding(
        "access.radial.chosen", TOPIC, Status.NOT_MET if against else Status.UNKNOWN,
        Severity.ACTION, f"The radial artery is the way in and {words}.", profile=profile,
        facts=_EXCLUSIONS, inputs={"access": "radial"},
        decides="the operator, who looks at the wrist",
    )  # fmt: skip
    yield settle(result, case.request, profile)


def list_alternatives(
    case: Case,
    inputs: Mapping[str, Input],
    labs: Iterable[Finding],
    tables: Tables,
    profile: Profile,
    judge: Callable[[Case], Clearance],
) -> Iterator[Finding]:
    """Other ways in, where the ``labs`` of this one are not met; ``judge`` clears each first.

    ``inputs`` are those of the rules, by name.
    """
    against = [one for one in labs if one.status is not Status.MET and not one.missing]
    if any(one.id == FEMORAL_RULE for one in against):
        yield _radial(case, inputs, against, tables, profile)
    organ = inputs["organ"].value
    if case.request.procedure == "biopsy" and organ == "liver" and against:
        yield _transjugular(case, against, profile, judge)


def _transjugular(
    case: Case,
    against: list[Finding],
    profile: Profile,
    judge: Callable[[Case], Clearance],
) -> Finding:
    """The vein, judged as a case of its own: what stands against it is said with it."""
    request = replace(case.request, procedure="transjugular-liver-biopsy", access="jugular")
    judged = judge(replace(case, request=request))
    status = {
        Answer.CLEAR: Status.MET, Answer.NOT_CLEAR: Status.NOT_MET,
    }.get(judged.answer, Status.UNKNOWN)  # fmt: skip
    stands = [one.text for one in judged.findings
              if one.status is not Status.MET and one.severity is not Severity.INFO]  # fmt: skip
    text = f"Transjugular liver biopsy counts as low risk. Judged as such: {judged.answer.words}."
    if stands:
        text = f"{text} Against it: {' '.join(stands[:3])}"
    return finding(
        "access.transjugular", TOPIC, status, Severity.CAUTION, text,
        profile=profile, facts=("bleeding.sir2019.class.low.transjugular",),
        inputs={"against": ", ".join(one.id for one in against)},
    )  # fmt: skip


def radial_permits(case: Case) -> tuple[bool | None, tuple[str, ...], tuple[str, ...]]:
    """Whether the artery at the wrist allows the sheath.

    Returns:
        True, False, or None where something was not looked at; what stands against it; what is
        missing.
    """
    artery, sheath = case.request.radial, case.request.sheath_french
    largest, thinnest = driving_value(RADIAL_SHEATH), driving_value(RADIAL_DIAMETER)
    checks: tuple[tuple[bool | None, str, str], ...] = (
        (
            None if sheath is None else sheath > largest,
            f"sheath over {largest:g} F",
            "the sheath's French size",
        ),
        (
            None if artery.barbeau is None else artery.barbeau == _EXCLUDED_WAVEFORM,
            f"Barbeau {_EXCLUDED_WAVEFORM}",
            "the Barbeau type at the wrist",
        ),
        (
            None if artery.diameter_mm is None else artery.diameter_mm < thinnest,
            f"radial artery thinner than {thinnest:g} mm",
            "the radial artery's diameter",
        ),
        (case.patient.dialysis, "dialysis", "whether on dialysis"),
        (artery.tortuous, "severe tortuosity", "whether the radial artery winds severely"),
        (artery.occluded, "known occlusion", "whether the radial artery is occluded"),
    )
    against = tuple(words for found, words, _ in checks if found)
    missing = tuple(ask for found, _, ask in checks if found is None)
    return (False if against else None if missing else True), against, missing


def _radial(
    case: Case,
    inputs: Mapping[str, Input],
    against: list[Finding],
    tables: Tables,
    profile: Profile,
) -> Finding:
    (edge,) = (rule for rule in tables.thresholds if rule.id == RADIAL_RULE)
    inr = next(one.inputs["inr"] for one in against if one.id == FEMORAL_RULE)
    found = case.patient.lab("inr")
    value = None if found is None else found.value
    permits, excluded, missing = radial_permits(case)
    if value is not None and bleeding.check_threshold(edge, value) is not Status.MET:
        status, text = Status.NOT_MET, "The radial artery does not help: its own INR is not met."
    elif permits is False:
        status = Status.NOT_MET
        text = f"The radial artery is excluded: {', '.join(excluded)}."
    elif permits is None:
        status = Status.UNKNOWN
        text = "The radial artery has the higher INR and may do, if it is looked at first."
    else:
        status, text = Status.MET, "The radial artery has the higher INR, and allows the sheath."
        narrow = driving_value(RADIAL_NARROW)
        diameter = case.request.radial.diameter_mm
        if diameter is not None and diameter <= narrow:
            text = f"{text} At {narrow:g} mm or less it occludes more often."
    return finding(
        "access.radial", TOPIC, status, Severity.CAUTION, text, profile=profile,
        facts=(*edge.facts, *_EXCLUSIONS), missing=missing if permits is None else (),
        inputs={"inr": inr, "sheath": inputs["sheath_french"].told},
    )  # fmt: skip
