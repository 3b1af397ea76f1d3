"""Simulation picture: the plane through the first axis, coloured by temperature, with its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from scipy import ndimage

from seldinger.core.space import tangents, unit
from seldinger.core.volume import Volume
from seldinger.report import palette
from seldinger.simulate.measured import compute_excess

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from seldinger.core.space import Grid, Points, Vector
    from seldinger.simulate.outcome import Outcome

_DPI = 150
_SIZE_IN = (6.4, 5.6)
_STEPS = 300
_INK, _DEAD = "#101418", "#0b7a3b"
_NEAR_MM = 1.5
"""Rods are drawn where they lie in the plane, and dashed where they only pass through it."""


def draw(outcome: Outcome) -> Figure:
    """Extreme temperature on the plane, isotherms and damage as lines, probes as strokes."""
    plane = _Plane(outcome)
    result = outcome.result
    cold = _colder(outcome)
    extreme = result.coldest_c if cold else result.peak_c
    values = plane.of(extreme)
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor="white")
    axes = figure.add_axes((0.11, 0.11, 0.74, 0.80))
    image = axes.imshow(
        values, origin="lower", extent=plane.extent, cmap="Blues_r" if cold else "inferno",
        interpolation="nearest",
    )  # fmt: skip
    for one in outcome.isotherms:
        mine = plane.of(result.coldest_c if one.side == "colder" else result.peak_c)
        _line(axes, plane, mine, one.temperature_c, f"{one.temperature_c:g} °C", palette.HALO
              if cold else palette.INK)  # fmt: skip
    for law in result.laws:
        beyond = Volume(compute_excess(law, result), plane.grid, "1")
        _line(axes, plane, plane.of(beyond), 0.0, law.name, palette.TARGET)
    for line in outcome.lines:
        _rod(axes, plane, line.tip_lps_mm, line.hub_lps_mm)
    axes.set_xlim(plane.extent[0], plane.extent[1])
    axes.set_ylim(plane.extent[2], plane.extent[3])
    axes.set_aspect("equal")
    axes.set_xlabel("mm across")
    axes.set_ylabel(f"mm along the axis of {outcome.axis.name}")
    axes.set_title(outcome.experiment.asked.title or "simulated ablation", fontsize=10, color=_INK)
    side = figure.add_axes((0.87, 0.11, 0.025, 0.80))
    figure.colorbar(image, cax=side, label="lowest °C" if cold else "highest °C")
    return figure


def _colder(outcome: Outcome) -> bool:
    """Whether cold is what happened."""
    down = outcome.initial_c - float(outcome.result.coldest_c.values.min())
    return down > float(outcome.result.peak_c.values.max()) - outcome.initial_c


class _Plane:
    """The plane through the tip, along the axis, and across it towards the next probe."""

    def __init__(self, outcome: Outcome) -> None:
        axis = outcome.axis
        self.grid: Grid = outcome.result.peak_c.grid
        self.middle = np.asarray(axis.tip_lps_mm)
        self.up = unit(np.asarray(axis.axis_lps))
        self.across = tangents(self.up)[0]
        if len(outcome.lines) > 1:
            aside = np.asarray(outcome.lines[1].tip_lps_mm) - self.middle
            aside = aside - (aside @ self.up) * self.up
            if float(np.linalg.norm(aside)) > _NEAR_MM:
                self.across = unit(aside)
        corners = np.array(np.meshgrid(*[(-0.5, n - 0.5) for n in self.grid.shape]))
        flat = self.project(self.grid.to_lps(corners.reshape(3, -1).T))
        low, high = flat.min(axis=0), flat.max(axis=0)
        self.extent = (float(low[0]), float(high[0]), float(low[1]), float(high[1]))
        x, y = (
            a + (b - a) * (np.arange(_STEPS) + 0.5) / _STEPS
            for a, b in ((low[0], high[0]), (low[1], high[1]))
        )
        self.x, self.y = x, y
        places = self.middle + x[None, :, None] * self.across + y[:, None, None] * self.up
        index = self.grid.to_index(places.reshape(-1, 3))
        self.index = index
        inside = ((index >= -0.5) & (index <= np.asarray(self.grid.shape) - 0.5)).all(axis=1)  # noqa: PLR2004
        self.outside = ~inside.reshape(_STEPS, _STEPS)

    def project(self, points: Points) -> Points:
        """Points (n, 3) as (n, 2): across, along."""
        away = points - self.middle
        return np.stack([away @ self.across, away @ self.up], axis=-1)

    def of(self, volume: Volume) -> NDArray[np.float64]:
        """A volume on the plane; not a number outside the grid."""
        values: NDArray[np.float64] = ndimage.map_coordinates(
            volume.values.astype(np.float64), self.index.T, order=1, mode="nearest"
        ).reshape(_STEPS, _STEPS)
        values[self.outside] = np.nan
        return values


def _line(
    axes: Axes, plane: _Plane, values: NDArray[np.float64], level: float, name: str, colour: str
) -> None:
    """One contour with its name, if the plane has it."""
    known = values[np.isfinite(values)]
    if not known.size or not float(known.min()) < level < float(known.max()):
        return
    drawn_line: Any = axes.contour(
        plane.x, plane.y, values, levels=[level], colors=[colour], linewidths=1.3
    )
    axes.clabel(drawn_line, fmt={level: name}, fontsize=7)


def _rod(axes: Axes, plane: _Plane, tip: Vector, hub: Vector) -> None:
    ends = np.asarray([tip, hub])
    flat = plane.project(ends)
    aside = np.abs((ends - plane.middle) @ np.cross(plane.across, plane.up)).max()
    dash = "solid" if float(aside) <= _NEAR_MM else "dashed"
    axes.plot(flat[:, 0], flat[:, 1], color=palette.NEEDLE, linewidth=2.0, linestyle=dash)
