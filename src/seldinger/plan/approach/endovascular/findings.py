"""Findings of ways through vessels, for the gates that every plan passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.approach.endovascular.choose import NO_WAY, NOT_TRACED

if TYPE_CHECKING:
    from seldinger.plan.approach.endovascular.model import ArteryCase
    from seldinger.plan.model import Approach
    from seldinger.plan.procedure import Decision
    from seldinger.plan.route import Route

_LIKELY = 0.1
"""A chance of a sheath that fills its artery worth a word."""
_SAME = {"femoral-artery": ("femoral-artery", "femoral")}
"""Words of a patient's file for the same way in."""
_RATIO = "access.radial.risk.ratio"


def free_way(approach: Approach, best: Route | None, vessels: str = "arteries") -> Finding:
    """Whether an access site leads to the target with all that must go there.

    Args:
        approach: with its ways.
        best: of them; None: none can be gone.
        vessels: that the way leads through, in a word.
    """
    if best is not None:
        text = (
            f"{approach.accepted} of {approach.candidates} access sites lead to the target; best: "
            f"{best.title}, {best.length_mm:.0f} mm."
        )
        return Finding("free-way", Status.MET, Severity.INFO, text)
    if approach.routes:
        ways = "; ".join(f"{r.title}: {', '.join(r.violations)}" for r in approach.routes)
        text = f"No access site leads to the target with the devices of the catalogue. {ways}."
        return Finding("free-way", Status.NOT_MET, Severity.STOP, text)
    reasons = ", ".join(f"{reason} ({n})" for reason, n in sorted(approach.rejections.items()))
    status = Status.UNKNOWN if NOT_TRACED in approach.rejections else Status.NOT_MET
    text = f"No way to the target was found: {reasons}. Trace the {vessels} from an access site on."
    return Finding("free-way", status, Severity.STOP, text)


def traced(
    approach: Approach, vessel: str = "artery", vessels: str = "arteries"
) -> tuple[Finding, ...]:
    """Which access sites nobody could judge, because their vessels were not traced.

    Args:
        approach: with its ways.
        vessel: that the way leads through, in a word.
        vessels: the same of several.
    """
    hidden = approach.rejections.get(NOT_TRACED, 0)
    apart = approach.rejections.get(NO_WAY, 0)
    if not approach.routes:
        text = f"No {vessel} was traced from an access site to the target."
        return (Finding(f"{vessels}-traced", Status.UNKNOWN, Severity.ACTION, text),)
    text = f"The {vessels} on the way are traced."
    found = [Finding(f"{vessels}-traced", Status.MET, Severity.INFO, text)]
    if hidden:
        text = f"{hidden} access sites were not judged: the scan does not show their {vessels}."
        found.append(Finding("sites-not-traced", Status.UNKNOWN, Severity.INFO, text))
    if apart:
        text = f"{apart} access sites do not lead to the target the way that their sheath points."
        found.append(Finding("sites-apart", Status.NOT_MET, Severity.INFO, text))
    return tuple(found)


def position() -> Finding:
    """Vessels are followed, not aimed at."""
    text = (
        "The way follows vessels, whatever the patient's position; bent hips and arms change its "
        "length and bends a little."
    )
    return Finding("position", Status.MET, Severity.INFO, text)


def overrides(case: ArteryCase, best: Route | None) -> tuple[Finding, ...]:
    """An access site that the user fixed."""
    if case.options.access is None:
        return ()
    held = best is not None
    text = f"Access by {case.options.access} was asked for; no other site was weighed."
    return (Finding("access-fixed", Status.MET if held else Status.NOT_MET, Severity.ACTION, text),)


def told_otherwise(decision: Decision) -> tuple[Finding, ...]:
    """What the patient's file says of the way in and this way does not keep."""
    patient = decision.reach.case.patient
    request = None if patient is None else patient.request
    if request is None or decision.sheath_french is None:
        return ()
    found = []
    if request.access is not None and request.access not in _SAME.get(
        decision.access, (decision.access,)
    ):
        text = (
            f"The patient's file says access by {request.access}; this way and its clearance are "
            f"by {decision.access}: ask for the site that is meant, or change the file."
        )
        found.append(Finding("access-told", Status.NOT_MET, Severity.ACTION, text))
    if request.sheath_french not in {None, decision.sheath_french}:
        text = (
            f"The patient's file says a sheath of {request.sheath_french:g} F; this way and its "
            f"clearance are judged for {decision.sheath_french:g} F: change the file, or look at "
            "the fit again."
        )
        found.append(Finding("sheath-told", Status.NOT_MET, Severity.ACTION, text))
    return tuple(found)


def access(best: Route | None, vessel: str = "artery") -> tuple[Finding, ...]:
    """The sheath in its vessel, and what of the patient is not known.

    Args:
        best: the way in; None: there is none.
        vessel: that is punctured, in a word.
    """
    if best is None:
        return ()
    found = []
    if best.p_ratio_below_one is None:
        text = f"How wide the {vessel} is at the {best.title} is unknown."
        found.append(Finding("sheath-ratio", Status.UNKNOWN, Severity.ACTION, text))
    else:
        tight = best.p_ratio_below_one > _LIKELY
        # The limit was found in arteries of the wrist; a vein gives way.
        sources = () if vessel == "vein" else (evidence.fact(_RATIO).source,)
        text = (
            f"{vessel.capitalize()} {best.artery_mm:.1f} mm, sheath {best.sheath_outer_mm:.2f} mm "
            f"outside: ratio {best.ratio:.2f}, below 1 with probability "
            f"{best.p_ratio_below_one:.2f}."
        )
        status = Status.NOT_MET if tight else Status.MET
        found.append(Finding("sheath-ratio", status, Severity.CAUTION, text, sources))
    found += [
        Finding("access-unknown", Status.UNKNOWN, Severity.ACTION, f"Not known: {what}.")
        for what in best.unknown
    ]
    return tuple(found)


def figures(best: Route | None) -> tuple[str, ...]:
    """What the banner tells of the way in."""
    if best is None:
        return ()
    vessel = "vein" if "vein" in best.title else "artery"
    ratio = "" if best.ratio is None else f", sheath-to-{vessel} fit {best.ratio:.2f}"
    return (f"Way in: {best.title}, {best.length_mm:.0f} mm{ratio}.",)
