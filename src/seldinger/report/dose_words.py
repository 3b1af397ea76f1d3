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


def quantity(value: float | None, unit: str) -> str:
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


def name(one: ComparedTotal) -> str:
    """A total with its plane where there are two."""
    plane = f", plane {one.plane.upper()}" if one.plane not in {"single", ""} else ""
    return f"{QUANTITIES[one.quantity]}{plane}"


def difference(one: ComparedTotal) -> str:
    """How a report's total stands to the sum, with the size of the difference."""
    if one.agreement is Agreement.UNKNOWN:
        if one.is_part:
            return "at least: a part is not told"
        why = (
            f"{one.summed.missing} do not tell it" if one.summed.missing else "one side is missing"
        )
        return f"{one.agreement.value}: {why}"
    if one.agreement is Agreement.AGREES or one.difference is None:
        return one.agreement.value
    sign = "more" if one.difference > 0.0 else "less"
    share = f" ({100.0 * abs(one.difference) / one.told:.2g} %)" if one.told else ""
    size = quantity(abs(one.difference), one.unit)
    return f"{one.agreement.value}: irradiations give {size} {sign}{share}"


def skin(found: SkinEstimate) -> str:
    """Peak skin dose in one line."""
    if found.how is EstimateKind.MAP:
        return format_dose(Amount(found.peak_gy, found.low_gy, found.high_gy), "Gy")
    if found.how is EstimateKind.BOUND:
        return format_dose(Amount(None, None, found.high_gy), "Gy")
    return found.how.value


def sure(found: SkinEstimate) -> str:
    """How sure the skin dose is, in words."""
    if found.how is EstimateKind.MAP:
        return f"map on {_a(found.body)}; {_INTERVAL}"
    if found.how is EstimateKind.BOUND:
        return f"a bound, no estimate: {'; '.join(found.reasons)}"
    return "; ".join(found.reasons)


def _a(body: str) -> str:
    return f"the {body}" if body.startswith("skin") else f"a {body}"


def place(found: SkinEstimate) -> str:
    """Where the peak lies, in words; empty without a map."""
    if found.peak_at_mm is None or found.surface is None:
        return ""
    points = found.surface.points_mm
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
    half = 0.5 * (points.max(axis=0) - points.min(axis=0))
    x = (found.peak_at_mm[0] - middle[0]) / max(float(half[0]), 1e-9)
    y = (found.peak_at_mm[1] - middle[1]) / max(float(half[1]), 1e-9)
    sides = []
    if abs(y) > _SIDE_SHARE:
        sides.append("back" if y > 0.0 else "front")
    if abs(x) > _SIDE_SHARE:
        sides.append("left side" if x > 0.0 else "right side")
    return " and ".join(sides) or "middle"


def word(found: DoseAssessment) -> tuple[str, str]:
    """The answer in a word, and its tone."""
    worst = {f.severity for f in found.findings}
    if Severity.STOP in worst:
        return "UNITS WRONG", "bad"
    if Severity.ACTION in worst:
        return "FOLLOW UP", "bad"
    if Severity.CAUTION in worst:
        return _caution(found), "warn"
    if all(case.skin.how is EstimateKind.NONE for case in found.cases):
        return "CT DOSE", "good"
    known = found.together.found.kerma.high is not None
    return ("BELOW LEVELS", "good") if known else ("UNKNOWN", "warn")


def _caution(found: DoseAssessment) -> str:
    """What there is to look at: a level, a part that is missing, or only sums that differ."""
    rules = {f.id for f in found.findings if f.severity is Severity.CAUTION}
    if any(not rule.startswith(SUMS) and rule != PARTIAL for rule in rules):
        return "LOOK AGAIN"
    return "PARTIAL REPORT" if PARTIAL in rules else "SUMS DIFFER"


def lines(found: DoseAssessment) -> list[str]:
    """The answer for a terminal: first what matters, then the rest."""
    said = [f"{word(found)[0].lower()}; levels of {found.policy_title}"]
    if any(case.skin.how is not EstimateKind.NONE for case in found.cases):
        said[0] += f"; peak skin dose {format_dose(found.together.found.skin, 'Gy')}"
    for finding in found.wants:
        stamp = f" [{finding.stamp}]" if finding.stamp else ""
        said.append(f"  {finding.text}{stamp}")
    for case in found.cases:
        said += _case_lines(case.made.report.date, case)
    if len(found.cases) > 1:
        whole = found.together
        said.append(f"together: {format_dose(whole.found.kerma, 'Gy')} at the reference point")
        said.append(f"  peak skin dose {format_dose(whole.found.skin, 'Gy')}: {whole.how}")
        said += [f"  {note}" for note in whole.notes]
    if found.screening_gy is not None:
        said.append(
            f"one institution's ratio to kerma gives about {quantity(found.screening_gy, 'Gy')} to "
            "the skin: for the order of magnitude only"
        )
    quiet = [f for f in found.findings if f not in found.wants]
    said += [f"{f.text}{f' [{f.stamp}]' if f.stamp else ''}" for f in quiet]
    return said


def _case_lines(date: str, case: Case) -> list[str]:
    report, made = case.made.report, case.made
    said = [f"counted with {report.source.name}: {other.name}" for other in report.also]
    said += [
        f"{date or 'no date'}, {report.manufacturer} {report.model}, {report.kind.value} report"
    ]
    for one in made.compared:
        if one.quantity in {"kerma", "pka", "fluoro_time", "dlp"} and (one.larger or 0.0) > 0.0:
            said.append(f"  {name(one)}: {quantity(one.larger, one.unit)}; {difference(one)}")
        elif one.agreement is Agreement.DISAGREES:
            said.append(f"  {name(one)}: {difference(one)}")
    for phantom, largest, total in made.ctdi_vol_mgy:
        of = f"{phantom} phantom" if phantom else "phantom not told"
        said.append(f"  CTDIvol ({of}): largest {largest:.4g} mGy, summed {total:.4g} mGy")
    if case.skin.how is not EstimateKind.NONE:
        at = place(case.skin)
        said.append(
            f"  peak skin dose: {skin(case.skin)}{f', {at}' if at else ''}; {sure(case.skin)}"
        )
        if case.skin.how is EstimateKind.MAP:
            said += [f"    {reason}" for reason in case.skin.reasons]
    return [*said, *(f"  {note}" for note in made.notes)]
