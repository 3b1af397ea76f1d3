"""How long a step may be, and how many stages a longer one needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from seldinger.physics.thermal.model import TwoCompartmentFlow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.physics.thermal.bodies import Wall
    from seldinger.physics.thermal.model import Model
    from seldinger.physics.thermal.properties import Tissue

_FACES = 6
_LEAST_STAGES = 3


def may_freeze(model: Model) -> bool:
    """Whether anything here is cold enough to freeze a tissue."""
    starts = [t.freezing.start_c for t in model.tissues if t.freezing is not None]
    return bool(starts) and model.lowest_c < max(starts)


def list_phases(tissue: Tissue, model: Model) -> list[tuple[float, float]]:
    """Conductivity and heat capacity of each phase that this tissue may be in."""
    phases = [(tissue.conductivity_w_per_m_k, tissue.capacity_j_per_m3_k)]
    ice, steam = tissue.freezing, tissue.boiling
    if ice is not None and may_freeze(model):
        phases.append((ice.conductivity_w_per_m_k, ice.capacity_j_per_m3_k))
    hottest = max([t for b in model.held for t in b.programme.temperatures_c], default=-math.inf)
    heated = model.sources or model.radiofrequency is not None
    if steam is not None and (heated or hottest > steam.start_c):
        phases.append((steam.conductivity_w_per_m_k, steam.capacity_j_per_m3_k))
    return phases


def stable_step_s(model: Model, material: NDArray[np.uint8], walls: Sequence[Wall]) -> float:
    """Longest explicit step at which no cell can overshoot its neighbours, in any phase, s.

    ``material``, (i, j, k), numbers the tissues; ``walls`` are those of bodies.
    """
    area = (model.grid.spacing_mm[0] * 1e-3) ** 2
    all_phases = [list_phases(t, model) for t in model.tissues]
    most = max(k for phase in all_phases for k, _ in phase)
    share = 1.0 if model.perfusion_share is None else float(model.perfusion_share.max())
    fastest = 0.0
    for number, (tissue, phase) in enumerate(zip(model.tissues, all_phases, strict=True), start=1):
        if not (material == number).any():
            continue
        blood = tissue.perfusion_per_s * model.blood.capacity_j_per_m3_k * share
        if isinstance(model.flow, TwoCompartmentFlow):
            blood = model.flow.exchange_w_per_m3_k
        for k, c in phase:
            face = 2.0 * k * most / (k + most) / area
            fastest = max(fastest, (_FACES * face + blood) / c)
            fastest = max(fastest, (_walled(walls, material == number, k, face) + blood) / c)
    return 1.0 / fastest


def _walled(walls: Sequence[Wall], here: NDArray[np.bool_], k: float, face: float) -> float:
    """Strongest exchange of a cell beside bodies, W/(m3 K)."""
    total: dict[int, float] = {}
    inside = here.ravel()
    for wall in walls:
        gained = wall.conductance(np.full(wall.cells.size, k)) - wall.faces * face
        mine = inside[wall.cells]
        for cell, value in zip(wall.cells[mine].tolist(), gained[mine].tolist(), strict=True):
            total[cell] = total.get(cell, 0.0) + value
    return _FACES * face + max(total.values(), default=0.0)


def count_stages(step_s: float, stable_s: float) -> int:
    """Fewest stages of RKL2 that make ``step_s`` stable."""
    needed = math.ceil((math.sqrt(9.0 + 16.0 * step_s / stable_s) - 1.0) / 2.0)
    return max(_LEAST_STAGES, needed)


def rkl2_coefficients(count: int) -> list[tuple[float, float, float, float]]:
    """RKL2 in ``count`` stages (Meyer, Balsara and Aslam 2014).

    For each stage: weights of the last stage and of the one before, and of the rates at the last
    stage and at the start, in units of the step. What is missing to one is the weight of the start.
    """
    b = [1 / 3, 1 / 3, *((j * j + j - 2) / (2 * j * (j + 1)) for j in range(2, count + 1))]
    b[0] = b[1] = b[2]
    w = 4.0 / (count * count + count - 2)
    table = [(0.0, 0.0, b[1] * w, 0.0)]
    for j in range(2, count + 1):
        mu = (2 * j - 1) / j * b[j] / b[j - 1]
        nu = -(j - 1) / j * b[j] / b[j - 2]
        table.append((mu, nu, mu * w, -(1.0 - b[j - 1]) * mu * w))
    return table
