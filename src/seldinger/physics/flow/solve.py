"""Solve: steady, marched, periodic; a tree by elimination, any other graph as a sparse matrix.

Each takes a network, or the ``Circuit`` of one, which is quicker to solve again after a change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from seldinger.core.errors import SimulationError
from seldinger.physics.flow import graph, tree
from seldinger.physics.flow.circuit import assemble
from seldinger.physics.flow.network import Network
from seldinger.physics.flow.result import FlowWaves, SteadyFlow
from seldinger.physics.flow.settings import MarchSettings, PeriodSettings

if TYPE_CHECKING:
    from seldinger.physics.flow.circuit import Circuit

Solution = TypeVar("Solution", SteadyFlow, FlowWaves)


def solve_steady(
    network: Network | Circuit, near: SteadyFlow | None = None, *, plain: bool = False
) -> SteadyFlow:
    """Pressure and flow under the means of what is given at the boundary.

    Args:
        network: a network, or its circuit.
        near: a solution to begin with, as before a change.
        plain: solve a tree as any other graph.

    Raises:
        SimulationError: there is no solution, or more than one.
    """
    circuit = assemble(network) if isinstance(network, Network) else network
    guess = None if near is None else near.start_ml_per_s
    found = None
    if circuit.tree is not None and not plain:
        found = tree.steady(circuit, circuit.tree, guess)
    return _finite(found or graph.steady(circuit, guess))


def march(
    network: Network | Circuit, settings: MarchSettings | None = None, *, plain: bool = False
) -> FlowWaves:
    """Pressure and flow through time, second order in the step.

    Args:
        network: a network, or its circuit.
        settings: cycles and steps; ten of a thousand unless given.
        plain: solve a tree as any other graph.

    Raises:
        SimulationError: there is no solution, or nothing says how long a period is.
    """
    circuit = assemble(network) if isinstance(network, Network) else network
    chosen = settings or MarchSettings()
    period_s = _period_s(circuit, chosen.period_s)
    begun = solve_steady(circuit, plain=plain)
    found = None
    if circuit.tree is not None and not plain:
        found = tree.march(circuit, circuit.tree, chosen, period_s, begun)
    return _finite(found or graph.march(circuit, chosen, period_s, begun))


def solve_period(
    network: Network | Circuit, settings: PeriodSettings | None = None, *, plain: bool = False
) -> FlowWaves:
    """The state that repeats with the period of the boundary, found without marching to it.

    Args:
        network: a network, or its circuit.
        settings: samples and tolerance.
        plain: solve a tree as any other graph.

    Raises:
        SimulationError: there is no solution, or nothing at the boundary has a period.
    """
    circuit = assemble(network) if isinstance(network, Network) else network
    chosen = settings or PeriodSettings()
    period_s = _period_s(circuit, None)
    begun = solve_steady(circuit, plain=plain)
    found = None
    if circuit.tree is not None and not plain:
        found = tree.periodic(circuit, circuit.tree, chosen, period_s, begun)
    return _finite(found or graph.periodic(circuit, chosen, period_s, begun))


def _finite(found: Solution) -> Solution:
    """``found``, if its last moment is one of numbers."""
    if not all(
        np.isfinite(np.atleast_2d(part)[-1]).all() for part in (found.end_mmhg, found.end_ml_per_s)
    ):
        raise SimulationError(
            "the network's numbers are so large or so far apart that no answer can be reckoned: "
            "look for a wrong unit among its resistances"
        )
    return found


def _period_s(circuit: Circuit, told: float | None) -> float:
    own = circuit.network.period_s
    if own is None:
        if told is None:
            raise SimulationError(
                "nothing at the boundary changes with time, so there is no period: solve the "
                "steady state, or tell how long a cycle is"
            )
        return told
    if told is not None and own != told:
        raise SimulationError(
            f"a period of {told:g} s was told, and the boundary repeats after {own:g} s: leave it "
            "out"
        )
    return own
