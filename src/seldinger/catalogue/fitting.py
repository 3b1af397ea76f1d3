"""Fitting: the numbers of a source that make this project's solver draw a published table.

A fit is a chart turned into a source: it belongs to the tissue, the perfusion and the law of damage
it was made with, and says nothing about physiology. Beside it stands what it misses, row by row,
and what it misses of settings it has not seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize

from seldinger.catalogue.applicators import Fit
from seldinger.catalogue.drawing import COUNTED_ABOVE_C, Table, draw_rows
from seldinger.catalogue.tissues import physical
from seldinger.core.progress import silent
from seldinger.physics.thermal.damage import liver_arrhenius

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.catalogue.applicators import Applicator, Zone
    from seldinger.core.progress import Progress
    from seldinger.physics.thermal.axial import AxialZone

_WORST_MM = 50.0
"""What a row misses where the solver draws no zone, or one that leaves its lattice."""
_ENOUGH = 2.0
_SEEN = ("width_mm", "length_mm", "centre_behind_tip_mm", "beyond_tip_mm")
_STEP = 0.01
_CLOSE = 1e-4
_AT_BOUND = 1e-3


@dataclass(frozen=True, slots=True)
class _Number:
    """One number to be found: its start, its bounds, and whether it is sought by its logarithm."""

    name: str
    start: float
    low: float
    high: float
    logarithmic: bool

    def to_search(self, value: float) -> float:
        return math.log(value) if self.logarithmic else value

    def from_search(self, value: float) -> float:
        return math.exp(value) if self.logarithmic else value


_MICROWAVE = (
    _Number("attenuation_per_mm", 0.05, 0.002, 0.5, logarithmic=True),
    _Number("sigma_mm", 9.0, 2.0, 30.0, logarithmic=True),
    _Number("behind_tip_mm", 12.0, 0.0, 60.0, logarithmic=False),
    _Number("efficiency", 0.5, 0.02, 1.0, logarithmic=True),
)


@dataclass(frozen=True, slots=True)
class Miss:
    """One length of one row, and what the fit draws; positive misses are drawn too large.

    Attributes:
        setting: of the row.
        level: of the row.
        quantity: as the row calls it, in mm.
        published_mm, drawn_mm: the two; nothing drawn where there was no zone.
        fitted: whether the fit saw it; beyond_tip_mm follows from length and centre.
    """

    setting: str
    level: str
    quantity: str
    published_mm: float
    drawn_mm: float | None
    fitted: bool

    @property
    def miss_mm(self) -> float | None:
        """Drawn less published."""
        return None if self.drawn_mm is None else self.drawn_mm - self.published_mm


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of an attempt to fit a table.

    Attributes:
        fit: none where none can be made honestly; ``why`` says so.
        why: in words.
        misses: of every row the solver can draw.
        left_out: (setting, root mean square in mm) of each setting, drawn by a fit to the others.
        not_drawn: settings that no axial run can draw.
    """

    fit: Fit | None
    why: str
    misses: tuple[Miss, ...]
    left_out: tuple[tuple[str, float], ...]
    not_drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """What is fitted, and which numbers are sought."""

    table: Table
    numbers: tuple[_Number, ...]

    @property
    def applicator(self) -> Applicator:
        return self.table.applicator

    @property
    def rows(self) -> tuple[Zone, ...]:
        return self.table.rows


def fit(applicator: Applicator, tissue: str | None = None, progress: Progress = silent) -> Fitted:
    """Fit an applicator's source to its table; deterministic.

    Args:
        applicator: with its table.
        tissue: in which the table is taken to be; none: liver, or gel for cold.
        progress: told once per fit; may raise ``Cancelled``.

    Raises:
        CatalogueError: no such tissue.
    """
    cold = applicator.modality == "cryo"
    medium = tissue or ("gel" if cold else "liver")
    task = _Task(Table.from_applicator(applicator, physical(medium)), _numbers(applicator))
    not_drawn = tuple(z.setting for z in applicator.zones if z not in task.rows)
    refused = _refused(task)
    if refused is not None:
        return Fitted(None, refused, (), (), not_drawn)
    progress(f"fitting {applicator.id}", 0.0)
    numbers = _found(task, task.rows, None)
    misses = _misses(task, numbers)
    seen = np.array([_miss(m) for m in misses if m.fitted])
    left_out = _left_out(task, numbers, progress)
    per_number = len(seen) / len(task.numbers)
    why, assessable = _assessed(task, len(seen), per_number, left_out is not None)
    why += _cornered(task, numbers)
    loo = None if left_out is None else _rms(np.concatenate([m for _, m in left_out]))
    fitted = Fit(
        mode="chart-calibrated",
        numbers=MappingProxyType(numbers),
        tissue=medium,
        perfusion_per_s=task.table.tissue.perfusion_per_s,
        law="isotherm" if cold else liver_arrhenius(COUNTED_ABOVE_C).name,
        counted_above_c=None if cold else COUNTED_ABOVE_C,
        observations=len(seen),
        rms_mm=_rms(seen),
        leave_one_out_mm=loo,
        assessable=assessable,
        why=why,
    )
    return Fitted(fitted, why, misses, _by_setting(left_out), not_drawn)


def redraw(applicator: Applicator, fit: Fit) -> Mapping[Zone, AxialZone | None]:
    """What the solver draws for every row it can draw, with a fit's numbers, tissue and blood."""
    blood = {f"{fit.tissue}.perfusion_per_s": fit.perfusion_per_s}
    table = Table.from_applicator(applicator, physical(fit.tissue, blood))
    return draw_rows(table, table.rows, fit.numbers)


def fit_to_toml(fit: Fit) -> str:
    """A fit as the end of an applicator's file: the table ``[fit]``."""
    lines = ["[fit]", f'mode = "{fit.mode}"', f'tissue = "{fit.tissue}"']
    lines += [f"perfusion_per_s = {fit.perfusion_per_s!r}", f'law = "{fit.law}"']
    if fit.counted_above_c is not None:
        lines.append(f"counted_above_c = {fit.counted_above_c!r}")
    lines += [f"observations = {fit.observations}", f"rms_mm = {round(fit.rms_mm, 3)!r}"]
    if fit.leave_one_out_mm is not None:
        lines.append(f"leave_one_out_mm = {round(fit.leave_one_out_mm, 3)!r}")
    lines += [f"assessable = {str(fit.assessable).lower()}", f'why = "{fit.why}"', ""]
    lines += ["[fit.numbers]", *(f"{k} = {v:.6g}" for k, v in fit.numbers.items()), ""]
    return "\n".join(lines)


def replace_fit(text: str, fit: Fit | None) -> str:
    """An applicator's file with this fit in place of the one it had."""
    lines = text.splitlines()
    starts = [n for n, line in enumerate(lines) if line.strip() in {"[fit]", "[fit.numbers]"}]
    for start in reversed(starts):
        after = [n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("[")]
        del lines[start : after[0] if after else len(lines)]
    kept = "\n".join(lines).rstrip() + "\n"
    return kept if fit is None else f"{kept}\n{fit_to_toml(fit)}"


def _numbers(applicator: Applicator) -> tuple[_Number, ...]:
    if applicator.modality == "microwave":
        return _MICROWAVE
    coldest = applicator.coolant_boiling_c
    if coldest is None:
        return ()
    return (_Number("wall_c", 0.5 * coldest, coldest, -20.0, logarithmic=False),)


def _refused(task: _Task) -> str | None:
    """Why there is no fit to make; none where there is."""
    applicator, rows = task.applicator, task.rows
    if applicator.modality == "radiofrequency":
        return (
            "not assessable: a generator decides the power by itself, so that a source fitted to "
            "sizes alone would fit the controller; the table, the electrode and the declared "
            "controller are there for the engine's own radiofrequency"
        )
    if not rows:
        return "not assessable: no row tells one probe, its time and (for microwave) its power"
    settings = [(z.power_w, z.seconds, z.level, z.medium_c) for z in rows]
    if len(set(settings)) < len(settings):
        return "not assessable: rows of one setting differ, so that more than the device decides"
    seen = sum(len(_lengths(z)) for z in rows)
    if applicator.modality == "microwave" and all(
        z.centre_behind_tip_mm is None and z.beyond_tip_mm is None for z in rows
    ):
        return "not assessable: no row tells where the zone lies along the shaft"
    if seen < len(task.numbers):
        return f"not assessable: {seen} observations for {len(task.numbers)} numbers"
    return None


def _assessed(
    task: _Task,
    seen: int,
    per_number: float,
    left_out: bool,  # noqa: FBT001  said, not asked
) -> tuple[str, bool]:
    count = f"{seen} independent observations for {len(task.numbers)} fitted number(s)"
    if per_number < _ENOUGH:
        return f"not assessable: {count}, fewer than two for each", False
    if not left_out:
        return f"not assessable: {count}, but of one setting only: none can be left out", False
    return f"{count}; each setting left out in turn", True


def _cornered(task: _Task, numbers: Mapping[str, float]) -> str:
    """Which numbers ran into their bounds, as the end of a sentence."""
    reach = {n.name: n for n in task.numbers}
    stuck = [
        f"{name} ran into its bound {edge:g}"
        for name, value in numbers.items()
        for edge in (reach[name].low, reach[name].high)
        if abs(value - edge) < _AT_BOUND * abs(reach[name].high - reach[name].low)
    ]
    return f"; {', '.join(stuck)}" if stuck else ""


def _lengths(zone: Zone) -> tuple[str, ...]:
    """The independent lengths of a row: what lies beyond the tip follows from the others."""
    given = [key for key in _SEEN if getattr(zone, key) is not None]
    if "centre_behind_tip_mm" in given and "beyond_tip_mm" in given:
        given.remove("beyond_tip_mm")
    return tuple(given)


def _found(
    task: _Task, rows: Sequence[Zone], start: Mapping[str, float] | None
) -> dict[str, float]:
    """Least squares over the lengths of some rows."""
    numbers = task.numbers

    def named(x: NDArray[np.float64]) -> dict[str, float]:
        return {n.name: n.from_search(float(v)) for n, v in zip(numbers, x, strict=True)}

    def missed(x: NDArray[np.float64]) -> NDArray[np.float64]:
        zones = draw_rows(task.table, rows, named(x))
        return np.array(
            [
                _WORST_MM if zones[z] is None else getattr(zones[z], key) - getattr(z, key)
                for z in rows
                for key in _lengths(z)
            ]
        )

    begin = [n.start if start is None else start[n.name] for n in numbers]
    low = [n.to_search(n.low) if n.low > 0.0 or not n.logarithmic else -math.inf for n in numbers]
    high = [n.to_search(n.high) for n in numbers]
    x0 = [n.to_search(v) for n, v in zip(numbers, begin, strict=True)]
    inside = np.clip(x0, np.array(low) + 1e-6, np.array(high) - 1e-6)
    best = optimize.least_squares(
        missed, inside, bounds=(low, high), diff_step=_STEP, xtol=_CLOSE, ftol=_CLOSE, gtol=1e-9,
        max_nfev=40,
    )  # fmt: skip
    return named(best.x)


def _misses(task: _Task, numbers: Mapping[str, float]) -> tuple[Miss, ...]:
    zones = draw_rows(task.table, task.rows, numbers)
    misses = []
    for row in task.rows:
        for key in _SEEN:
            published = getattr(row, key)
            if published is None:
                continue
            zone = zones[row]
            value = None if zone is None else float(getattr(zone, key))
            fitted = key in _lengths(row)
            misses.append(Miss(row.setting, row.level, key, published, value, fitted))
    return tuple(misses)


def _left_out(
    task: _Task, fitted: Mapping[str, float], progress: Progress
) -> tuple[tuple[str, NDArray[np.float64]], ...] | None:
    """What each setting's rows are missed by, drawn by a fit to the other settings."""
    settings = sorted({(z.power_w or 0.0, z.seconds or 0.0, z.medium_c or 0.0) for z in task.rows})
    answers: list[tuple[str, NDArray[np.float64]]] = []
    for n, setting in enumerate(settings):
        progress(f"leaving out {n + 1} of {len(settings)}", n / len(settings))
        gone = [z for z in task.rows if _same(z, setting)]
        rest = [z for z in task.rows if not _same(z, setting)]
        if sum(len(_lengths(z)) for z in rest) < len(task.numbers) or not rest:
            return None
        numbers = _found(task, rest, fitted)
        zones = draw_rows(task.table, gone, numbers)
        missed = [
            _WORST_MM if zones[z] is None else getattr(zones[z], key) - getattr(z, key)
            for z in gone
            for key in _lengths(z)
        ]
        answers.append((gone[0].setting, np.array(missed, dtype=np.float64)))
    progress("fitted", 1.0)
    return tuple(answers)


def _same(zone: Zone, setting: tuple[float, float, float]) -> bool:
    return (zone.power_w or 0.0, zone.seconds or 0.0, zone.medium_c or 0.0) == setting


def _by_setting(
    left_out: tuple[tuple[str, NDArray[np.float64]], ...] | None,
) -> tuple[tuple[str, float], ...]:
    return () if left_out is None else tuple((name, _rms(m)) for name, m in left_out)


def _miss(miss: Miss) -> float:
    return _WORST_MM if miss.miss_mm is None else miss.miss_mm


def _rms(misses: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(misses**2)))
