"""App: the commands, gathered; what every one of them does with an error or Ctrl-C.

Exit codes: 0 done, 1 unexpected or stopped, 2 the caller's mistake.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from seldinger import __version__
from seldinger.cli import (
    clear_command,
    demo_command,
    devices_command,
    doctor_command,
    dose_command,
    facts_command,
    flow_command,
    ledger_command,
    margin_command,
    plan_command,
    risk_command,
    score_command,
    sheet_command,
    shelf_commands,
    simulate_command,
    territory_command,
    verify_command,
    vessels_command,
    volume_command,
)
from seldinger.cli.terminal import HELP, Named, complain, enter, example
from seldinger.core.errors import Cancelled, SeldingerError

UNEXPECTED = 1
CALLERS_MISTAKE = 2


class Door(Named):
    """Turns our errors into one line and an exit code; everything else keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except (Cancelled, KeyboardInterrupt):
            complain("stopped: nothing is half-written")
            raise typer.Exit(UNEXPECTED) from None
        except SeldingerError as wrong:
            complain(str(wrong))
            raise typer.Exit(CALLERS_MISTAKE) from wrong


app = typer.Typer(
    name="seldinger",
    cls=Door,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich alone would take half of the time that --help may take
    pretty_exceptions_enable=False,
    context_settings=HELP,
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(epilog=example("seldinger"))
def seldinger(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Plan, rehearse, check and document image-guided procedures.

    Research and education software, not a medical device.
    """
    del version


enter(app, "demo", demo_command.demo, cls=TyperCommand)
enter(app, "plan", plan_command.plan, cls=plan_command.PlanCommand)
enter(app, "margin", margin_command.margin)
app.add_typer(verify_command.app, name="verify")
enter(app, "volume", volume_command.volume)
app.add_typer(simulate_command.app, name="simulate")
enter(app, "flow", flow_command.flow)
enter(app, "vessels", vessels_command.vessels)
enter(app, "territory", territory_command.territory)
enter(app, "dose", dose_command.dose)
enter(app, "procedures", shelf_commands.procedures, cls=TyperCommand)
enter(app, "devices", devices_command.devices)
enter(app, "facts", facts_command.facts)
enter(app, "risk", risk_command.risk)
enter(app, "clear", clear_command.clear)
enter(app, "audit", risk_command.audit)
enter(app, "score", score_command.score)
enter(app, "sheet", sheet_command.sheet)
app.add_typer(ledger_command.app, name="ledger")
enter(app, "series", shelf_commands.series, cls=TyperCommand)
enter(app, "schema", shelf_commands.schema, cls=TyperCommand)
enter(app, "doctor", doctor_command.doctor, cls=TyperCommand)


def main() -> None:
    """Run the command line."""
    # Our products of matrices are small: more threads of BLAS only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()
