"""Network: what is solved: vessels between named nodes, and what stands at the boundary.

Positive flow runs from a vessel's start to its end; it may be negative. Each boundary stands alone
at its node. Nothing here knows how a network is solved.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from seldinger.core.formatting import short_repr
from seldinger.physics.flow.boundaries import FlowBoundary, boundary_waveform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.physics.flow.boundaries import Boundary

_SAME_PERIOD = 1e-9
_FEW = 3


class Connected(Protocol):
    """What joins two nodes."""

    @property
    def name(self) -> str:
        """Unique in its network."""

    @property
    def start(self) -> str:
        """Node."""

    @property
    def end(self) -> str:
        """Another node."""


class Attached(Protocol):
    """What stands at a node."""

    @property
    def name(self) -> str:
        """Unique in its network."""

    @property
    def node(self) -> str:
        """Where it stands."""


@dataclass(frozen=True, slots=True)
class Lumen:
    """How wide a vessel is: normally, and where it is narrowest.

    Raises:
        ValueError: on construction, a diameter is not positive.
    """

    diameter_mm: float
    narrowest_mm: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(d) and d > 0.0 for d in (self.diameter_mm, self.narrowest_mm)):
            raise ValueError(
                f"a lumen of {self.diameter_mm:g} mm, at its narrowest {self.narrowest_mm:g} mm; "
                "diameters are positive: close an occluded vessel by leaving it out"
            )


@dataclass(frozen=True, slots=True)
class Vessel:
    """A stretch of vessel: R and the loss at its start, then C to ground, then L to its end.

    Pressure falls by R Q + K |Q| Q before the compliance, Q being the flow at the start.

    Attributes:
        name: unique in its network.
        start, end: names of two different nodes.
        resistance_mmhg_s_per_ml: R; a negative one is noted, never changed.
        compliance_ml_per_mmhg: C, not negative.
        inertance_mmhg_s2_per_ml: L, not negative.
        loss_mmhg_s2_per_ml2: K, of a stenosis or a junction; a negative one is noted.
        lumen: None where it is unknown; then nobody can say whether the model holds there.
        junction: whose loss it stands for, where it is no vessel but a branch of a junction.

    Raises:
        ValueError: on construction, what is wrong and what is allowed.
    """

    name: str
    start: str
    end: str
    resistance_mmhg_s_per_ml: float
    compliance_ml_per_mmhg: float = 0.0
    inertance_mmhg_s2_per_ml: float = 0.0
    loss_mmhg_s2_per_ml2: float = 0.0
    lumen: Lumen | None = None
    junction: str = ""

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError(
                f"vessel {self.name} starts and ends at {self.start}; it joins two nodes: put a "
                "node between"
            )
        numbers = {
            "resistance": self.resistance_mmhg_s_per_ml,
            "compliance": self.compliance_ml_per_mmhg,
            "inertance": self.inertance_mmhg_s2_per_ml,
            "loss": self.loss_mmhg_s2_per_ml2,
        }
        for word, number in numbers.items():
            if not math.isfinite(number):
                raise ValueError(
                    f"vessel {self.name} has a {word} of {number}; every number is finite: leave "
                    "an occluded vessel out"
                )
        for word in ("compliance", "inertance"):
            if numbers[word] < 0.0:
                raise ValueError(
                    f"vessel {self.name} has a {word} of {numbers[word]:g}; it may be 0 or more: "
                    "correct it"
                )


@dataclass(frozen=True, slots=True)
class Network:
    """Vessels and boundaries that can be solved, valid from birth.

    Attributes:
        vessels: at least one; results are in this order.
        boundaries: one at every dead end, at most one at any node.
        nodes: names, in the order in which vessels name them.
        period_s: of the tables at the boundary; None where nothing changes with time.
        notes: what is legal and odd: negative resistances and losses.

    Raises:
        ValueError: on construction: a name twice, a dead end, a part that hangs on nothing, no
            pressure to refer to, periods that differ; what is allowed and what to do.
    """

    vessels: tuple[Vessel, ...]
    boundaries: tuple[Boundary, ...]
    nodes: tuple[str, ...] = field(init=False)
    period_s: float | None = field(init=False)
    notes: tuple[str, ...] = field(init=False)

    __repr__ = short_repr

    def __post_init__(self) -> None:
        object.__setattr__(self, "vessels", tuple(self.vessels))
        object.__setattr__(self, "boundaries", tuple(self.boundaries))
        if not self.vessels:
            raise ValueError("a network has no vessel: give at least one")
        object.__setattr__(self, "nodes", connected_nodes(self.vessels, self.boundaries))
        if all(isinstance(boundary, FlowBoundary) for boundary in self.boundaries):
            raise ValueError(
                "every boundary gives a flow: no pressure is known anywhere, so none can be found; "
                "let one end drain into a bed or give its pressure"
            )
        object.__setattr__(self, "period_s", common_period_s(self.boundaries))
        object.__setattr__(self, "notes", tuple(_notes(self.vessels)))


def connected_nodes(
    vessels: Sequence[Connected], boundaries: Sequence[Attached]
) -> tuple[str, ...]:
    """Nodes of a network that hangs together, in the order in which vessels name them.

    Args:
        vessels: at least one.
        boundaries: what stands at its ends.

    Raises:
        ValueError: a name twice, a dead end, a part that hangs on nothing.
    """
    _check_unique("vessel", [vessel.name for vessel in vessels])
    _check_unique("boundary", [boundary.name for boundary in boundaries])
    degree = Counter(end for v in vessels for end in (v.start, v.end))
    _check_ends(degree, boundaries)
    _check_connected(vessels, tuple(degree))
    return tuple(degree)


def _check_unique(what: str, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"{what} {twice[0]} is there twice; names are unique: rename one")


def _check_ends(degree: Counter[str], boundaries: Iterable[Attached]) -> None:
    at = Counter(boundary.node for boundary in boundaries)
    for boundary in boundaries:
        if boundary.node not in degree:
            raise ValueError(
                f"boundary {boundary.name} stands at {boundary.node}, which no vessel touches; "
                f"attach it to one of {_some(list(degree))}"
            )
        if at[boundary.node] > 1:
            raise ValueError(
                f"{at[boundary.node]} boundaries stand at {boundary.node}, {boundary.name} among "
                "them; a node carries one: put a vessel between"
            )
    dead = [node for node, ends in degree.items() if ends == 1 and node not in at]
    if dead:
        raise ValueError(
            f"{_some(dead)}: a dead end; blood must come from or go to somewhere at every end: "
            "give it a boundary, or leave the vessel out"
        )


def _check_connected(vessels: Sequence[Connected], nodes: Sequence[str]) -> None:
    ways: dict[str, list[str]] = {node: [] for node in nodes}
    for vessel in vessels:
        ways[vessel.start].append(vessel.end)
        ways[vessel.end].append(vessel.start)
    reached, waiting = {nodes[0]}, [nodes[0]]
    while waiting:
        for other in ways[waiting.pop()]:
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    if len(reached) < len(nodes):
        left = [node for node in nodes if node not in reached]
        raise ValueError(
            f"{_some(left)}: not connected with {nodes[0]}; a network hangs together: join the "
            "parts, or solve each by itself"
        )


def common_period_s(boundaries: Iterable[Boundary]) -> float | None:
    """Period of all tables among ``boundaries``; None where nothing changes with time.

    Raises:
        ValueError: two periods differ.
    """
    periods = {}
    for boundary in boundaries:
        wave = boundary_waveform(boundary)
        if wave is not None and wave.period_s is not None:
            periods[boundary.name] = wave.period_s
    if not periods:
        return None
    first, *others = periods
    for other in others:
        if not math.isclose(periods[first], periods[other], rel_tol=_SAME_PERIOD):
            raise ValueError(
                f"boundary {first} repeats after {periods[first]:g} s and {other} after "
                f"{periods[other]:g} s; all have one period: bring them to the same"
            )
    return periods[first]


def _notes(vessels: Iterable[Vessel]) -> list[str]:
    found = []
    for vessel in vessels:
        if vessel.resistance_mmhg_s_per_ml < 0.0:
            found.append(
                f"vessel {vessel.name}: negative resistance, "
                f"{vessel.resistance_mmhg_s_per_ml:.4g} mmHg s/mL; calibrated files have them: "
                "kept as it is"
            )
        if vessel.loss_mmhg_s2_per_ml2 < 0.0:
            found.append(
                f"vessel {vessel.name}: negative stenosis coefficient, "
                f"{vessel.loss_mmhg_s2_per_ml2:.4g} mmHg s2/mL2; calibrated files have them: kept "
                "as it is"
            )
    return found


def _some(names: Sequence[str]) -> str:
    """A few of ``names``, and how many more."""
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(names[:_FEW]) + more
