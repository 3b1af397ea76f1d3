"""Inject: particles leave a catheter in batches; what lodges changes the flow of the next one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.kernels import particles as kernels
from seldinger.physics.particles.counts import Load, Tally, route_counts
from seldinger.physics.particles.injection import EndReason, Injected, InjectionHistory, Resting
from seldinger.physics.particles.settings import InjectionSettings
from seldinger.physics.particles.sizes import class_sizes, draw_sizes
from seldinger.physics.particles.stream import TipStream, open_stream
from seldinger.physics.particles.ways import FlowWays, find_ways

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.flow.result import SteadyFlow
    from seldinger.physics.particles.injection import CatheterTip, Suspension
    from seldinger.physics.particles.tree import ParticleTree

    Floats = NDArray[np.float64]

_WORD = 2**64


def inject(
    tree: ParticleTree,
    vial: Suspension,
    catheter: CatheterTip,
    number: int | None = None,
    settings: InjectionSettings | None = None,
    seed: int = 0,
) -> Injected:
    """Give ``number`` particles of ``vial`` through ``catheter``.

    Args:
        tree: vessels and beds, as blocked as they are.
        vial: what there is.
        catheter: where its tip is and how fast it gives.
        number: of particles; all of the vial unless told.
        settings: laws; the assumed ones unless told.
        seed: of chance; the same seed gives the same bytes.

    Raises:
        SimulationError: more than the vial holds, particles larger than the catheter, a rate that
            is none, no such vessel, or no flow at the tip.
    """
    asked = vial.held if number is None else number
    check_particles(vial, catheter, asked)
    chosen = settings or InjectionSettings()
    order = _Order(vial, catheter, chosen, seed, asked)
    run = _Run(open_stream(tree, catheter.vessel, catheter.along), order)
    edges = np.rint(np.linspace(0.0, asked, chosen.batches + 1)).astype(np.int64)
    for count in np.diff(edges).tolist():
        if count and run.stops() is None:
            run.give(count)
    end = run.stops() if sum(run.given) < asked else None
    return run.finish(end or EndReason.ALL_GIVEN)


def check_particles(vial: Suspension, catheter: CatheterTip, asked: int) -> None:
    """Refuse what cannot be given.

    Args:
        vial: what there is.
        catheter: through which.
        asked: particles.

    Raises:
        SimulationError: what was got, what is allowed, what to do.
    """
    if not 0 <= asked <= vial.held:
        raise SimulationError(
            f"{asked} particles are asked for and the vial holds {vial.held}; at most those can be "
            "given: ask for fewer, or open another vial in an injection of its own"
        )
    density = 1.0 if vial.density_g_per_ml is None else vial.density_g_per_ml
    rate = catheter.rate_ml_per_s
    if not all(math.isfinite(one) and one > 0.0 for one in (vial.volume_ml, density, rate)):
        raise SimulationError(
            f"a suspension of {vial.volume_ml:g} mL at {rate:g} mL/s, with particles of "
            f"{density:g} g/mL: all are positive and finite"
        )
    if vial.sizes.must_pass_um >= catheter.inner_um:
        raise SimulationError(
            f"particles of {vial.sizes.must_pass_um:g} um do not pass a catheter of "
            f"{catheter.inner_um:g} um; take smaller ones, or a wider catheter"
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """What was asked."""

    vial: Suspension
    catheter: CatheterTip
    settings: InjectionSettings
    seed: int
    asked: int


@dataclass(frozen=True, slots=True, eq=False)
class _Now:
    """The flow before a batch: with nothing injected, and where the batch will go."""

    still: SteadyFlow
    solved: SteadyFlow
    ways: FlowWays
    forward_ml_per_s: float

    @property
    def vessels_ml_per_s(self) -> Floats:
        """(v,) with nothing injected."""
        return self.still.start_ml_per_s[:-1]


class _Run:
    """An injection while it runs."""

    def __init__(self, stream: TipStream, order: _Order) -> None:
        tree = stream.tree
        self.stream, self.order = stream, order
        self.rng = np.random.default_rng(order.seed)
        self.key = int(self.rng.integers(0, _WORD, dtype=np.uint64))
        self.done = 0
        self.kept = stream.widen(tree.kept)
        self.lodged = tree.begun_lodged()
        self.begun = self.now = self._solve(None)
        self.forward, self.flows = [self.begun.forward_ml_per_s], [self.begun.vessels_ml_per_s]
        self.tally = Tally.empty(self.now.ways.places.count)
        self.given: list[int] = []
        self.refluxed: list[int] = []

    def _solve(self, near: _Now | None) -> _Now:
        """The flow as vessels and beds are now."""
        stream = self.stream
        circuit = stream.blocked(self.kept, self.lodged)
        still = stream.solve(circuit, 0.0, near.still if near else None)
        rate = self.order.catheter.rate_ml_per_s
        solved = stream.solve(circuit, rate, near.solved if near else still)
        return _Now(still, solved, find_ways(stream, solved), stream.forward_ml_per_s(still))

    def stops(self) -> EndReason | None:
        """Why no further batch is given; None where one is."""
        share = self.order.settings.stasis_share
        if share > 0.0 and self.now.forward_ml_per_s <= share * self.begun.forward_ml_per_s:
            return EndReason.STASIS
        if self.order.settings.ends_at_reflux and self.now.ways.back_share > 0.0:
            return EndReason.REFLUX
        return None

    def give(self, count: int) -> None:
        """One batch and the flow after it; in halves, where it lowers the flow too much at once."""
        saved = self.rng.bit_generator.state, self.tally.copy(), self.kept, self.lodged
        drawn = self.order.asked <= self.order.settings.most_discrete
        self._draw(count) if drawn else self._count(count)
        new = Resting.from_places(self.tally.number.sum(axis=0), self.now.ways.places, None)
        self.kept = np.where(new.vessel > 0, 0.0, self.stream.widen(self.stream.tree.kept))
        self.lodged = self.stream.tree.begun_lodged() + new.generation
        then = self._solve(self.now)
        most = self.order.settings.most_fall * self.begun.forward_ml_per_s
        if count > 1 and self.now.forward_ml_per_s - then.forward_ml_per_s > most:
            self.rng.bit_generator.state, self.tally, self.kept, self.lodged = saved
            self.give(count // 2)
            if self.stops() is None:
                self.give(count - count // 2)
            return
        self.done += count
        self.given.append(count)
        self.refluxed.append(int((self.tally.number[1] - saved[1].number[1]).sum()))
        self.now = then
        self.forward.append(then.forward_ml_per_s)
        self.flows.append(then.vessels_ml_per_s)

    def _draw(self, count: int) -> None:
        """Every particle by itself."""
        ways, tally = self.now.ways, self.tally
        sizes = draw_sizes(self.order.vial.sizes, count, self.rng)
        place = np.empty(count, np.int64)
        key = np.uint64((self.key + self.done * int(kernels.GOLDEN)) % _WORD)
        lodging, made = self.order.settings.lodging_mm(sizes.effective_um), ways.generations
        kernels.walk_particles(
            lodging, key, ways.begin, ways.back, ways.first, ways.share, ways.target, ways.leads,
            ways.calibre, made.calibre_mm, made.shunt, ways.places.count, place,
        )  # fmt: skip
        shape = tally.number.shape
        tally.number[:] += np.bincount(place, minlength=tally.number.size).reshape(shape)
        cubes = (1e-3 * sizes.printed_um) ** 3
        tally.cubes[:] += np.bincount(place, cubes, tally.cubes.size).reshape(shape)

    def _count(self, count: int) -> None:
        """By classes of equal size."""
        sizes = class_sizes(self.order.vial.sizes, self.order.settings.classes)
        classes = len(sizes.printed_um)
        number = self.rng.multinomial(count, np.full(classes, 1.0 / classes))
        lodging = self.order.settings.lodging_mm(sizes.effective_um)
        load = Load(lodging, (1e-3 * sizes.printed_um) ** 3, number)
        route_counts(self.now.ways, load, self.rng, self.tally)

    def finish(self, end: EndReason) -> Injected:
        """What came of it."""
        places, cut = self.now.ways.places, self.stream.cut
        density = self.order.vial.density_g_per_ml
        milligrams = self.tally.cubes * (math.pi / 6.0 * (math.nan if density is None else density))
        onward, refluxed = (Resting.from_places(one, places, cut) for one in self.tally.number)
        onward_mg, refluxed_mg = (Resting.from_places(one, places, cut) for one in milligrams)
        kept = self.kept[:-1].copy()
        kept[cut] = min(self.kept[cut], self.kept[-1])
        tree = replace(self.stream.tree, kept=kept, lodged=self.lodged)
        asked = self.order
        return Injected(
            asked.vial, asked.catheter, asked.settings, asked.seed, asked.asked, onward, refluxed,
            onward_mg, refluxed_mg, self._history(), end, tree,
        )  # fmt: skip

    def _history(self) -> InjectionHistory:
        forward = np.array(self.forward)
        below = volume_below_ml(self.stream, find_ways(self.stream, self.begun.still))
        moves = forward > 0.0
        clearance = np.where(moves, below / np.where(moves, forward, 1.0), np.inf)
        return InjectionHistory(
            np.array(self.given, np.int64), np.array(self.refluxed, np.int64), forward, clearance,
            np.array(self.flows),
        )  # fmt: skip


def volume_below_ml(stream: TipStream, ways: FlowWays) -> float:
    """Of the vessels that blood from the tip goes through; beds are left out.

    Args:
        stream: that holds the tip.
        ways: by the flow with nothing injected.
    """
    volume, waiting = 0.0, [ways.begin]
    lumens = stream.volume_ml
    while waiting:
        node = waiting.pop()
        exits = ways.target[ways.first[node] : ways.first[node + 1]]
        for vessel in exits[exits < len(lumens)].tolist():
            volume += float(lumens[vessel])
            waiting.append(int(ways.beyond[vessel]))
    return volume
