"""What the lung adds to a biopsy: factors of pneumothorax on this path, side by side.

The odds ratios come from one pooled analysis, each crude: they are listed, never multiplied, and
the population's rate is not this patient's risk. For ranking, a factor on the path costs a share of
one weight; the sum is a score and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.record import read_assumptions
from seldinger.core.verdict import Severity, Status
from seldinger.plan import answers
from seldinger.plan.treatments import common_steps, tissue_profile
from seldinger.plan.treatments.biopsy.choice import BiopsyAnswers
from seldinger.plan.wording import cite, get_number, quote_fact, state_fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.plan.approach.percutaneous.model import NeedleCase
    from seldinger.plan.model import Path
    from seldinger.plan.treatments.tissue_profile import LungCrossed

_ASSUMED = read_assumptions("seldinger.plan.treatments.biopsy")
THIN_HU = _ASSUMED["thin_lung_hu"]
THIN_RUN = _ASSUMED["thin_lung_mm"]
WEIGHT = _ASSUMED["weight_lung"]
ASSUMPTIONS = (THIN_HU, THIN_RUN, WEIGHT)

_ODDS = "lung_biopsy.odds."
FISSURE, BULLA = "fissure_crossed", "bulla_crossed"
DEPTH, PASSES = "depth_over_30mm", "pleural_passes"
_ON_PATH = {FISSURE: "fissure", BULLA: "thin lung", DEPTH: "lung depth", PASSES: "pleural passes"}
_TOUCHES_MM = 3.0


def score_penalties(case: NeedleCase, path: Path) -> Mapping[str, float]:
    """Score parts for the factors that a path can avoid; 0 where a factor is absent or unknown."""
    met = tissue_profile.measure_lung(case, path, THIN_HU.get_value(case.settings.assume))
    present = find_factors(case, met)
    worst = _odds(BULLA) - 1.0
    weight = WEIGHT.get_value(case.settings.assume)
    return {
        name: weight * (_odds(factor) - 1.0) / worst if present[factor] else 0.0
        for factor, name in _ON_PATH.items()
    }


def find_factors(case: NeedleCase, met: LungCrossed) -> dict[str, bool | None]:
    """Whether each avoidable factor is on the path; None where nobody labelled or measured it."""
    settings = case.settings
    thin = None if met.thin_mm is None else met.thin_mm >= THIN_RUN.get_value(settings.assume)
    return {
        FISSURE: len(met.lobes) > 1 if met.lobes_known else None,
        BULLA: thin,
        DEPTH: met.lung_mm >= get_number("treatments.lung.deep"),
        PASSES: met.pleural_passes > 1,
    }


def build_findings(case: NeedleCase, thickest_gauge: float, best: Path | None) -> list[Finding]:
    """Rate, factors and position for the best path; only the rate without one.

    ``thickest_gauge``: of what goes through the pleura; smaller is thicker.
    """
    rates = ("lung_biopsy.pneumothorax", "lung_biopsy.chest_drain")
    text = " ".join(common_steps.describe_rate(f) for f in rates)
    made = [Finding("population-rate", Status.UNKNOWN, Severity.INFO, text, cite(*rates))]
    if best is None:
        return made
    met = tissue_profile.measure_lung(case, best, THIN_HU.get_value(case.settings.assume))
    return [*made, _factors(case, met, thickest_gauge), _position(best)]


def _factors(case: NeedleCase, met: LungCrossed, thickest_gauge: float) -> Finding:
    emphysema = answers.read(BiopsyAnswers, case.settings).emphysema
    small = case.target.diameter_mm < get_number("treatments.lung.small")
    factors: dict[str, bool | None] = {
        **find_factors(case, met),
        "emphysema": None if emphysema is None else emphysema == "yes",
        "lesion_under_40mm": small,
        "no_pleural_contact": met.lung_mm > _TOUCHES_MM,
        "needle_18g_or_thicker": thickest_gauge <= get_number("treatments.lung.thick"),
    }
    present = [_ODDS + f for f, there in factors.items() if there]
    unknown = [_ODDS + f for f, there in factors.items() if there is None]
    here = " ".join(quote_fact(f) for f in present) or "None of the published factors was found."
    measured = f"The path crosses {met.lung_mm:.0f} mm of lung before the lesion"
    if met.thin_mm:
        measured += f", {met.thin_mm:.0f} mm of it in one stretch below the assumed HU of thin lung"
    text = f"{measured}. Present here: {here}"
    if unknown:
        text += " Unknown: " + " ".join(quote_fact(f) for f in unknown)
    text += " Each ratio stands alone: they are not multiplied."
    status = Status.NOT_MET if present else Status.UNKNOWN if unknown else Status.MET
    return Finding("pneumothorax-factors", status, Severity.CAUTION, text, cite(*present, *unknown))


def _position(best: Path) -> Finding:
    facts = (_ODDS + "dependent_lateral", _ODDS + "site_up")
    text = f"Planned {best.patient_position}. {quote_fact(facts[0])} {quote_fact(facts[1])}"
    return Finding("lung-position", Status.UNKNOWN, Severity.INFO, text, cite(*facts))


def list_aftercare() -> str:
    """What follows a lung biopsy, as far as it is known."""
    return f"Turn the patient onto the punctured side. {state_fact('lung_biopsy.observation')}"


def _odds(factor: str) -> float:
    return evidence.driving_value(_ODDS + factor)
