"""Transport: contrast or drug that is injected at a node and carried passively by a solved flow.

Passive: neither the volume that is injected nor its viscosity changes the flow. Where the rate is
not small against the flow of the vessel, put it into the network as a ``FlowBoundary`` first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.kernels import transport as compiled
from seldinger.kernels import transport_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.flow.transport_field import TransportField

    Floats = NDArray[np.float64]

_STABLE = 1e-9


@dataclass(frozen=True, slots=True)
class Injection:
    """A bolus or an infusion at a node; the amount is in whatever unit the caller counts.

    Attributes:
        node: where it is given.
        start_s: when it begins.
        duration_s: how long it takes.
        rate_ml_per_s: of the liquid.
        amount_per_ml: in the liquid: mg of iodine or of drug, for instance.

    Raises:
        ValueError: on construction, a number is negative, or not positive where it must be.
    """

    node: str
    start_s: float
    duration_s: float
    rate_ml_per_s: float
    amount_per_ml: float

    def __post_init__(self) -> None:
        numbers = (self.start_s, self.duration_s, self.rate_ml_per_s, self.amount_per_ml)
        if not all(math.isfinite(n) and n >= 0.0 for n in numbers) or self.duration_s == 0.0:
            raise ValueError(
                f"injection at {self.node}: start, rate and content are 0 or more and finite, and "
                f"it takes some time, got {numbers}"
            )


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """How long something is carried, and what is kept.

    Attributes:
        duration_s: from the first row of the field.
        every: rows of the field between two frames that are kept.
        dispersion_mm2_per_s: along every vessel, on top of plug flow.
        begin_per_ml: concentration everywhere at the start.
        entering_per_ml: concentration of the blood that enters the network.

    Raises:
        ValueError: on construction, a number is out of its range.
    """

    duration_s: float
    every: int = 1
    dispersion_mm2_per_s: float = 0.0
    begin_per_ml: float = 0.0
    entering_per_ml: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.duration_s) and self.duration_s > 0.0 and self.every >= 1):
            raise ValueError(
                f"{self.duration_s} s, a frame every {self.every} rows; give a positive time and "
                "one row or more"
            )
        others = (self.dispersion_mm2_per_s, self.begin_per_ml, self.entering_per_ml)
        if not all(math.isfinite(n) and n >= 0.0 for n in others):
            raise ValueError(f"dispersion and concentrations of {others}; they are 0 or more")


@dataclass(frozen=True, slots=True, eq=False)
class Transported:
    """Where the amount is, over time: f + 1 frames, n cells of v vessels, N nodes.

    Attributes:
        field: what carried it.
        time_s: (f + 1,) from 0.
        amount: (f + 1, n) in every cell, in the unit of the injections.
        waiting: (f + 1, N) injected at a node and not yet carried off, for want of flow.
        given: (f + 1,) injected so far.
        entered: (f + 1, N) with blood that entered there.
        left: (f + 1, N) with blood that left the network there.
        volume_ml: (f + 1, n) of the cells.
    """

    field: TransportField
    time_s: Floats
    amount: Floats
    waiting: Floats
    given: Floats
    entered: Floats
    left: Floats
    volume_ml: Floats

    def __repr__(self) -> str:
        return f"<Transported: {self.field!r}, {len(self.time_s)} frames>"

    @property
    def per_ml(self) -> Floats:
        """(f + 1, n) concentration in every cell."""
        return self.amount / self.volume_ml

    def vessel_per_ml(self) -> Floats:
        """(f + 1, v) mean concentration in every vessel."""
        first = self.field.first[:-1]
        found: Floats = np.add.reduceat(self.amount, first, axis=1) / np.add.reduceat(
            self.volume_ml, first, axis=1
        )
        return found

    def imbalance(self) -> Floats:
        """(f + 1,) what is there, waits and left, less what was there, given and entered."""
        there = self.amount.sum(axis=1) + self.waiting.sum(axis=1) + self.left.sum(axis=1)
        found: Floats = there - self.amount[0].sum() - self.given - self.entered.sum(axis=1)
        return found


def transport(
    field: TransportField,
    injections: Sequence[Injection],
    settings: TransportSettings,
    *,
    plain: bool = False,
) -> Transported:
    """Carry ``injections`` along ``field``, whose rows repeat.

    Args:
        field: of a solved flow.
        injections: any number, anywhere.
        settings: how long, and what is kept.
        plain: by the slow twin of the kernel.

    Raises:
        ValueError: a node that is not there, or dispersion where the length of a vessel is not
            known.
    """
    if settings.dispersion_mm2_per_s > 0.0 and not np.isfinite(field.cell_mm).all():
        raise ValueError("dispersion needs the length of every vessel: give it to the field")
    frames = math.ceil(settings.duration_s / (field.row_s * settings.every) - _STABLE)
    rows = frames * settings.every
    injected = np.zeros((rows, len(field.nodes)))
    for one in injections:
        if one.node not in field.node_number:
            raise ValueError(
                f"an injection at {one.node}, which is no node of the network; give one of it"
            )
        injected[:, field.node_number[one.node]] += _per_row(one, rows, field.row_s)
    strongest = max([one.amount_per_ml for one in injections], default=0.0)
    cap = max(strongest, settings.begin_per_ml, settings.entering_per_ml)
    nodes, cells = len(field.nodes), field.cell_ml.shape[1]
    amounts, waits = np.empty((frames + 1, cells)), np.zeros((frames + 1, nodes))
    ledger = np.zeros((frames + 1, 2, nodes))
    amounts[0] = settings.begin_per_ml * field.cell_ml[0]
    loops = transport_plain if plain else compiled
    loops.carry(
        field.first, field.ends, field.is_open, np.ascontiguousarray(field.cell_ml),
        np.ascontiguousarray(field.passed_ml),
        settings.dispersion_mm2_per_s * field.row_s / field.cell_mm**2, injected,
        settings.entering_per_ml, cap, settings.every, amounts[0].copy(), waits[0].copy(),
        ledger[0].copy(), amounts, waits, ledger,
    )  # fmt: skip
    kept = np.arange(frames + 1) * settings.every
    time_s = np.asarray(kept * field.row_s, np.float64)
    given = np.concatenate([[0.0], np.cumsum(injected.sum(axis=1))])[kept]
    return Transported(
        field, time_s, amounts, waits, given, ledger[:, 0], ledger[:, 1],
        field.cell_ml[kept % len(field.passed_ml)],
    )  # fmt: skip


def _per_row(injection: Injection, rows: int, row_s: float) -> Floats:
    """(rows,) amount injected in each."""
    edges = np.arange(rows + 1) * row_s
    done = np.clip(edges - injection.start_s, 0.0, injection.duration_s)
    found: Floats = np.diff(done) * injection.rate_ml_per_s * injection.amount_per_ml
    return found
