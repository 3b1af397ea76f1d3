"""Simulation report: what an experiment came to, as a folder of numbers, volumes and a picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.errors import SimulationError
from seldinger.core.progress import Progress, silent
from seldinger.report import folder, words
from seldinger.report.pictures import to_png
from seldinger.report.record_file import format_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from seldinger.core.volume import Volume
    from seldinger.simulate.outcome import Outcome

SCHEMA_VERSION = "1"
RESULT_FILE = "result.json"
PICTURE_FILE = "picture.png"
_CHANGED_K = 1e-3


def write(out: Path | str, outcome: Outcome, *, progress: Progress = silent) -> Path:
    """Write ``found`` as the folder ``out``; the old folder stays until the new one is complete.

    Args:
        out: a new or empty folder, or an earlier one of ours, which is replaced as a whole.
        outcome: what to write.
        progress: told what is being done; may raise ``Cancelled``.

    Returns:
        The numbers, ``out/result.json``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
        SimulationError: a number is not finite.
    """
    from seldinger.report import nifti, simulation_picture  # heavy libraries stand behind both

    place = Path(out)
    with folder.replace_folder(place) as staging:
        (staging / RESULT_FILE).write_text(to_json(outcome), encoding="utf-8")
        pages = list_volumes(outcome)
        for number, (name, volume) in enumerate(pages.items()):
            progress("volumes", number / (len(pages) + 1))
            nifti.write(staging / name, volume)
        progress("picture", len(pages) / (len(pages) + 1))
        (staging / PICTURE_FILE).write_bytes(to_png(simulation_picture.draw(outcome)))
        progress("picture", 1.0)
    return place / RESULT_FILE


def list_volumes(outcome: Outcome) -> dict[str, Volume]:
    """The volumes of a result by the names of their files; extremes only where there are any."""
    result, start = outcome.result, outcome.initial_c
    volumes = {"temperature.nii.gz": result.temperature_c}
    if float(result.peak_c.values.max()) > start + _CHANGED_K:
        volumes["peak.nii.gz"] = result.peak_c
    if float(result.coldest_c.values.min()) < start - _CHANGED_K:
        volumes["coldest.nii.gz"] = result.coldest_c
    return volumes | {f"damage-{name}.nii.gz": field for name, field in result.damage.items()}


def to_json(outcome: Outcome) -> str:
    """``found`` as the text of ``result.json``: no fields, no paths, no time; unknown is null.

    Raises:
        SimulationError: a number is not finite.
    """
    result = outcome.result
    grid = result.temperature_c.grid
    data = {
        "schema_version": SCHEMA_VERSION,
        "title": outcome.experiment.asked.title,
        "request": _named(outcome.experiment.asked),
        "measured_along": asdict(outcome.axis),
        "isotherms": [asdict(one) for one in outcome.isotherms],
        "damage": [asdict(one) for one in outcome.damage],
        "points": _points(outcome),
        "bodies": [
            {"name": name, "temperature_c": _list(result.bodies_c[:, n])}
            for n, name in enumerate(outcome.bodies)
        ],
        "times_s": _list(result.times_s),
        "energy": {
            "sent_j": dict(zip(outcome.sources_of_heat, result.energy.sent_j, strict=True)),
            "not_absorbed_j": dict(
                zip(outcome.sources_of_heat, result.energy.not_absorbed_j, strict=True)
            ),
            "elsewhere_j": dict(
                zip(outcome.sources_of_heat, result.energy.elsewhere_j, strict=True)
            ),
            "absorbed_j": dict(zip(outcome.sources_of_heat, result.energy.absorbed_j, strict=True)),
            "from_bodies_j": dict(zip(outcome.bodies, result.energy.from_bodies_j, strict=True)),
            "to_blood_j": result.energy.to_blood_j,
            "stored_j": result.energy.stored_j,
            "missing_j": result.energy.missing_j,
        },
        "radiofrequency": _trace(outcome),
        "stepping": asdict(result.stepping),
        "grid": {
            "shape": list(grid.shape),
            "spacing_mm": grid.spacing_mm[0],
            "origin_lps_mm": list(grid.origin_lps_mm),
        },
        "files": list(list_volumes(outcome)),
        "warnings": list(outcome.warnings),
        "notes": list(outcome.notes),
        "assumptions": [asdict(one) for one in outcome.assumptions],
        "sources": {key: evidence.source(key).text for key in outcome.cites},
        "disclaimer": words.DISCLAIMER,
        "provenance": {"version": outcome.version, "inputs": [asdict(i) for i in outcome.inputs]},
    }
    advice = "shorten the steps, or report this"
    return format_json(data, "result", 7, SimulationError, advice)


def _points(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {
            "name": point.name,
            "lps_mm": list(point.lps_mm),
            "end_c": float(outcome.result.points_c[-1, n]),
            "temperature_c": _list(outcome.result.points_c[:, n]),
        }
        for n, point in enumerate(outcome.experiment.asked.point)
    ]


def _trace(found: Outcome) -> dict[str, Any] | None:
    """What the generator did; none without electrodes."""
    trace = found.result.radiofrequency
    if trace is None:
        return None
    curves = ("times_s", "power_w", "voltage_v", "current_a", "impedance_ohm", "tip_c")
    return {name: _list(getattr(trace, name)) for name in curves} | {"total_j": trace.total_j}


def _named(value: Any) -> Any:
    """The request with files by their names, never by this machine's paths."""
    if is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: _named(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_named(inner) for inner in value]
    if isinstance(value, Path):
        return value.name
    if isinstance(value, str) and value.endswith(".toml"):
        return Path(value).name
    return value


def _list(values: NDArray[Any] | Sequence[float]) -> list[float]:
    return [float(value) for value in values]
