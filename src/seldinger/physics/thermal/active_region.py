"""The box of cells that are worth computing: it starts around what works and grows with the front.

Outside it tissue is at rest, and rest harms nothing: where it would, the box is the whole block.
The faces are looked at before every step, however rarely the run is sampled. Sources reach
everywhere a little: a cell joins the box before it has received enough to matter, and is then given
all that it should have received.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from seldinger.physics.thermal import current, damage, limit
from seldinger.physics.thermal.model import SteadyFlow
from seldinger.physics.thermal.step import restrict

if TYPE_CHECKING:
    from seldinger.physics.thermal.model import Model, Settings
    from seldinger.physics.thermal.step import State

Box = NDArray[np.int64]

_MARGIN = 4
"""Cells between the front and the faces of the box."""
_SPREAD = 7.0
"""Within a time t warmth comes about as far as the root of this times diffusivity times t."""
_WHOLE = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class SourceProfile:
    """How strong a source is at most in each plane across each axis, 1/m3."""

    planes: tuple[NDArray[Any], NDArray[Any], NDArray[Any]]

    def box(self, least: float) -> NDArray[np.int64] | None:
        """Smallest box that holds every cell of at least this strength."""
        sides: list[int] = []
        for plane in self.planes:
            planes = np.flatnonzero(plane >= least)
            if not planes.size:
                return None
            sides += [int(planes[0]), int(planes[-1]) + 1]
        return np.array(sides, dtype=np.int64)


def profile_source(density: NDArray[Any]) -> SourceProfile:
    """Profiles of a source's power density, (i, j, k) 1/m3, along each axis."""
    first, second = density.max(axis=2), density.max(axis=0)
    return SourceProfile((first.max(axis=1), first.max(axis=0), second.max(axis=0)))


def whole_box(model: Model) -> Box:
    """All cells."""
    a, b, c = model.grid.shape
    return np.array([0, a, 0, b, 0, c], dtype=np.int64)


def first_box(model: Model, settings: Settings) -> Box:
    """Where bodies are warmer or colder than the block; all of it if the block is not at rest."""
    reference = model.reference_c
    uneasy = model.perfused and abs(model.blood.temperature_c - reference) > settings.front_k
    harmed = any(damage.at_rest(law, reference, settings.front_k) for law in settings.laws)
    if isinstance(model.initial_c, np.ndarray) or uneasy or harmed:
        return whole_box(model)
    box: Box | None = None
    for body in model.held:
        warm = any(abs(t - reference) > settings.front_k for t in body.programme.temperatures_c)
        if warm or body not in model.bodies:
            found = np.argwhere(body.cells)
            low, high = found.min(axis=0), found.max(axis=0) + 1
            box = join_boxes(box, np.stack([low, high], axis=1).ravel().astype(np.int64))
    for source in model.sources:
        strongest = np.unravel_index(int(np.argmax(source.density_per_m3)), model.grid.shape)
        box = join_boxes(box, np.array([[n, n + 1] for n in strongest], dtype=np.int64).ravel())
    return whole_box(model) if box is None else clip_box(model, box, _MARGIN)


def _diffusivity_m2_per_s(model: Model) -> float:
    """The fastest of any phase that a tissue here may be in."""
    return max(k / c for t in model.tissues for k, c in limit.list_phases(t, model))


def diffusion_time_s(model: Model) -> float:
    """In what time warmth crosses the margin, s."""
    margin_m = _MARGIN * model.grid.spacing_mm[0] * 1e-3
    return margin_m * margin_m / (_SPREAD * _diffusivity_m2_per_s(model))


def margin_cells(model: Model, step_s: float) -> int:
    """The margin that warmth does not cross within a step."""
    reach_m = math.sqrt(_SPREAD * _diffusivity_m2_per_s(model) * step_s)
    return max(_MARGIN, math.ceil(reach_m / (model.grid.spacing_mm[0] * 1e-3) - _WHOLE))


def join_boxes(a: Box | None, b: Box | None) -> Box | None:
    """The smallest box that holds both."""
    if a is None or b is None:
        return b if a is None else a
    joined = np.maximum(a, b)
    joined[::2] = np.minimum(a[::2], b[::2])
    return joined


def clip_box(model: Model, box: Box, margin: int) -> Box:
    """A box with a margin, inside the grid."""
    wider = box.copy()
    wider[::2] = np.maximum(wider[::2] - margin, 0)
    wider[1::2] = np.minimum(wider[1::2] + margin, np.asarray(model.grid.shape))
    return wider


def memory_s(model: Model) -> float:
    """Blood that flows for ever carries heat away: tissue remembers no more than this time, s."""
    least = min(t.perfusion_per_s for t in model.tissues)
    if not isinstance(model.flow, SteadyFlow) or least == 0.0 or model.perfusion_share is not None:
        return math.inf
    most = max(t.capacity_j_per_m3_k for t in model.tissues)
    return most / (least * model.blood.capacity_j_per_m3_k)


def follow_front(state: State, front_k: float, margin: int) -> None:
    """Widen the box where warmth has come to its faces; asked before every step.

    Args:
        state: changed in place.
        front_k: how little warmth counts.
        margin: cells by which a face moves out.
    """
    box = state.box.copy()
    theta = state.theta[state.cells]
    most = state.model.grid.shape
    for axis in range(3):
        for end, index in ((0, 0), (1, -1)):
            if state.box[2 * axis + end] == (most[axis] if end else 0):
                continue
            face = theta[(slice(None),) * axis + (index,)]
            if max(float(face.max()), -float(face.min())) > front_k:
                box[2 * axis + end] += margin if end else -margin
    _widen(state, box)


def grow_box(
    state: State,
    reaches: list[SourceProfile],
    coming_j: NDArray[np.float64],
    seconds: float,
    front_k: float,
) -> None:
    """Widen the box where a source, ``coming_j`` of each, (n,), will soon have warmed.

    Args:
        state: changed in place.
        reaches: of each source.
        coming_j: what each source will have sent out before the next call.
        seconds: until then.
        front_k: how little warmth counts.
    """
    model = state.model
    box = state.box.copy()
    capacity = min(t.capacity_j_per_m3_k for t in model.tissues)
    longest = memory_s(model)
    count = len(reaches) + (state.circuit is not None)
    for each, source, joule in zip(reaches, model.sources, coming_j.tolist(), strict=True):
        if joule > 0.0:
            kept = min(joule, longest * max(source.schedule.power_w))
            near = each.box(front_k / count * capacity / kept)
            box = box if near is None else np.asarray(join_boxes(box, near))
    if state.circuit is not None:
        near = current.find_heated_box(state.circuit, seconds, front_k / count * capacity, longest)
        box = np.asarray(join_boxes(box, near))
    _widen(state, box)


def _widen(state: State, box: Box) -> None:
    """Let cells join."""
    box = clip_box(state.model, box, 0)
    if (box == state.box).all():
        return
    before = state.cells
    state.box = box
    state.calm[:], state.spare_calm[:] = 0, 0
    _give(state, before)
    restrict(state)


def _give(state: State, before: tuple[slice, slice, slice]) -> None:
    """Let cells that joined the box have what all sources sent them so far."""
    here, circuit = state.cells, state.circuit
    if circuit is not None:
        circuit.stale = True
    if not state.dose_j.any() and (circuit is None or not circuit.dose.any()):
        return
    fresh = np.ones([s.stop - s.start for s in here], dtype=np.bool_)
    inner = tuple(
        slice(b.start - h.start, b.stop - h.start) for b, h in zip(before, here, strict=True)
    )
    fresh[inner] = False
    fresh &= state.material[here] > 0
    for source, joule in zip(state.model.sources, state.dose_j, strict=True):
        state.enthalpy[here][fresh] += (joule * source.density_per_m3[here][fresh]).astype(
            state.dtype
        )
    if circuit is not None:
        owed = current.owed_j_per_m3(circuit, here)[fresh]
        state.enthalpy[here][fresh] += owed.astype(state.dtype)
