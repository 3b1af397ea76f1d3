"""Flow: pressure and flow in a network of vessels, from a file of svZeroDSolver."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seldinger.cli.results import tell_notes
from seldinger.cli.terminal import AsJson, print_json, print_table
from seldinger.core.errors import CaseError
from seldinger.core.naming import match_name

if TYPE_CHECKING:
    from seldinger.physics.flow.network import Network
    from seldinger.physics.flow.result import FlowWaves, SteadyFlow
    from seldinger.physics.flow.summary import Swing, VesselSummary
    from seldinger.physics.flow.units import FlowUnits
    from seldinger.physics.flow.zerod import ZeroDFile


def flow(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A JSON file of svZeroDSolver.")],
    units: Annotated[
        str | None,
        typer.Option(metavar="UNITS", help="What its numbers are in: cgs (dyn/cm2) or mmhg."),
    ] = None,
    steady: Annotated[
        bool, typer.Option("--steady", help="Solve the means only, not the period.")
    ] = False,
    march_cycles: Annotated[
        bool, typer.Option("--march", help="March through the cycles that the file asks for.")
    ] = False,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="VESSEL.KEY=VALUE", help="Another number, in its units."),
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Waves as svZeroDSolver writes them.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file again, as it was changed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Solve blood flow in a network: its periodic state, or the steady one where nothing beats.

    Reads blood vessels, junctions and flow, pressure, resistance, RCR and coronary boundaries; any
    other element is refused by its name. Answers are in mmHg and mL/s.
    """
    from seldinger.physics.flow.summary import CSV_HEAD, summarise, to_csv
    from seldinger.physics.flow.zerod import read_zerod
    from seldinger.physics.flow.zerod_write import change_zerod, rewrite_zerod
    from seldinger.report import folder

    if steady and march_cycles:
        raise CaseError("--steady has no cycles to march through: give it or --march")
    _check_new(csv, "--csv", CSV_HEAD)
    _check_new(write, "--write", None)
    read = read_zerod(file, _units(units))
    changes = _changes(change or [])
    network = change_zerod(read, changes) if changes else read.network
    solved = _solved(read, network, steady=steady, marched=march_cycles)
    told = summarise(solved)
    before: tuple[VesselSummary, ...] = ()
    if changes:
        before = summarise(_solved(read, read.network, steady=steady, marched=march_cycles))
    if csv is not None:
        folder.write_file(csv, "\n".join(to_csv(solved, read.units)) + "\n")
    if write is not None:
        folder.write_file(write, rewrite_zerod(read, network))
    changed = [one for one in before if one.name in changes]
    notes = _notes(read, network, solved)
    if as_json:
        print_json(_record(solved, told, changed, notes))
        return
    _print(solved, told, changed)
    tell_notes(notes)


def _units(word: str | None) -> FlowUnits:
    from seldinger.physics.flow.units import FlowUnits

    known = [one.value for one in FlowUnits]
    found = match_name(word, known) if word is not None else None
    if found is None:
        got = "no --units" if word is None else f"--units {word}"
        raise CaseError(
            f"{got}: a file does not say what its numbers are in; allowed are cgs (dyn/cm2, as "
            "SimVascular writes) and mmhg: say which"
        )
    return FlowUnits(found)


def _changes(given: list[str]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for one in given:
        place, equals, value = one.partition("=")
        vessel, dot, key = place.strip().rpartition(".")
        try:
            number = float(value)
        except ValueError:
            number = None
        if not (equals and dot and vessel and key) or number is None:
            raise CaseError(
                f"--set {one} is not VESSEL.KEY=VALUE: write --set branch4.stenosis_coefficient=0"
            )
        if key in found.setdefault(vessel, {}):
            raise CaseError(f"--set {place.strip()} is given twice: give it once")
        found[vessel][key] = number
    return found


def _check_new(path: Path | None, option: str, ours: str | None) -> None:
    """Refuse a file that is there, unless it begins as ours does."""
    if path is None or not path.exists():
        return
    mine = ours is not None and path.is_file()
    if not (mine and path.read_text("utf-8", "replace").startswith(ours or "")):
        raise CaseError(f"{path.name} is there and not ours; choose another {option}")


def _solved(
    read: ZeroDFile, network: Network, *, steady: bool, marched: bool
) -> SteadyFlow | FlowWaves:
    from seldinger.physics.flow.solve import march, solve_period, solve_steady

    if marched:
        return march(network, read.march_settings())
    return solve_steady(network) if steady or network.period_s is None else solve_period(network)


def _notes(read: ZeroDFile, network: Network, solved: SteadyFlow | FlowWaves) -> list[str]:
    from seldinger.physics.flow.elements import BLOOD
    from seldinger.physics.flow.validity import given_flow_notes, judge_validity, validity_notes

    passed = [note for note in read.notes if note not in read.network.notes]
    doubts = validity_notes(judge_validity(solved, read.fluid or BLOOD))
    return [*network.notes, *passed, *given_flow_notes(solved.circuit), *doubts]


def _record(
    solved: SteadyFlow | FlowWaves,
    told: tuple[VesselSummary, ...],
    before: list[VesselSummary],
    notes: list[str],
) -> dict[str, object]:
    time = getattr(solved, "time_s", None)
    return {
        "units": {"pressure": "mm[Hg]", "flow": "mL/s"},
        "state": "steady" if time is None else "over time",
        "period_s": solved.circuit.network.period_s,
        "vessels": [asdict(one) for one in told],
        "before": [asdict(one) for one in before],
        "notes": notes,
    }


def _print(
    solved: SteadyFlow | FlowWaves, told: tuple[VesselSummary, ...], before: list[VesselSummary]
) -> None:
    beats = hasattr(solved, "time_s")
    head = "mean [low, high]" if beats else "steady"
    columns = ("vessel", f"start mmHg, {head}", "end mmHg", "flow mL/s")
    print_table(columns, [_row(one, one.name, beats=beats) for one in told])
    now = {one.name: one for one in told}
    for one in before:
        typer.echo()
        rows = [
            _row(one, f"{one.name} before", beats=beats),
            _row(now[one.name], "  after", beats=beats),
        ]
        print_table(columns, rows)


def _row(one: VesselSummary, name: str, *, beats: bool) -> tuple[str, ...]:
    parts = (one.start_mmhg, one.end_mmhg, one.flow_ml_per_s)
    return (name, *(_figure(part, beats=beats) for part in parts))


def _figure(swing: Swing, *, beats: bool) -> str:
    if not beats:
        return f"{swing.mean:.4g}"
    return f"{swing.mean:.4g} [{swing.low:.4g}, {swing.high:.4g}]"
