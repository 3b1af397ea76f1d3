"""Fill: cement is given step by step, until its volume is in or something ends it.

Each step solves the pressure for the mobilities at its beginning, asks how much the syringe can
give against it, and moves cement. Viscosity follows the shear rate of the step before: that at the
wall of tubes of the same permeability and porosity, root 2 times Darcy's speed over the root of
permeability times porosity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from seldinger.core.errors import SimulationError
from seldinger.kernels import cement as kernels
from seldinger.physics.cement.block import Pressure, make_block
from seldinger.physics.cement.injection import HALF, Filling, FillingEnd, Numerics, Stops

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.physics.cement.bed import CementBed
    from seldinger.physics.cement.fluids import Cement
    from seldinger.physics.cement.injection import Injection, Tip

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]

WELL_RADIUS = 0.31487
"""Of a sphere that has the pressure of a point source's voxel, in voxels: 1 / (4 pi 0.252731), the
latter Watson's integral, the value at its origin of the lattice's Green's function."""
BALL_MEAN = 1.2
"""Mean pressure in a ball that is given to evenly over that at its surface, above that far off."""
_ML, _KPA, _S_PER_MIN = 1e-6, 1e3, 60.0
_HALVINGS, _FIRST_ROUNDS = 60, 4


def fill(
    bed: CementBed,
    cement: Cement,
    injection: Injection,
    stops: Stops | None = None,
    numerics: Numerics | None = None,
) -> Filling:
    """Give cement into ``bed``.

    Args:
        bed: where it may go.
        cement: and the marrow it displaces.
        injection: what is asked.
        stops: what else ends it; a flow below 5 % of the asked one unless told.
        numerics: how finely.

    Raises:
        SimulationError: what is asked cannot be: more cement than pores, a tip outside them, an
            exit or mask that is none, cement that has set, a bed without a way out, or a pressure
            that does not converge.
    """
    chosen, asked = stops or Stops(), numerics or Numerics()
    check_injection(bed, cement, injection, chosen)
    run = _Run(bed, cement, injection, chosen, asked)
    for _ in range(asked.most_steps):
        if run.step():
            return run.finish()
    raise SimulationError(
        f"{asked.most_steps} steps gave {run.given[-1]:.3g} of {injection.volume_ml:g} mL: allow "
        "more steps, or a coarser grid"
    )


def check_injection(bed: CementBed, cement: Cement, injection: Injection, stops: Stops) -> None:
    """Refuse what cannot be given.

    Args:
        bed: where.
        cement: which.
        injection: how.
        stops: what ends it.

    Raises:
        SimulationError: what was got, what is allowed, what to do.
    """
    _check_tips(bed, injection.tips)
    _check_room(bed, injection)
    if injection.begins_min * _S_PER_MIN >= cement.flows_until_s:
        raise SimulationError(
            f"begins {injection.begins_min:g} min after mixing; this cement flows until "
            f"{cement.minutes[-1]:g} min: begin earlier, or give its curve for longer"
        )
    names = {one.name for one in bed.exits}
    if unknown := sorted(set(stops.leak_ml) - names):
        raise SimulationError(f"no exit is called {unknown}; the bed's are {sorted(names)}")
    for name, mask in stops.touched.items():
        if mask.shape != tuple(bed.grid.shape) or not (mask & bed.drained).any():
            raise SimulationError(
                f"mask {name!r} holds no pore that cement can reach: give voxels of the bed, on "
                "its grid, or leave it out"
            )


def _check_tips(bed: CementBed, tips: Sequence[Tip]) -> None:
    drained = bed.drained
    for tip in tips:
        inside = all(0 <= n < size for n, size in zip(tip.voxel, bed.grid.shape, strict=True))
        if not inside or bed.porosity[tip.voxel] <= 0.0:
            raise SimulationError(
                f"a tip lies at voxel {tip.voxel}, which is no pore of the bed: move it into bone"
            )
        if not bed.conducts[tip.voxel]:
            raise SimulationError(
                f"bone does not conduct at the tip, voxel {tip.voxel}: move it where permeability "
                "is above 0"
            )
        if not drained[tip.voxel]:
            raise SimulationError(
                f"from the tip at voxel {tip.voxel} no way leads to an exit: marrow must leave "
                "where cement comes; move it, or add the exit that is there"
            )


def _check_room(bed: CementBed, injection: Injection) -> None:
    filled = 0.0
    if bed.saturation is not None:
        filled = float((bed.saturation * bed.porosity)[bed.drained].sum()) * bed.grid.voxel_ml
    room = bed.pore_ml - filled
    if injection.volume_ml > room:
        raise SimulationError(
            f"{injection.volume_ml:g} mL is asked and the pores have room for {room:.3g} mL: ask "
            "for less"
        )


class _Run:
    """An injection while it runs."""

    def __init__(
        self, bed: CementBed, cement: Cement, injection: Injection, stops: Stops, numerics: Numerics
    ) -> None:
        self.bed, self.cement, self.injection, self.stops = bed, cement, injection, stops
        self.numerics, self.block = numerics, make_block(bed)
        block, cells = self.block, len(self.block.pore)
        begun = np.zeros(bed.grid.shape) if bed.saturation is None else bed.saturation
        self.saturation = block.take(begun)
        self.arrival = np.where(self.saturation >= HALF, 0.0, np.nan)
        self.tips = [block.find_ball(tip.voxel, tip.radius_mm) for tip in injection.tips]
        self.source = np.zeros(cells)
        for at, tip in zip(self.tips, injection.tips, strict=True):
            self.source[at] += tip.share / len(at)
        self.pressure, self.order = Pressure(block, self.source, numerics), block.active
        self.thick, self.mobility = np.ones(cells), np.zeros(cells)
        self.speed, self.gain, self.share = np.zeros(cells), np.zeros(cells), np.zeros(cells)
        self.left = np.zeros((len(bed.exits), 2))
        self.touched = {name: np.flatnonzero(block.take(mask.astype(float))) for name, mask in
                        stops.touched.items()}  # fmt: skip
        self.times, self.given = [0.0], [0.0]
        self.flows, self.syringe, self.behind = [0.0], [0.0], [0.0]
        self.books = [self.left.copy()]
        self.end, self.what = FillingEnd.VOLUME, ""
        self._find_speed_first()

    def _find_speed_first(self) -> None:
        """Shear before the first step: by rounds, for viscosity and speed need each other."""
        if self.cement.shear_exponent < 1.0:
            for _ in range(_FIRST_ROUNDS):
                self._update()
                self._find_speed(self.injection.rate_ml_per_s * _ML)

    @property
    def age_s(self) -> float:
        return self.injection.begins_min * _S_PER_MIN + self.times[-1]

    def _update(self) -> None:
        """Viscosity, mobility and pressure of now."""
        block, cement = self.block, self.cement
        n, s = block.active, self.saturation[self.block.active]
        if cement.shear_exponent < 1.0:
            rate = math.sqrt(2.0) * self.speed[n] / block.throat[n]
            self.thick[n] = cement.find_viscosity(self.age_s, rate)
        else:
            self.thick[n] = cement.find_consistency(self.age_s)
        self.mobility[n] = s / self.thick[n] + (1.0 - s) / cement.marrow_pa_s
        self.pressure.update(self.mobility)

    def _find_speed(self, flow: float) -> None:
        block, solved = self.block, self.pressure
        kernels.find_speed(
            block.active, block.stride, block.wide, solved.still + flow * solved.unit, solved.face,
            self.speed,
        )  # fmt: skip

    def _needs_pa(self, flow: float) -> tuple[float, float]:
        """Pressure in the syringe, and behind the needle, of the tip that needs most."""
        needle, worst = self.injection.needle, (-math.inf, -math.inf)
        for at, tip in zip(self.tips, self.injection.tips, strict=True):
            own = tip.share * flow
            at_tip = float((self.pressure.still[at] + flow * self.pressure.unit[at]).mean())
            at_tip += own * self._near_tip(at, tip)
            loss = 0.0
            if needle is not None:
                loss = needle.find_loss_pa(self.cement, self.age_s, own / _ML)
            worst = max(worst, (at_tip + loss, at_tip))
        return worst

    def _near_tip(self, at: Numbers, tip: Tip) -> float:
        """Pa s/m3 between the tip's sphere and its voxels' mean (Peaceman); may be negative."""
        if tip.radius_mm is None:
            return 0.0
        block = self.block
        mean_m2 = np.cbrt(block.permeability[:, at].prod(axis=0)).mean()
        conducts = mean_m2 * self.mobility[at].mean()
        voxel_m = np.cbrt(block.wide.prod())
        ball_m = np.cbrt(0.75 * len(at) / math.pi) / BALL_MEAN
        own_m = voxel_m * (WELL_RADIUS if len(at) == 1 else ball_m)
        return float((1e3 / tip.radius_mm - 1.0 / own_m) / (4.0 * math.pi * conducts))

    def _flow(self) -> float:
        """m3/s that the syringe gives now: what is asked, or what its pressure allows."""
        asked, limit = self.injection.rate_ml_per_s * _ML, self.injection.limit_kpa * _KPA
        if self._needs_pa(asked)[0] <= limit:
            return asked
        low, high = 0.0, asked
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self._needs_pa(middle)[0] <= limit else (low, middle)
        return low

    def step(self) -> bool:
        """One step; whether it was the last."""
        if self.age_s >= self.cement.flows_until_s:
            self.end = FillingEnd.SET
            return True
        self._update()
        flow = self._flow()
        if flow < self.stops.least_flow_share * self.injection.rate_ml_per_s * _ML:
            self.end = FillingEnd.PRESSURE
            return True
        self._move(flow)
        return self._stops()

    def _move(self, flow: float) -> None:
        block, solved = self.block, self.pressure
        now = solved.still + flow * solved.unit
        source, ratio = flow * self.source, self.thick / self.cement.marrow_pa_s
        fields = (
            block.stride, now, solved.face, solved.fixed, block.outside, source, block.pore, ratio,
        )  # fmt: skip
        fastest = kernels.find_fastest(block.active, *fields, self.saturation)
        rest = self.injection.volume_ml * _ML - self.given[-1] * _ML
        step_s = min(
            self.numerics.courant / fastest if fastest > 0.0 else math.inf,
            self.numerics.longest_s, rest / flow, self.cement.flows_until_s - self.age_s,
        )  # fmt: skip
        before = self.saturation.copy()
        # Equal pressures send nothing to each other; stable, so that the bytes repeat. Sorted from
        # the last order on: a front moves little, and what is nearly in order is soon sorted.
        self.order = self.order[np.argsort(-now[self.order], kind="stable")]
        kernels.carry(
            self.order,
            *fields,
            block.exit_of,
            step_s,
            self.saturation,
            self.gain,
            self.share,
            self.left,
        )
        self._mark(before, step_s)
        self._find_speed(flow)
        needs, behind = self._needs_pa(flow)
        last = step_s >= rest / flow
        self.times.append(self.times[-1] + step_s)
        self.given.append(
            self.injection.volume_ml if last else self.given[-1] + flow * step_s / _ML
        )
        self.flows.append(flow / _ML)
        self.syringe.append(needs / _KPA)
        self.behind.append(behind / _KPA)
        self.books.append(self.left.copy())

    def _mark(self, before: Floats, step_s: float) -> None:
        """When cells became half full, between the ends of the step."""
        new = np.flatnonzero(np.isnan(self.arrival) & (self.saturation >= HALF))
        rise = self.saturation[new] - before[new]
        self.arrival[new] = self.times[-1] + step_s * (HALF - before[new]) / rise

    def _stops(self) -> bool:
        """Whether something ends it after this step."""
        cement = dict(zip((one.name for one in self.bed.exits), self.left[:, 0] / _ML, strict=True))
        for name, most in self.stops.leak_ml.items():
            if cement[name] > most:
                self.end, self.what = FillingEnd.LEAK, name
                return True
        reached = [bool((self.saturation[at] >= HALF).any()) for at in self.touched.values()]
        if reached and all(reached):
            self.end, self.what = FillingEnd.TOUCHED, ", ".join(self.touched)
            return True
        return self.given[-1] >= self.injection.volume_ml

    def finish(self) -> Filling:
        """What came of it."""
        shape = self.bed.grid.shape
        begun = self.bed.saturation
        saturation = np.zeros(shape) if begun is None else begun.copy()
        arrival = np.where(saturation >= HALF, 0.0, np.nan)
        self.block.give(self.saturation, saturation)
        self.block.give(self.arrival, arrival)
        books = np.array(self.books) / _ML
        return Filling(
            self.bed, saturation, arrival, np.array(self.times), np.array(self.given),
            np.array(self.flows), np.array(self.syringe), np.array(self.behind), books[:, :, 0],
            books[:, :, 1], self.end, self.what, self.pressure.iterations,
        )  # fmt: skip
