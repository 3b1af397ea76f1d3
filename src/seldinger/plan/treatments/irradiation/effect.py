"""Effect: activities and doses as a plan tells them, with limits, goals and spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.naming import normalise
from seldinger.plan.treatments.irradiation import albumin, tables
from seldinger.plan.treatments.irradiation.basis import cite_rules
from seldinger.plan.treatments.irradiation.spread import SAMPLES, sample_dose
from seldinger.plan.treatments.irradiation.territory import (
    COMPARTMENTS,
    LUNG,
    NORMAL,
    PERFUSED,
    WHOLE_NORMAL,
)
from seldinger.simulate.effect import Effect, Fields, Measure

if TYPE_CHECKING:
    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.irradiation.albumin import PredictedDose
    from seldinger.plan.treatments.irradiation.basis import Basis
    from seldinger.plan.treatments.irradiation.calendar import VialPlan
    from seldinger.plan.treatments.irradiation.prescribe import Prescribed
    from seldinger.plan.treatments.irradiation.rules import DoseRule
    from seldinger.plan.treatments.irradiation.spread import SampledDose

KIND = "irradiation"
DOSE = "dose"
"""Name of the dose by voxels among the fields."""
_SHARES = (("d95", 0.95), ("d70", 0.70))
_LABELS = {name: f"dose of {words}" for name, words in COMPARTMENTS.items()}


def name_dose(compartment: str) -> str:
    """Id of the measure that is the dose of a compartment."""
    return f"dose-{normalise(compartment.replace('#', ' ')).replace('_', '-')}"


def predict_effect(
    case: TerritoryCase, basis: Basis, prescribed: Prescribed, vials: VialPlan
) -> tuple[Effect, Fields]:
    """What is expected, and the same by voxels where a SPECT of MAA is used.

    Args:
        case: with its assumptions.
        basis: all that is known.
        prescribed: the activity.
        vials: that give it.
    """
    parted = bool(basis.territory.tumours)
    aim = basis.target if parted else PERFUSED
    sampled: SampledDose | None = None
    predicted: PredictedDose | None = None
    if prescribed.dose is not None:
        doses = prescribed.dose.dose_gy
        sampled = sample_dose(case, basis, prescribed.dose.given.gbq, doses, aim)
        if basis.scan is not None and basis.uptake_from == "SPECT":
            predicted = albumin.predict_dose(
                basis.scan,
                basis.weighed,
                case.anatomy.grid,
                prescribed.dose,
                case.assumed.get_value("liver_density_g_per_ml"),
            )
    effect = Effect(
        kind=KIND,
        criterion="mean absorbed dose of each compartment while all activity decays",
        model=("partition model" if parted else "single compartment (MIRD)")
        + ": spheres stay where they lodge, energy stays in its compartment",
        measures=_list_measures(basis, prescribed, sampled, predicted, vials),
        options=prescribed.options,
        goal=name_dose(aim),
        samples=0 if sampled is None else SAMPLES,
        variance={} if sampled is None else sampled.variance,
        notes=_notes(basis, prescribed, predicted),
        outside_domain=_find_doubt(case, basis),
        tables=tables.list_tables(basis, prescribed, vials),
    )
    draws = {} if sampled is None else {name_dose(k): v for k, v in sampled.draws.items()}
    volumes = {} if predicted is None else {DOSE: predicted.volume}
    return effect, Fields(volumes=volumes, draws=draws)


def _list_measures(
    basis: Basis,
    prescribed: Prescribed,
    sampled: SampledDose | None,
    predicted: PredictedDose | None,
    vials: VialPlan,
) -> tuple[Measure, ...]:
    """Every figure, those that matter most first."""
    return (
        Measure("activity-given", "activity to give", "GBq", prescribed.given_gbq),
        *(_dose(basis, name, sampled) for name in _order(basis)),
        Measure("activity-vial", "activity in the vial when it is given", "GBq",
                prescribed.vial_gbq),
        Measure("lung-shunt", "lung shunt fraction", "1", basis.lung_shunt),
        *_uptake(basis),
        *_shares(basis, predicted),
        *_vial(vials),
        *_masses(basis),
    )  # fmt: skip


def _order(basis: Basis) -> tuple[str, ...]:
    """Compartments, those that matter most first."""
    if not basis.territory.tumours:
        return (PERFUSED, LUNG, basis.target, NORMAL, WHOLE_NORMAL)
    others = tuple(one.name for one in basis.territory.tumours[1:])
    bound = {one.compartment for one in basis.rules if one.kind == "limit"}
    liver = (NORMAL, WHOLE_NORMAL) if NORMAL in bound else (WHOLE_NORMAL, NORMAL)
    return (basis.target, liver[0], LUNG, PERFUSED, liver[1], *others)


def _dose(basis: Basis, name: str, sampled: SampledDose | None) -> Measure:
    """The dose of a compartment with the strictest limit and the highest goal."""
    tumour = name not in _LABELS
    rules = [one for one in basis.rules if one.compartment == ("tumour" if tumour else name)]
    limits = sorted(
        (one for one in rules if one.kind == "limit"), key=lambda one: _left(basis, one)
    )
    goals = sorted((one for one in rules if one.kind == "goal"), key=lambda one: -one.dose_gy)
    asked = (*limits[:1], *goals[:1])
    return Measure(
        name_dose(name),
        _LABELS.get(name, f"dose of {name}"),
        "Gy",
        None if sampled is None else sampled.spreads.get(name),
        at_least=goals[0].dose_gy if goals else None,
        at_most=_left(basis, limits[0]) if limits else None,
        sources=cite_rules(asked),
    )


def _left(basis: Basis, rule: DoseRule) -> float:
    """What of a limit this session may use; all of it where nobody knows what was before."""
    return max(0.0, rule.dose_gy - (basis.before.find_gy(rule) or 0.0))


def _uptake(basis: Basis) -> tuple[Measure, ...]:
    return tuple(
        Measure(
            f"uptake-{name_dose(one.name).removeprefix('dose-')}",
            f"uptake of {one.name} over normal perfused liver", "1", one.uptake.value,
        )
        for one in basis.territory.tumours
    )  # fmt: skip


def _shares(basis: Basis, predicted: PredictedDose | None) -> tuple[Measure, ...]:
    """D95 and D70 of every tumour by voxels."""
    if predicted is None:
        return ()
    return tuple(
        Measure(
            f"{key}-{name_dose(part.name).removeprefix('dose-')}",
            f"dose that {100.0 * share:.0f} % of {part.name} takes at least",
            "Gy",
            predicted.find_of_share_gy(part.mask, share),
        )
        for part in basis.weighed.tumours
        for key, share in _SHARES
    )


def _vial(vials: VialPlan) -> tuple[Measure, ...]:
    hit = vials.chosen
    if hit is None:
        return ()
    return (
        Measure("vial-calibrated", "activity of the vial at its calibration", "GBq",
                hit.vial.calibrated_gbq),
        Measure("spheres", "spheres in what is taken of the vial", "10*6",
                hit.spheres / 1e6),
    )  # fmt: skip


def _masses(basis: Basis) -> tuple[Measure, ...]:
    weighed = basis.weighed
    named = (
        ("perfused", "mass of all that is perfused", weighed.perfused_kg),
        ("normal", "mass of the normal perfused liver", weighed.normal_kg),
        ("whole-normal", "mass of the whole normal liver", weighed.whole_normal_kg),
        ("lung", "mass of the lungs", basis.lungs.mass_kg),
        *(
            (name_dose(one.name).removeprefix("dose-"), f"mass of {one.name}", one.kg)
            for one in weighed.tumours
        ),
    )
    return tuple(Measure(f"mass-{key}", label, "kg", kg) for key, label, kg in named)


def _notes(
    basis: Basis, prescribed: Prescribed, predicted: PredictedDose | None
) -> tuple[str, ...]:
    told = [prescribed.why]
    if basis.constants is not None:
        told.append(f"Constants: {basis.constants.text}.")
    told += basis.notes
    if basis.uptake_from != "told" and basis.scan is not None:
        told.append(
            f"Uptake by {basis.scan.name}: it is blurred, moved by breath, and shows where albumin "
            "went; spheres of other size and number, given from another tip, go elsewhere."
        )
    if predicted is not None:
        size = " x ".join(f"{mm:.0f}" for mm in basis.scan.grid.spacing_mm) if basis.scan else ""
        told.append(
            f"Dose by voxels: energy stays in the voxel of the decay; voxels of {size} mm, noise "
            "and blur of the SPECT in it. D95 and D70 are of this image, not of the tissue."
        )
    return tuple(told)


def _find_doubt(case: TerritoryCase, basis: Basis) -> tuple[str, ...]:
    """Why the figures are not to be believed; empty where they may be."""
    doubts = []
    least_mm = case.assumed.get_value("irradiation_least_tumour_mm")
    if basis.uptake_from == "SPECT":
        small = [one for one in basis.weighed.tumours if one.diameter_mm < least_mm]
        doubts += [
            f"{one.name} is {one.diameter_mm:.0f} mm wide, and SPECT shows too little uptake below "
            f"{least_mm:g} mm: tell its uptake"
            for one in small
        ]
    far = case.target.far_share
    most = case.assumed.get_value("irradiation_far_share")
    if far is not None and far > most:
        doubts.append(
            f"{100.0 * far:.0f} % of the territory lies away from every traced branch "
            f"({100.0 * most:.0f} % is bearable): label what is perfused"
        )
    if basis.lung_shunt is None:
        doubts.append("the lung shunt is unknown")
    poor = basis.known.compromised
    if poor is not False and not any(one.when == "compromised" for one in basis.rules):
        how = "is told to be" if poor else "may be"
        doubts.append(
            f"the liver {how} compromised, and no limit of this product and intent reads that: "
            "none was made stricter"
        )
    return tuple(doubts)
