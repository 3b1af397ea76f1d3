"""Account: where the energy of a run went, and what a reader of it must know."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from seldinger.physics.thermal import active_region, current
from seldinger.physics.thermal.result import Energy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.physics.thermal.model import Model
    from seldinger.physics.thermal.recorder import Recorder
    from seldinger.physics.thermal.step import Drying, State

_CUT_SHARE = 0.01
_REFUSED_SHARE = 0.1
_BOIL_C = 100.0
_DRY_C = 110.0
_EDGE_K = 1.0


def book_unabsorbed(state: State, drying: Drying) -> None:
    """Count what dry tissue did not take up since the powers last changed."""
    tissue = state.material > 0
    for n, (source, power) in enumerate(
        zip(state.model.sources, state.powers_w or (), strict=False)
    ):
        if source.dries:
            taken = source.density_per_m3[tissue] * drying.dry_s[tissue]
            drying.spared_j[n] += power * float(taken.sum()) * state.spacing_m**3
    drying.dry_s[:] = 0.0


def balance_energy(state: State, seen: Recorder) -> Energy:
    """The books of the whole block; what fell on cells beyond the box, blood or tissue has."""
    here, volume = state.cells, state.spacing_m**3
    tissue = state.material > 0
    inside = np.zeros_like(tissue)
    inside[here] = tissue[here]
    absorbed, beyond = [], 0.0
    for source, joule in zip(state.model.sources, state.dose_j.tolist(), strict=True):
        whole = float(source.density_per_m3[tissue].sum(dtype=np.float64)) * volume * joule
        near = float(source.density_per_m3[inside].sum(dtype=np.float64)) * volume * joule
        absorbed.append(whole)
        beyond += whole - near
    spared = [0.0] * len(absorbed)
    if state.drying is not None:
        book_unabsorbed(state, state.drying)
        spared = state.drying.spared_j.tolist()
        absorbed = [a - s for a, s in zip(absorbed, spared, strict=True)]
    sent = state.dose_j.tolist()
    if state.circuit is not None:
        whole, near = current.absorbed_j(state, state.circuit)
        absorbed.append(whole)
        beyond += whole - near
        sent.append(state.circuit.delivered_j)
        spared.append(0.0)
    stored = float(state.enthalpy[inside].sum(dtype=np.float64)) * volume - state.start_j
    to_blood = seen.to_blood_j
    if math.isfinite(active_region.memory_s(state.model)):
        to_blood += beyond
    else:
        stored += beyond
    return Energy(
        tuple(absorbed), tuple(state.given_j.tolist()), to_blood, stored, tuple(sent),
        tuple(spared),
    )  # fmt: skip


def list_warnings(state: State, seen: Recorder, energy: Energy) -> tuple[str, ...]:
    """What a reader must know before he believes the rest."""
    model = state.model
    messages = [*_refused(model, energy)]
    for source in model.sources:
        share = source.inside(model.grid)
        # A fitted absorption below one is the antenna's loss, not the grid's: compare the rim.
        rim = _rim(source.density_per_m3) * share
        if rim > _CUT_SHARE:
            messages.append(f"{source.name}: {rim:.0%} of its heat lies at the edge of the grid")
    for number, tissue in enumerate(model.tissues, start=1):
        mine = state.material == number
        if tissue.boiling is None and mine.any():
            hottest = float(seen.peak[mine].max()) + model.reference_c
            if hottest > _BOIL_C:
                messages.append(f"{tissue.name} reached {hottest:.0f} C without boiling")
    if state.circuit is not None:
        hottest = float(seen.peak[state.material > 0].max()) + model.reference_c
        if hottest > _DRY_C:
            messages.append(
                f"tissue reached {hottest:.0f} C: current was forced through dry tissue; limit the "
                f"voltage or the impedance"
            )
    return (*messages, *warn_of_edge(state.theta))


def warn_of_edge(theta: NDArray[np.floating]) -> tuple[str, ...]:
    """A warning where outermost cells, ``theta`` (i, j, k) K, changed: the grid is too small."""
    changed = np.abs(theta)
    most = max(float(np.take(changed, n, a).max()) for a in range(3) for n in (0, -1))
    if most <= _EDGE_K:
        return ()
    return (f"the edge of the grid changed by {most:.1f} K: the grid is too small",)


def _refused(model: Model, energy: Energy) -> list[str]:
    """Sources of which dry tissue took up a good deal less than it was sent."""
    per_source = zip(model.sources, energy.sent_j, energy.not_absorbed_j, strict=False)
    return [
        f"{source.name}: dried tissue did not absorb {refused / sent:.0%} of its energy; where "
        "that goes (reflected, or further out) is not modelled"
        for source, sent, refused in per_source
        if refused > _REFUSED_SHARE * sent
    ]


def _rim(density: NDArray[np.floating]) -> float:
    """Share of a source in the outermost cells."""
    total = float(density.sum(dtype=np.float64))
    inner = float(density[1:-1, 1:-1, 1:-1].sum(dtype=np.float64))
    return 1.0 - inner / total if total > 0.0 else 0.0
