"""Networks for tests: a vessel with a bed, binary trees, and random trees by hypothesis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st

from seldinger.physics.flow.boundaries import (
    CoronaryBoundary,
    FlowBoundary,
    PressureBoundary,
    ResistanceBoundary,
    Waveform,
    WindkesselBoundary,
)
from seldinger.physics.flow.network import Network, Vessel

PERIOD_S = 0.8


def constant(value: float) -> Waveform:
    return Waveform((value,))


def pulse(mean: float, swing: float, corners: int = 81) -> Waveform:
    """A smooth pulse of one harmonic and its double."""
    turn = np.linspace(0.0, 2.0 * math.pi, corners)
    values = mean + swing * (0.7 * np.sin(turn) + 0.3 * np.cos(2.0 * turn))
    return Waveform(tuple(values.tolist()), tuple(np.linspace(0.0, PERIOD_S, corners).tolist()))


def one_vessel(vessel: dict[str, float], drive: Any, bed: Any) -> Network:
    """``drive`` -> vessel -> ``bed``; the nodes are a and b."""
    made = Vessel(
        "v", "a", "b", vessel.get("r", 0.0), vessel.get("c", 0.0), vessel.get("l", 0.0),
        vessel.get("k", 0.0),
    )  # fmt: skip
    return Network((made,), (drive, bed))


def pumped(flow: float | Waveform) -> FlowBoundary:
    wave = flow if isinstance(flow, Waveform) else constant(flow)
    return FlowBoundary("in", "a", wave)


def pressed(pressure: float | Waveform, node: str = "a", name: str = "in") -> PressureBoundary:
    wave = pressure if isinstance(pressure, Waveform) else constant(pressure)
    return PressureBoundary(name, node, wave)


def resisted(resistance: float, distal: float = 0.0, node: str = "b") -> ResistanceBoundary:
    return ResistanceBoundary("out", node, resistance, distal)


def binary_tree(levels: int, losses: int = 0) -> Network:
    """A symmetric tree of 2^levels - 1 vessels, the first ``losses`` after the root lossy."""
    count = 2**levels - 1
    vessels, boundaries = [], [FlowBoundary("in", "root", pulse(20.0, 30.0))]
    beds = []
    for i in range(1, count + 1):
        size = 2.0 ** math.floor(math.log2(i))
        start = "root" if i == 1 else f"n{i // 2}"
        loss = 1e-4 * size**2 if 2 <= i < 2 + losses else 0.0
        vessels.append(
            Vessel(f"v{i}", start, f"n{i}", 0.02 * size**0.4, 0.05 / size, 0.005 * size**0.3, loss)
        )
        if 2 * i > count:
            beds.append(
                WindkesselBoundary(f"b{i}", f"n{i}", 0.1 * size, 1.0 / size, 0.9 * size, 5.0)
            )
    return Network(tuple(vessels), (*boundaries, *beds))


def _bed(name: str, node: str, kind: int) -> Any:
    """One of five boundaries."""
    match kind:
        case 0:
            return ResistanceBoundary(name, node, 3.0, 4.0)
        case 1:
            return WindkesselBoundary(name, node, 0.2, 0.5, 2.5, 6.0)
        case 2:
            return CoronaryBoundary(name, node, 1.0, 0.02, 2.0, 0.1, 1.5, pulse(40.0, 30.0), 3.0)
        case 3:
            return PressureBoundary(name, node, pulse(60.0, 10.0))
        case _:
            return FlowBoundary(name, node, pulse(-1.0, 0.5))


@st.composite
def random_trees(draw: st.DrawFn) -> Network:
    """Up to a dozen vessels either way round, any boundary at the ends, sometimes a loss."""
    count = draw(st.integers(1, 12))
    vessels, degree = [], [0] * (count + 1)
    for i in range(1, count + 1):
        parent = draw(st.integers(max(0, i - 4), i - 1))
        ends = (f"n{parent}", f"n{i}") if draw(st.booleans()) else (f"n{i}", f"n{parent}")
        r, c, inertance, loss = (
            draw(st.sampled_from(values))
            for values in ((0.05, 0.3, 2.0), (0.0, 0.02, 0.4), (0.0, 0.002, 0.02), (0.0, 0.01))
        )
        vessels.append(Vessel(f"v{i}", *ends, r, c, inertance, loss))
        degree[parent] += 1
        degree[i] += 1
    ends_at = [n for n, met in enumerate(degree) if met == 1]
    drive = draw(st.booleans())
    source = pulse(8.0, 12.0) if drive else pulse(95.0, 25.0)
    kind = FlowBoundary if drive else PressureBoundary
    boundaries = [kind("in", f"n{ends_at[0]}", source), _bed("first", f"n{ends_at[1]}", 1)]
    boundaries += [_bed(f"b{n}", f"n{n}", draw(st.integers(0, 4))) for n in ends_at[2:]]
    return Network(tuple(vessels), tuple(boundaries))


@st.composite
def random_graphs(draw: st.DrawFn) -> Network:
    """A random tree with up to three vessels more, which close rings."""
    tree = draw(random_trees())
    more = []
    for n in range(draw(st.integers(0, 3))):
        one = draw(st.sampled_from(tree.nodes))
        other = draw(st.sampled_from([node for node in tree.nodes if node != one]))
        loss = draw(st.sampled_from((0.0, 0.02)))
        more.append(Vessel(f"ring{n}", one, other, 0.7, 0.03, 0.004, loss))
    return Network((*tree.vessels, *more), tree.boundaries)


def rows(solved: Any) -> Any:
    """Pressures and flows of a solution, (4, ...)."""
    return np.array(
        [solved.start_mmhg, solved.end_mmhg, solved.start_ml_per_s, solved.end_ml_per_s]
    )
