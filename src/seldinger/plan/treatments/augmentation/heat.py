"""Heat: a tumour is heated through the cannula before cement, as far as canal and roots allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.catalogue.tissues import tissue
from seldinger.core.errors import PlanError
from seldinger.core.quantity import Spread
from seldinger.core.record import read_assumptions
from seldinger.core.space import as_vector
from seldinger.physics.thermal.model import FrozenFlow
from seldinger.plan.treatments.ablation import choice as ablation
from seldinger.plan.treatments.ablation.modalities.radiofrequency import RADIOFREQUENCY, RF_MINUTES
from seldinger.plan.wording import get_number
from seldinger.simulate.placement import Phase, make_heating
from seldinger.simulate.thermal import bone as bones
from seldinger.simulate.thermal import scene, uncertainty
from seldinger.simulate.thermal.bone import CANAL, BoneHeated, BoneScene, heat_bone
from seldinger.simulate.thermal.modalities import radiofrequency
from seldinger.simulate.thermal.setup import BODY_C, Biology, Changes, Electric, Placed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seldinger.anatomy.model import Anatomy
    from seldinger.anatomy.vertebra.model import Vertebra
    from seldinger.core.progress import Progress
    from seldinger.core.record import Assumption
    from seldinger.core.volume import Mask
    from seldinger.plan.treatments.augmentation.electrode import Seat

_ASSUMED = read_assumptions("seldinger.plan.treatments.augmentation")
AFTER, LEAST, VOXEL = (
    _ASSUMED[name] for name in ("heat_after_s", "heat_least_s", "heat_voxel_mm")
)  # fmt: skip
_SPREAD = (uncertainty.PERFUSION, uncertainty.CONDUCTIVITY, uncertainty.POWER)
_BIOLOGY = (ablation.COUNTED, ablation.LETHAL_MIN)
TISSUES = (scene.SOFT, "muscle", "fat", bones.SPONGY, bones.DENSE, "blood")
ASSUMPTIONS = (
    AFTER, LEAST, VOXEL, *bones.ASSUMPTIONS, scene.LEAST_VESSEL, *_BIOLOGY, RF_MINUTES, *_SPREAD,
    *radiofrequency.ASSUMPTIONS,
)  # fmt: skip
CANAL_LIMIT, ROOT_LIMIT = "vertebra.tumour.heat.stop", "vertebra.tumour.heat.nerve_high"
_LAW = "cem43"
"""Of electrodes without a fit: with it radiofrequency comes nearest to its tables."""
_HALF_MM = 32.0
_COARSE_MM = 2.0
_LOWER_W = (40.0, 20.0, 10.0, 5.0)
"""Tried where the electrode's own setting makes canal or roots too hot."""
_STRETCHES = (60.0, 240.0)
"""Seconds that are looked at before the whole time is: most powers are too much by then."""
_ROUNDS = 6
_Z95 = 1.645


@dataclass(frozen=True, slots=True, eq=False)
class Try:
    """One setting that was tried.

    Attributes:
        seat: where the electrode works.
        power_w: the most that the generator gives.
        seconds: for so long.
        heated: what it does, and in the time after it; None: canal or roots are too hot at once.
    """

    seat: Seat
    power_w: float
    seconds: float
    heated: BoneHeated | None


@dataclass(frozen=True, slots=True, eq=False)
class Heat:
    """How a tumour is heated.

    Attributes:
        bone: what is heated.
        usual: by the electrode's own setting, whatever canal and roots say.
        tried: gentler settings, each for as long as canal and roots allow; empty where the usual
            one is kept.
        chosen: what is done; None: nothing keeps to the limits for long enough.
        hottest_c: of canal and roots with ``chosen``, else with ``usual``, by name.
        killed: share of the tumour, likewise; None: it is not outlined.
        limits_c: by name.
        runs: beside the plan, for the spreads.
    """

    bone: BoneScene
    usual: Try
    tried: tuple[Try, ...]
    chosen: Try | None
    hottest_c: Mapping[str, Spread]
    killed: Spread | None
    limits_c: Mapping[str, float]
    runs: int

    @property
    def seat(self) -> Seat:
        """Where the electrode works."""
        return (self.chosen or self.usual).seat

    @property
    def told(self) -> BoneHeated:
        """What the figures are of."""
        done = (self.chosen or self.usual).heated
        assert done is not None  # noqa: S101  neither is made without it
        return done


def list_assumptions() -> tuple[Assumption, ...]:
    """All that heat may use, those of its tissues by "tissue.number"."""
    return (*ASSUMPTIONS, *(one for name in TISSUES for one in tissue(name).assumptions))


def plan_heat(
    vertebra: Vertebra,
    tumour: Mask | None,
    seat: Seat,
    anatomy: Anatomy | None,
    assumed: Mapping[str, float],
    progress: Progress,
) -> Heat:
    """Heat by the electrode's own setting; where that is too much, for as long as limits allow.

    Args:
        vertebra: that is treated.
        tumour: (a, b, c) bool on its grid; None: not outlined.
        seat: of the electrode.
        anatomy: whose vessels keep the temperature of blood.
        assumed: edits of assumptions by name.
        progress: told between the runs.

    Raises:
        PlanError: the engine refuses it.
    """
    own = _Runner(vertebra, tumour, seat, anatomy, assumed, VOXEL.get_value(assumed))
    progress("heat before cement", 0.0)
    usual_s, usual_w = _read_setting(seat, assumed)
    usual = Try(seat, usual_w, usual_s, own.run(usual_w, usual_s))
    tried: list[Try] = []
    chosen: Try | None = usual
    if not own.keeps(usual.heated):
        # The tip as deep as the cannula goes is farther from the canal than any other place.
        seats = {one.back_mm: one for one in (seat, seat.push_deepest())}
        lower = (usual_w, *(w for w in _LOWER_W if w < usual_w))
        for number, (one, power) in enumerate((s, w) for s in seats.values() for w in lower):
            progress("heat before cement, gentler", 0.2 + 0.5 * number / len(lower) / len(seats))
            tried.append(own.move(one).find_longest(power, usual_s))
        kept = [one for one in tried if one.heated is not None]
        chosen = max(kept, key=_worth) if kept else None
    progress("how sure the heat is", 0.75)
    taken = chosen or usual
    own = own.move(taken.seat)
    hottest, killed, runs = _spread(own, taken, assumed)
    return Heat(own.bone, usual, tuple(tried), chosen, hottest, killed, own.limits_c, runs)


def _worth(one: Try) -> tuple[float, float, float]:
    """Most of the tumour dead, then most tissue, then least power."""
    assert one.heated is not None  # noqa: S101  asked for before
    share = one.heated.killed or 0.0
    return (round(share, 3), round(one.heated.zone_ml, 2), -one.power_w)


def _read_setting(seat: Seat, assumed: Mapping[str, float]) -> tuple[float, float]:
    """Seconds and watts, as an ablation sets this electrode: the longest time of its table."""
    seconds = [z.seconds for z in seat.kind.zones if z.seconds is not None and z.probes == 1]
    last = max(seconds, default=60.0 * RF_MINUTES.get_value(assumed))
    power = seat.kind.max_power_w
    if power is None:
        raise PlanError(f"{seat.kind.id} tells no power: nothing says what its generator gives")
    return last, power


class _Runner:
    """One electrode in one vertebra, on one lattice."""

    def __init__(
        self,
        vertebra: Vertebra,
        tumour: Mask | None,
        seat: Seat,
        anatomy: Anatomy | None,
        assumed: Mapping[str, float],
        voxel_mm: float,
    ) -> None:
        middle = as_vector(0.5 * np.add(seat.tip_lps_mm, seat.end_lps_mm))
        self.parts = (vertebra, tumour, seat, anatomy, assumed)
        self.seat, self.assumed, self.voxel_mm = seat, assumed, voxel_mm
        self.bone = bones.build_bone_scene(
            vertebra,
            tumour,
            scene.make_grid(middle, _HALF_MM, voxel_mm),
            anatomy=anatomy,
            held_vessel_mm=scene.LEAST_VESSEL.get_value(assumed),
            cortex_hu=bones.CORTEX.get_value(assumed),
            root_below_mm=bones.ROOT_BELOW.get_value(assumed),
        )  # fmt: skip
        self.limits_c = {
            name: get_number(CANAL_LIMIT if name == CANAL else ROOT_LIMIT)
            for name in self.bone.spared
        }
        self.least_s = LEAST.get_value(assumed)

    def move(self, seat: Seat) -> _Runner:
        """The same with the electrode elsewhere."""
        vertebra, tumour, mine, anatomy, assumed = self.parts
        if seat == mine:
            return self
        return _Runner(vertebra, tumour, seat, anatomy, assumed, self.voxel_mm)

    def coarsen(self) -> _Runner:
        """The same on a coarser lattice."""
        return _Runner(*self.parts, max(_COARSE_MM, self.voxel_mm))

    def run(self, power_w: float, seconds: float, changes: Changes | None = None) -> BoneHeated:
        """Heat, and wait."""
        schedule = [make_heating(seconds, power_w)]
        after_s = AFTER.get_value(self.assumed)
        if after_s > 0.0:
            schedule.append(Phase("pause", after_s))
        placed = Placed(
            self.seat.kind, self.seat.tip_lps_mm, self.seat.axis_lps, tuple(schedule)
        )  # fmt: skip
        edits = {name: value for name, value in self.assumed.items() if "." in name}
        varied = replace(changes or Changes(), edits=edits)
        mode = RADIOFREQUENCY.engine.modes[0]
        biology = make_biology(self.assumed)
        return heat_bone(self.bone, placed, biology, mode, varied, lambda *_: None)

    def keeps(self, done: BoneHeated | None) -> bool:
        """Whether canal and roots stay below their limits."""
        if done is None:
            return False
        return all(done.hottest_c[name] <= limit for name, limit in self.limits_c.items())

    def find_longest(self, power_w: float, most_s: float) -> Try:
        """As long as one power may heat, looked for from short times on: those cost least."""
        seconds, last = most_s, None
        for stretch in (*(s for s in _STRETCHES if s < most_s), most_s):
            last = self.run(power_w, stretch)
            crossed = self._find_crossing_s(last)
            seconds = stretch if crossed is None else crossed
            if crossed is not None:
                break
        else:
            if self.keeps(last):
                return Try(self.seat, power_w, most_s, last)
        for _ in range(_ROUNDS):
            seconds = np.floor(seconds)
            if seconds < self.least_s:
                return Try(self.seat, power_w, float(seconds), None)
            done = self.run(power_w, float(seconds))
            if self.keeps(done):
                return Try(self.seat, power_w, float(seconds), done)
            seconds *= self._compute_room(done)
        return Try(self.seat, power_w, float(seconds), None)

    def _find_crossing_s(self, done: BoneHeated) -> float | None:
        """When the first of canal and roots passes its limit."""
        found = [
            float(done.times_s[np.argmax(curve > self.limits_c[name])])
            for name, curve in done.curves_c.items()
            if (curve > self.limits_c[name]).any()
        ]
        return min(found, default=None)

    def _compute_room(self, done: BoneHeated) -> float:
        """By how much a time is to be shortened: warming goes about with it, a little less."""
        shares = [
            (limit - BODY_C) / (done.hottest_c[name] - BODY_C)
            for name, limit in self.limits_c.items()
            if done.hottest_c[name] > limit
        ]
        return 0.98 * min(shares, default=1.0)


def make_biology(assumed: Mapping[str, float]) -> Biology:
    """What counts as dead by heat; what cold would need is there and is not read."""
    get: Callable[..., float] = lambda one: one.get_value(assumed)  # noqa: E731
    return Biology(
        law=_LAW,
        counted_above_c=get(ablation.COUNTED),
        lethal_min=get(ablation.LETHAL_MIN),
        lethal_c=ablation.LETHAL.value,
        stopped_share=ablation.STOPPED.value,
        frost=FrozenFlow(ablation.FROZEN_FLOW.value, ablation.THAWED_FLOW.value),
        ramp_s=ablation.RAMP.value,
        wall_c=ablation.WALL_C.value,
        electric=Electric(*(get(one) for one in radiofrequency.ASSUMPTIONS)),
    )


def _spread(
    own: _Runner, taken: Try, assumed: Mapping[str, float]
) -> tuple[dict[str, Spread], Spread | None, int]:
    """Each thing that is not known a standard deviation up and down, on a coarse lattice.

    Half of each pair's difference is added in squares and carried to the plan's own figure.
    """
    coarse = own.coarsen()
    spreads = {one.name: one.get_value(assumed) for one in _SPREAD}
    spreads |= {uncertainty.CAPACITY.name: 0.0, uncertainty.WALL.name: 0.0}
    pairs = [
        tuple(coarse.run(taken.power_w, taken.seconds, one) for one in pair)
        for pair in uncertainty.list_variations(spreads, cold=False).values()
    ]
    done = taken.heated
    assert done is not None  # noqa: S101  only what was run is taken
    hottest = {
        name: _make_spread(
            value, [0.5 * abs(a.hottest_c[name] - b.hottest_c[name]) for a, b in pairs], None
        )
        for name, value in done.hottest_c.items()
        if name in coarse.bone.spared
    }
    killed = None
    if done.killed is not None:
        halves = [0.5 * abs((a.killed or 0.0) - (b.killed or 0.0)) for a, b in pairs]
        killed = _make_spread(done.killed, halves, (0.0, 1.0))
    return hottest, killed, 2 * len(pairs)


def _make_spread(nominal: float, halves: list[float], within: tuple[float, float] | None) -> Spread:
    off = _Z95 * float(np.sqrt(np.sum(np.square(halves))))
    low, high = nominal - off, nominal + off
    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    return Spread(nominal, low, nominal, high)
