"""Amounts: how much cement, in what cavity, and why: tried coarsely, the least that does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.record import read_assumptions
from seldinger.core.space import as_vector, unit
from seldinger.physics.cement.fluids import Cement
from seldinger.plan.wording import get_number
from seldinger.simulate.cement.cavity import Balloon, Cavity
from seldinger.simulate.cement.exits import ExitKind
from seldinger.simulate.cement.inject import CementNeedle, CementPlan, Viscosity, simulate_cement
from seldinger.simulate.cement.settings import get_assumed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.catalogue.spine import BoneBalloonSize, BoneCannula
    from seldinger.core.space import Points
    from seldinger.plan.treatments.augmentation.needles import Pedicled
    from seldinger.plan.treatments.augmentation.options import AugmentationOptions
    from seldinger.simulate.cement.outcome import CementResult

LEAST_FILL, MOST_FILL = "vertebra.filling.strength", "vertebra.filling.stiffness"
BALLOON_ML = "vertebra.filling.balloon_volume"
_ASSUMED = read_assumptions("seldinger.plan.treatments.augmentation")
BORE = _ASSUMED["cannula_bore_share"]
BALLOON_FRONT = _ASSUMED["balloon_front_mm"]
PREVIEW_MM = 2.0
_WITHIN, _SMALLER, _LEAST_BALLOON_ML = 0.97, 0.9, 0.5
CANAL_ML = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """One volume that was tried.

    Attributes:
        volume_ml: of cement.
        result: coarse; None where it could not be given.
        why: it could not; empty where it could.
    """

    volume_ml: float
    result: CementResult | None
    why: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether all of it goes in, none towards the canal, and no side is overfilled."""
        if self.result is None or self.result.given_ml < 0.98 * self.volume_ml:
            return False
        canal = sum(
            leak.volume_ml or 0.0 for leak in self.result.leaks if leak.kind is ExitKind.CANAL
        )
        return canal < CANAL_ML and not any(one.alarm for one in self.result.sides)


@dataclass(frozen=True, slots=True)
class Cemented:
    """How cement is given.

    Attributes:
        needles: that give it.
        cavity: of balloons; None: none are used.
        plan: what is asked.
        tried: volumes, the least first; empty where the user told one.
    """

    needles: tuple[CementNeedle, ...]
    cavity: Cavity | None
    plan: CementPlan
    tried: tuple[Amount, ...]


def make_needles(
    taken: Sequence[Pedicled], cannulas: Mapping[str, BoneCannula], assumed: Mapping[str, float]
) -> tuple[CementNeedle, ...]:
    """The cannulas as cement flows through them.

    Args:
        taken: with their ways.
        cannulas: of the catalogue by id.
        assumed: edits of assumptions by name.
    """
    made = []
    for one in taken:
        assert one.way is not None  # noqa: S101  looked at before
        kind = cannulas[one.device]
        bore = kind.inner_diameter_mm or BORE.get_value(assumed) * kind.outer_diameter_mm
        path = one.way.path
        made.append(
            CementNeedle(path.target_lps_mm, path.entry_lps_mm, bore, kind.usable_mm, one.side)
        )
    return tuple(made)


def place_balloons(
    vertebra: Vertebra,
    needles: Sequence[CementNeedle],
    size: BoneBalloonSize,
    wanted_ml: float,
    assumed: Mapping[str, float],
) -> Cavity:
    """A balloon before each needle, made smaller until it lies within the body's walls.

    Args:
        vertebra: whose body.
        needles: that they go through.
        size: of the balloon; no more than it holds is asked.
        wanted_ml: of each.
        assumed: edits of assumptions by name.
    """
    made = []
    for one in needles:
        tip = np.asarray(one.tip_lps_mm)
        axis = unit(np.asarray(one.entry_lps_mm) - tip)
        back_mm = 0.5 * size.length_mm - BALLOON_FRONT.get_value(assumed)
        centre = tip + max(0.0, back_mm) * axis
        volume = min(wanted_ml, size.most_volume_ml)
        while volume > _LEAST_BALLOON_ML and (
            _measure_within(vertebra, centre, axis, volume, assumed) < _WITHIN
        ):
            volume *= _SMALLER
        made.append(Balloon(as_vector(centre), as_vector(axis), round(volume, 2)))
    return Cavity(tuple(made))


def _measure_within(
    vertebra: Vertebra,
    centre: Points,
    axis: Points,
    volume_ml: float,
    assumed: Mapping[str, float],
) -> float:
    """Share of an ellipsoid within the body's walls; endplates give way, that is what it is for."""
    shape = get_assumed(assumed, "balloon_shape")
    across = float(np.cbrt(0.75e3 * volume_ml / (np.pi * shape)))
    steps = np.arange(-shape * across, shape * across + 1.0)
    away = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    along = away @ axis
    rest = (away**2).sum(axis=1) - along**2
    away = away[(along / (shape * across)) ** 2 + rest / across**2 <= 1.0]
    frame = vertebra.frame
    flat = np.array([frame.left, frame.back]).T
    body = vertebra.grid.to_lps(np.argwhere(vertebra.body)) - np.asarray(frame.origin_lps_mm)
    shadow = {(int(x), int(y)) for x, y in np.rint(body @ flat)}
    asked = np.rint((centre + away - np.asarray(frame.origin_lps_mm)) @ flat).astype(int)
    return sum((int(x), int(y)) in shadow for x, y in asked) / len(asked)


def choose_amount(
    vertebra: Vertebra,
    needles: tuple[CementNeedle, ...],
    cavity: Cavity | None,
    options: AugmentationOptions,
    assumed: Mapping[str, float],
) -> Cemented:
    """The least cement that meets both endplates, else the most that keeps off the canal.

    Args:
        vertebra: to be filled.
        needles: that give it.
        cavity: of balloons; cement fills it at least.
        options: what the user told.
        assumed: edits of assumptions by name.
    """
    if options.cement_ml is not None:
        return Cemented(needles, cavity, make_plan(options.cement_ml, options), ())
    tried = []
    for volume in list_volumes_ml(vertebra, cavity):
        plan = make_plan(volume, options)
        try:
            done = simulate_cement(vertebra, needles, plan, assumed, cavity, PREVIEW_MM)
        except SimulationError as wrong:
            tried.append(Amount(volume, None, str(wrong)))
            continue
        tried.append(Amount(volume, done))
    kept = [one for one in tried if one.is_kept]
    both = [one for one in kept if one.result is not None and one.result.both_endplates]
    chosen = (both[:1] or kept[-1:] or tried[:1])[0].volume_ml
    return Cemented(needles, cavity, make_plan(chosen, options), tuple(tried))


def list_volumes_ml(vertebra: Vertebra, cavity: Cavity | None) -> tuple[float, ...]:
    """From the share that brings strength back to that which brings stiffness back."""
    least, most = (
        0.01 * get_number(one) * vertebra.body_ml for one in (LEAST_FILL, MOST_FILL)
    )  # fmt: skip
    if cavity is not None:
        least = sum(one.volume_ml for one in cavity.balloons)
        most = max(least, most)
    volumes = np.linspace(least, most, 3)
    return tuple(dict.fromkeys(round(float(one), 1) for one in volumes))


def make_plan(volume_ml: float, options: AugmentationOptions) -> CementPlan:
    """What is asked of the cement: ``volume_ml`` in all, as thick as ``options`` tell."""
    if options.viscosity_pa_s is not None:
        return CementPlan(volume_ml, viscosity=Cement.assumed(options.viscosity_pa_s))
    return CementPlan(volume_ml, viscosity=Viscosity(options.viscosity))
