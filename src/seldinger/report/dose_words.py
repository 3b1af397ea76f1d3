"""Dose words: how a dose answer is said, the same on the terminal and on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.exposure.levels import PARTIAL, SUMS, Amount, format_dose
from seldinger.care.exposure.skin import EstimateKind
from seldinger.care.exposure.summary import CM2_PER_M2, Agreement
from seldinger.core.verdict import Severity

if TYPE_CHECKING:
    from seldinger.care.exposure.assessment import DoseAssessment
    from seldinger.care.exposure.cumulative import Case
    from seldinger.care.exposure.skin import SkinEstimate
    from seldinger.care.exposure.summary import ComparedTotal

QUANTITIES = {
    "kerma": "kerma at the reference point",
    "fluoro_kerma": "kerma, fluoroscopy",
    "acquisition_kerma": "kerma, acquisitions",
    "pka": "kerma-area product",
    "fluoro_pka": "kerma-area product, fluoroscopy",
    "acquisition_pka": "kerma-area product, acquisitions",
    "fluoro_time": "fluoroscopy time",
    "dlp": "dose-length product",
    "scans": "CT acquisitions",
}
_MILLI = 1.0e3
_SIDE_SHARE = 0.5
_INTERVAL = "every assumption at its ends; no confidence interval"


def format_quantity(value: float | None, unit: str) -> str:
    """A dose, product or time in the unit in which it is read."""
    if value is None:
        return "not told"
    if unit == "Gy":
        return f"{_MILLI * value:.4g} mGy" if value < 1.0 else f"{value:.4g} Gy"
    if unit == "Gy.m2":
        return f"{CM2_PER_M2 * value:.4g} Gy cm2"
    if unit == "s":
        return f"{value / 60.0:.3g} min"
    return f"{value:.4g} mGy cm" if unit == "mGy.cm" else f"{value:.4g}"


def format_name(total: ComparedTotal) -> str:
    """A total with its plane where there are two."""
    plane = f", plane {total.plane.upper()}" if total.plane not in {"single", ""} else ""
    return f"{QUANTITIES[total.quantity]}{plane}"


def describe_difference(total: ComparedTotal) -> str:
    """How a report's total stands to the sum, with the size of the difference."""
    if total.agreement is Agreement.UNKNOWN:
        if total.is_part:
            return "at least: a part is not told"
        why = (
            f"{total.summed.missing} do not tell it"
            if total.summed.missing
            else "one side is missing"
        )
        return f"{total.agreement.value}: {why}"
    if total.agreement is Agreement.AGREES or total.difference is None:
        return total.agreement.value
    sign = "more" if total.difference > 0.0 else "less"
    share = f" ({100.0 * abs(total.difference) / total.told:.2g} %)" if total.told else ""
    size = format_quantity(abs(total.difference), total.unit)
    return f"{total.agreement.value}: irradiations give {size} {sign}{share}"


def describe_skin(estimate: SkinEstimate) -> str:
    """Peak skin dose in one line."""
    if estimate.how is EstimateKind.MAP:
        return format_dose(Amount(estimate.peak_gy, estimate.low_gy, estimate.high_gy), "Gy")
    if estimate.how is EstimateKind.BOUND:
        return format_dose(Amount(None, None, estimate.high_gy), "Gy")
    return estimate.how.value


def describe_certainty(estimate: SkinEstimate) -> str:
    """How sure the skin dose is, in words."""
    if estimate.how is EstimateKind.MAP:
        return f"map on {_a(estimate.body)}; {_INTERVAL}"
    if estimate.how is EstimateKind.BOUND:
        return f"a bound, no estimate: {'; '.join(estimate.reasons)}"
    return "; ".join(estimate.reasons)


def _a(body: str) -> str:
    return f"the {body}" if body.startswith("skin") else f"a {body}"


def describe_place(estimate: SkinEstimate) -> str:
    """Where the peak lies, in words; empty without a map."""
    if estimate.peak_at_mm is None or estimate.surface is None:
        return ""
    points = estimate.surface.points_mm
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
    half = 0.5 * (points.max(axis=0) - points.min(axis=0))
    x = (estimate.peak_at_mm[0] - middle[0]) / max(float(half[0]), 1e-9)
    y = (estimate.peak_at_mm[1] - middle[1]) / max(float(half[1]), 1e-9)
    sides = []
    if abs(y) > _SIDE_SHARE:
        sides.append("back" if y > 0.0 else "front")
    if abs(x) > _SIDE_SHARE:
        sides.append("left side" if x > 0.0 else "right side")
    return " and ".join(sides) or "middle"


def answer_in_a_word(assessment: DoseAssessment) -> tuple[str, str]:
    """The answer in a word, and its tone."""
    worst = {f.severity for f in assessment.findings}
    if Severity.STOP in worst:
        return "UNITS WRONG", "bad"
    if Severity.ACTION in worst:
        return "FOLLOW UP", "bad"
    if Severity.CAUTION in worst:
        return _caution(assessment), "warn"
    if all(case.skin.how is EstimateKind.NONE for case in assessment.cases):
        return "CT DOSE", "good"
    known = assessment.together.found.kerma.high is not None
    return ("BELOW LEVELS", "good") if known else ("UNKNOWN", "warn")


def _caution(found: DoseAssessment) -> str:
    """What there is to look at: a level, a part that is missing, or only sums that differ."""
    rules = {f.id for f in found.findings if f.severity is Severity.CAUTION}
    if any(not rule.startswith(SUMS) and rule != PARTIAL for rule in rules):
        return "LOOK AGAIN"
    return "PARTIAL REPORT" if PARTIAL in rules else "SUMS DIFFER"


def format_lines(assessment: DoseAssessment) -> list[str]:
    """The answer for a terminal: first what matters, then the rest."""
    text_lines = [f"{answer_in_a_word(assessment)[0].lower()}; levels of {assessment.policy_title}"]
    if any(case.skin.how is not EstimateKind.NONE for case in assessment.cases):
        text_lines[0] += f"; peak skin dose {format_dose(assessment.together.found.skin, 'Gy')}"
    for finding in assessment.wants:
        stamp = f" [{finding.stamp}]" if finding.stamp else ""
        text_lines.append(f"  {finding.text}{stamp}")
    for case in assessment.cases:
        text_lines += _case_lines(case.made.report.date, case)
    if len(assessment.cases) > 1:
        whole = assessment.together
        text_lines.append(
            f"together: {format_dose(whole.found.kerma, 'Gy')} at the reference point"
        )
        text_lines.append(f"  peak skin dose {format_dose(whole.found.skin, 'Gy')}: {whole.how}")
        text_lines += [f"  {note}" for note in whole.notes]
    if assessment.screening_gy is not None:
        about = format_quantity(assessment.screening_gy, "Gy")
        text_lines.append(
            f"one institution's ratio to kerma gives about {about} to the skin: for the order of "
            "magnitude only"
        )
    quiet = [f for f in assessment.findings if f not in assessment.wants]
    text_lines += [f"{f.text}{f' [{f.stamp}]' if f.stamp else ''}" for f in quiet]
    return text_lines


def _case_lines(date: str, case: Case) -> list[str]:
    report, summary = case.made.report, case.made
    text_lines = [f"counted with {report.source.name}: {other.name}" for other in report.also]
    text_lines += [
        f"{date or 'no date'}, {report.manufacturer} {report.model}, {report.kind.value} report"
    ]
    for compared in summary.compared:
        if (
            compared.quantity in {"kerma", "pka", "fluoro_time", "dlp"}
            and (compared.larger or 0.0) > 0.0
        ):
            larger = format_quantity(compared.larger, compared.unit)
            text_lines.append(
                f"  {format_name(compared)}: {larger}; {describe_difference(compared)}"
            )
        elif compared.agreement is Agreement.DISAGREES:
            text_lines.append(f"  {format_name(compared)}: {describe_difference(compared)}")
    for phantom, largest, total in summary.ctdi_vol_mgy:
        of = f"{phantom} phantom" if phantom else "phantom not told"
        text_lines.append(f"  CTDIvol ({of}): largest {largest:.4g} mGy, summed {total:.4g} mGy")
    if case.skin.how is not EstimateKind.NONE:
        at = describe_place(case.skin)
        where = f", {at}" if at else ""
        text_lines.append(
            f"  peak skin dose: {describe_skin(case.skin)}{where}; {describe_certainty(case.skin)}"
        )
        if case.skin.how is EstimateKind.MAP:
            text_lines += [f"    {reason}" for reason in case.skin.reasons]
    return [*text_lines, *(f"  {note}" for note in summary.notes)]
