"""Measures: what came of cement as a plan's effect takes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.volume import Volume
from seldinger.evidence import fact
from seldinger.simulate.cement.outcome import PUNCTURE_SIDE
from seldinger.simulate.effect import Fields, Measure, Trace

if TYPE_CHECKING:
    from seldinger.core.quantity import Spread
    from seldinger.simulate.cement.outcome import CementResult
    from seldinger.simulate.cement.sharing import SharingResult
    from seldinger.simulate.cement.spread import CementSpread
    from seldinger.simulate.cement.stiffness import StiffnessResult

MODEL = (
    "two fluids in porous bone by Darcy's law on the CT's voxels, viscosity by a curve over time "
    "and shear, exits through known breaks and veins; linear elasticity between two platens, alone "
    "and with the bodies beside it"
)
_NUMBER = re.compile(r"\d+(\.\d+)?")
_NOTHING_ML = 1e-3
LEAKS_SELDOM = (
    "this model leaks more seldom and less than vertebrae do: cracks within the bone and most "
    "veins are not in it. Little or no leak here is no reason to expect none"
)


def list_measures(
    result: CementResult,
    spread: CementSpread | None = None,
    stiffness: StiffnessResult | None = None,
) -> tuple[Measure, ...]:
    """Figures of a filling, with their spread where the model was run more than once.

    Shares of runs are not among them: they are no probabilities, and would read like some.

    Args:
        result: as planned.
        spread: over several runs, of the same plan.
        stiffness: before and after.
    """
    fill = _spread(result.fill_share, None if spread is None else spread.fill_share)
    found = [
        Measure("fill", "Share of the body that is cement", "1", fill),
        Measure("given", "Cement given", "mL", result.given_ml),
    ]
    leaks = {} if spread is None else {one.name: one.volume_ml for one in spread.leaks}
    for leak in result.leaks:
        value = None if leak.volume_ml is None else _spread(leak.volume_ml, leaks.get(leak.name))
        found.append(Measure(f"leak-{spell(leak.name)}", f"Cement by {leak.name}", "mL", value))
    for reach in (result.upper, result.lower):
        label = f"From cement to the {reach.name}"
        found.append(Measure(f"gap-{spell(reach.name)}", label, "mm", reach.distance_mm))
    found += [
        Measure(
            f"side-{one.side.value}",
            f"Share of the body filled on the {one.side.value}, side of the puncture", "%",
            one.share_percent, at_most=one.alarm_percent, sources=(fact(PUNCTURE_SIDE).source,),
        )
        for one in result.sides
    ]  # fmt: skip
    pressure = float(result.course.syringe_kpa.max())
    found.append(Measure("pressure", "Highest pressure in the syringe", "kPa", pressure))
    if stiffness is not None:
        found += [
            Measure("stiffness-before", "Stiffness before", "N/mm", stiffness.before_n_per_mm),
            Measure("stiffness-after", "Stiffness after", "N/mm", stiffness.after_n_per_mm),
            Measure("stiffness-ratio", "Stiffness, after over before", "1", stiffness.ratio),
        ]
    return tuple(found)


def list_loads(sharing: SharingResult | None) -> tuple[Measure, ...]:
    """What cement does to the load beside the vertebra; unknown where nobody is known there.

    Args:
        sharing: of the column; None: it could not be loaded.
    """
    found = []
    for side in ("above", "below"):
        value = None if sharing is None else _tell_spread(getattr(sharing, side).pressure)
        label = f"Pressure in the disc {side}, after over before, same load"
        found.append(Measure(f"load-{side}", label, "1", value))
    label = "Stiffness with the neighbours, after over before"
    column = None if sharing is None else _tell_spread(sharing.stiffness)
    found.append(Measure("load-column", label, "1", column))
    return tuple(found)


def _tell_spread(ratio: Spread | None) -> Spread | float | None:
    """A spread of no width was not computed: the figure alone."""
    return ratio.nominal if ratio is not None and ratio.p05 == ratio.p95 else ratio


def list_notes(
    result: CementResult,
    spread: CementSpread | None = None,
    stiffness: StiffnessResult | None = None,
) -> tuple[str, ...]:
    """What a reader must know before he believes the figures, each once.

    Args:
        result: as planned.
        spread: over several runs.
        stiffness: before and after.
    """
    notes = [LEAKS_SELDOM, *result.notes]
    # What coarse runs say of the same thing in other figures is not said beside those of fine ones.
    said = {_NUMBER.sub("", one) for one in result.notes}
    coarse = () if spread is None else spread.notes
    notes += [one for one in coarse if _NUMBER.sub("", one) not in said]
    notes += [] if stiffness is None else stiffness.notes
    return tuple(dict.fromkeys(notes))


def make_fields(result: CementResult) -> Fields:
    """Cement, its arrival and its course, for pictures and files."""
    course = result.course
    traces = {
        "cement given": Trace(course.times_s, course.given_ml, "mL"),
        "syringe": Trace(course.times_s, course.syringe_kpa, "kPa"),
        "flow": Trace(course.times_s, course.flow_ml_per_s, "mL/s"),
    }
    for name, volume in course.leaked_ml.items():
        traces[f"leak by {name}"] = Trace(course.times_s, volume, "mL")
    cement = Volume(result.cement.values.astype(np.float32), result.cement.grid, "1")
    return Fields({"cement": cement, "cement arrival": result.arrival_s}, traces)


def _spread(nominal: float, spread: Spread | None) -> Spread | float:
    """The spread of coarse runs around the figure of fine ones."""
    if spread is None:
        return drop_nothing(nominal)
    found = (nominal, spread.p05, spread.p50, spread.p95)
    return type(spread)(*(drop_nothing(one) for one in found))


def drop_nothing(value: float) -> float:
    """Less than a thousandth is nothing: a front has no sharp end."""
    return 0.0 if abs(value) < _NOTHING_ML else value


def spell(name: str) -> str:
    """Words as the end of a measure's id."""
    kept = "".join(letter if letter.isalnum() else " " for letter in name.lower())
    return "-".join(kept.split())
