"""Liquid: a front that blood carries from the tip until it has set, or nothing is left to give.

The liquid keeps to the flow's shares at every junction, and to its share of the flow in every
cross-section: given slower than blood flows it fills a part of the lumen, given faster it fills all
and goes back. All of it stands still when the first of it sets, or when the last has been given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.core.formatting import short_repr
from seldinger.physics.particles.stream import TipStream, open_stream
from seldinger.physics.particles.ways import FlowWays, find_ways

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.particles.injection import CatheterTip
    from seldinger.physics.particles.tree import ParticleTree

    Floats = NDArray[np.float64]

_MM3_PER_ML = 1e3


@dataclass(frozen=True, slots=True)
class Liquid:
    """What is on the table.

    Attributes:
        held_ml: never more is given.
        setting_s: from meeting blood until it has set.

    Raises:
        SimulationError: on construction, one of them is not positive.
    """

    held_ml: float
    setting_s: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(one) and one > 0.0 for one in (self.held_ml, self.setting_s)):
            raise SimulationError(
                f"{self.held_ml:g} mL of a liquid that sets in {self.setting_s:g} s; both are "
                "positive and finite"
            )


class FrontEnd(Enum):
    """Why the front stands."""

    SET = "set"
    ALL_GIVEN = "all given"


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """Where a liquid stands, in mL.

    Attributes:
        tree: that it was given into.
        asked_ml, given_ml: the rest is left in the syringe.
        vessel_ml: (v,).
        generation_ml: (b, g) in the generations of the beds.
        lung_ml: (b,) through each bed.
        left_ml: (o,) out of the network, in the order of its given boundaries.
        refluxed_ml: of what was given, that which went upstream from the tip.
        reach_mm, reflux_mm: along vessels, how far it came from the tip, and how far upstream.
        finest_um: calibre of the narrowest vessel it came to.
        end: why it stands.
    """

    tree: ParticleTree
    asked_ml: float
    given_ml: float
    vessel_ml: Floats
    generation_ml: Floats
    lung_ml: Floats
    left_ml: Floats
    refluxed_ml: float
    reach_mm: float
    reflux_mm: float
    finest_um: float
    end: FrontEnd

    __repr__ = short_repr

    @property
    def filled_share(self) -> Floats:
        """(v,) of the lumen of each vessel."""
        found: Floats = self.vessel_ml / self.tree.volume_ml
        return found

    @property
    def filled(self) -> dict[str, float]:
        """Share of the lumen, by name of the vessels it came to."""
        share = self.filled_share
        return {self.tree.names[n]: float(share[n]) for n in np.flatnonzero(share)}

    def close(self, least_share: float) -> ParticleTree:
        """The tree with vessels closed that are filled to ``least_share`` or more.

        Args:
            least_share: of the lumen; above 0.
        """
        return self.tree.occlude(
            {name: 0.0 for name, share in self.filled.items() if share >= least_share}
        )


def fill(
    tree: ParticleTree, liquid: Liquid, catheter: CatheterTip, volume_ml: float | None = None
) -> Filling:
    """Give ``volume_ml`` of ``liquid`` through ``catheter``.

    Args:
        tree: vessels and beds, as blocked as they are.
        liquid: what there is.
        catheter: where its tip is and how fast it gives.
        volume_ml: all of it unless told.

    Raises:
        SimulationError: more than there is, a rate that is none, no such vessel, or no flow at the
            tip.
    """
    asked = liquid.held_ml if volume_ml is None else volume_ml
    rate = catheter.rate_ml_per_s
    if not 0.0 < asked <= liquid.held_ml:
        raise SimulationError(
            f"{asked:g} mL are asked for and there are {liquid.held_ml:g}; give some, and at most "
            "those"
        )
    if not (math.isfinite(rate) and rate > 0.0):
        raise SimulationError(f"a rate of {rate:g} mL/s; it is positive and finite")
    stream = open_stream(tree, catheter.vessel, catheter.along)
    circuit = stream.blocked(stream.widen(tree.kept), tree.begun_lodged())
    ways = find_ways(stream, stream.solve(circuit, rate))
    front = _Front(stream, ways, min(liquid.setting_s, asked / rate))
    front.spread(rate)
    end = FrontEnd.SET if liquid.setting_s < asked / rate else FrontEnd.ALL_GIVEN
    return front.told(asked, rate, end)


class _Front:
    """A liquid on its way, for ``lasts`` seconds."""

    def __init__(self, stream: TipStream, ways: FlowWays, lasts: float) -> None:
        self.stream, self.ways, self.lasts = stream, ways, lasts
        places = ways.places
        self.volume = stream.volume_ml
        self.vessel = np.zeros(places.vessels)
        self.generation = np.zeros((places.beds, places.deep))
        self.lung, self.left = np.zeros(places.beds), np.zeros(places.ends)
        self.reach = [0.0, 0.0]
        self.finest_mm = math.inf

    def spread(self, rate: float) -> None:
        """From the tip through all exits; a node waits with the liquid's flow, when and whence."""
        waiting = [(self.ways.begin, rate, 0.0, 0.0, -1, 0)]
        while waiting:
            node, carried, when, far, came, side = waiting.pop()
            begin, stop = self.ways.first[node], self.ways.first[node + 1]
            if begin == stop:
                # Nothing flows on: it gathers where it is.
                self.vessel[came] += carried * (self.lasts - when)
            shares = np.diff(self.ways.share[begin:stop], prepend=0.0)
            for way, share in zip(range(begin, stop), shares.tolist(), strict=True):
                to, part, side_now = int(self.ways.target[way]), carried * share, side
                if came < 0:
                    side_now = int(to == self.ways.back)
                if to < len(self.volume):
                    arrived = self._enter_vessel(to, way, part, when, far, side_now)
                    if arrived < self.lasts:
                        on = far + float(self.stream.length_mm[to])
                        waiting.append((int(self.ways.leads[way]), part, arrived, on, to, side_now))
                else:
                    self._leave(to - len(self.volume), way, part, when, came)

    def _enter_vessel(
        self, vessel: int, way: int, part: float, when: float, far: float, side: int
    ) -> float:
        """Fill it as far as time allows; when the front would come to its end."""
        takes = float(self.volume[vessel]) / float(self.ways.flow[way])
        spent = min(takes, self.lasts - when)
        self.vessel[vessel] += part * spent
        self.finest_mm = min(self.finest_mm, float(self.ways.calibre[vessel]))
        gone = far + float(self.stream.length_mm[vessel]) * spent / takes
        self.reach[side] = max(self.reach[side], gone)
        return when + takes

    def _leave(self, place: int, way: int, part: float, when: float, came: int) -> None:
        """Fill a bed, or leave the network."""
        beds = self.ways.places.beds
        if place >= beds:
            self.left[place - beds] += part * (self.lasts - when)
            return
        made = self.ways.generations
        calibre = made.calibre_mm[place]
        # Every generation is as long for its calibre as the vessel that came before.
        cut = self.stream.cut if came >= len(self.volume) - 1 or came < 0 else came
        slender = float(self.stream.tree.length_mm[cut] / self.stream.tree.diameter_mm[cut])
        volume = made.number[place] * math.pi / 4.0 * calibre**3 * slender / _MM3_PER_ML
        takes = np.cumsum(volume / float(self.ways.flow[way]))
        reached = np.minimum(takes, self.lasts - when)
        spent = np.diff(reached, prepend=0.0)
        self.generation[place] += part * spent
        self.lung[place] += part * (self.lasts - when - float(reached[-1]))
        entered = (spent > 0.0) & (calibre > 0.0)
        self.finest_mm = min(self.finest_mm, float(calibre[entered].min(initial=math.inf)))

    def told(self, asked: float, rate: float, end: FrontEnd) -> Filling:
        """What came of it."""
        vessel, cut = self.vessel[:-1].copy(), self.stream.cut
        vessel[cut] += self.vessel[-1]
        given = min(asked, rate * self.lasts)
        return Filling(
            self.stream.tree, asked, given, vessel, self.generation, self.lung, self.left,
            given * self.ways.back_share, self.reach[0], self.reach[1], 1e3 * self.finest_mm, end,
        )  # fmt: skip
