"""Spread: how sure the doses are at a fixed vial, over what is not known of shunt, uptake and mass.

The vial stays as it is: what is given scatters with the residual, where one is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue.nuclides import nuclide
from seldinger.core.quantity import Spread
from seldinger.plan.treatments.irradiation.compartments import find_gy_per_gbq
from seldinger.plan.treatments.irradiation.territory import (
    ActivityRatio,
    ConcentrationRatio,
    Lungs,
    Territory,
    Tumour,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.plan.approach.endovascular.model import TerritoryCase
    from seldinger.plan.treatments.irradiation.basis import Basis

    Floats = NDArray[np.float64]

SAMPLES = 200
SOURCES = (
    "lung shunt", "uptake of the tumours", "outline of the tumours", "outline of the territory",
    "density", "mass of the lungs", "dose constant", "residual",
)  # fmt: skip
_BY_CONVENTION = 3.0
"""Times the doubt of a measured lung mass."""
_CUT = 3.0
"""Standard deviations beyond which no draw goes."""
_LEAST_NORMAL = 0.02
"""Share of a territory that stays normal liver however the outlines are drawn."""
_LARGEST_SHARE = 0.95
_P95_SD = 1.6449


@dataclass(frozen=True, slots=True, eq=False)
class SampledDose:
    """Doses over what is uncertain.

    Attributes:
        spreads: by compartment, in Gy.
        draws: by compartment, (samples,) in Gy.
        variance: source -> share of the variance of the goal.
    """

    spreads: Mapping[str, Spread]
    draws: Mapping[str, Floats]
    variance: dict[str, float]


def sample_dose(
    case: TerritoryCase, basis: Basis, given_gbq: float, nominal: Mapping[str, float], goal: str
) -> SampledDose:
    """Doses of every compartment for one vial.

    Args:
        case: with its assumptions and seed.
        basis: all that is known.
        given_gbq: as planned.
        nominal: doses as planned, in Gy.
        goal: compartment whose variance is parted among its sources.
    """
    from scipy.stats import norm, qmc

    cube = qmc.LatinHypercube(d=len(SOURCES), rng=np.random.default_rng(case.settings.seed))
    unit = np.clip(cube.random(SAMPLES), 1e-6, 1.0 - 1e-6)
    normal = np.clip(norm.ppf(unit), -_CUT, _CUT)
    rows = [_draw(case, basis, given_gbq, z, u) for z, u in zip(normal, unit, strict=True)]
    draws = {name: np.array([row[name] for row in rows]) for name in nominal}
    return SampledDose(
        {name: _spread(nominal[name], values) for name, values in draws.items()},
        draws,
        _part(normal, draws[goal], fixed=basis.residual is None),
    )


def _draw(
    case: TerritoryCase, basis: Basis, given_gbq: float, z: Floats, unit: Floats
) -> dict[str, float]:
    """Doses of one draw."""
    sd = {name: case.assumed.get_value(f"irradiation_{name}_sd") for name in _SDS}
    assert basis.constants is not None  # noqa: S101  a dose was computed with them
    shunt = _draw_shunt(basis, sd["shunt"], float(z[0]))
    heavier = 1.0 + sd["density"] * float(z[4])
    territory = _redraw(
        basis.territory,
        float(np.exp(sd["ratio"] * z[1])),
        float(np.exp(sd["volume"] * z[2])) * heavier,
        float(np.exp(sd["volume"] * z[3])) * heavier,
    )
    doubt = sd["lung_mass"] * (1.0 if basis.lungs.measured else _BY_CONVENTION)
    lungs = Lungs(min(5.0, basis.lungs.mass_kg * float(np.exp(doubt * z[5]))), measured=False)
    rates = find_gy_per_gbq(territory, shunt, lungs, basis.constants)
    given = given_gbq
    if basis.residual is not None:
        left = min(_LARGEST_SHARE, max(0.0, basis.residual + sd["residual"] * float(z[7])))
        given *= (1.0 - left) / (1.0 - basis.residual)
    return {name: rate * given * _constant(basis, float(unit[6])) for name, rate in rates.items()}


def _draw_shunt(basis: Basis, sd: float, z: float) -> float:
    """About what was measured; or about what SPECT/CT would show, where views were planar."""
    middle, known = basis.lung_shunt or 0.0, basis.shunt_spread
    if known is not None:
        middle, sd = known.p50, (known.p95 - known.p50) / _P95_SD
    return min(_LARGEST_SHARE, max(0.0, middle + sd * z))


_SDS = ("shunt", "ratio", "volume", "density", "lung_mass", "residual")


def _constant(basis: Basis, unit: float) -> float:
    """A dose constant between the smallest and the largest preset, over the one in use."""
    assert basis.constants is not None  # noqa: S101  a dose was computed with them
    presets = nuclide(basis.constants.nuclide).presets.values()
    known = [one.gy_kg_per_gbq for one in presets]
    return (min(known) + (max(known) - min(known)) * unit) / basis.constants.gy_kg_per_gbq


def _redraw(territory: Territory, uptake: float, tumour: float, part: float) -> Territory:
    """The same territory with other uptake and outlines; some normal liver is always left."""
    perfused = territory.perfused_kg * part
    heavier = tumour
    if territory.tumours:
        room = (1.0 - _LEAST_NORMAL) * perfused / territory.tumour_kg
        heavier = min(tumour, room)
    tumours = tuple(
        Tumour(one.name, one.mass_kg * heavier, _scale(one, uptake)) for one in territory.tumours
    )
    whole = territory.whole_normal_kg
    drawn = replace(territory, perfused_kg=perfused, tumours=tumours, whole_normal_kg=None)
    # Beyond the territory the normal liver stays as it was drawn.
    beyond = None if whole is None else whole - territory.normal_kg
    if beyond is None or not territory.tumours:
        return drawn
    return replace(drawn, whole_normal_kg=drawn.normal_kg + max(0.0, beyond))


def _scale(tumour: Tumour, uptake: float) -> ConcentrationRatio | ActivityRatio:
    return type(tumour.uptake)(tumour.uptake.value * uptake)


def _spread(nominal: float, values: Floats) -> Spread:
    low, middle, high = (float(v) for v in np.percentile(values, (5.0, 50.0, 95.0)))
    return Spread(nominal, low, middle, high)


def _part(normal: Floats, goal: Floats, *, fixed: bool) -> dict[str, float]:
    """Shares of the variance of the goal, by squared correlation; they sum to one."""
    if goal.std() <= 0.0:
        return {}
    logs = np.log(np.maximum(goal, 1e-12))
    found = [float(np.corrcoef(column, logs)[0, 1]) ** 2 for column in normal.T]
    if fixed:
        found[-1] = 0.0
    whole = sum(found)
    return {name: share / whole for name, share in zip(SOURCES, found, strict=True)}
