"""App: the commands, gathered; what every one of them does with an error or Ctrl-C.

Exit codes: 0 done, 1 unexpected or stopped, 2 the caller's mistake.
"""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from seldinger import __version__
from seldinger.cli import (
    clear_command,
    demo_command,
    devices_command,
    doctor_command,
    dose_command,
    facts_command,
    ledger_command,
    margin_command,
    plan_command,
    risk_command,
    score_command,
    sheet_command,
    shelf_commands,
    simulate_command,
)
from seldinger.cli.terminal import Named, Once, complain, example
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
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(epilog=example("seldinger demo --out build/demo"))
def seldinger(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Plan, rehearse, check and document image-guided procedures.

    Research and education software, not a medical device.
    """
    del version


app.command(
    "demo", epilog=example("seldinger demo --out build/demo", "seldinger demo --voxel-mm 3 --json")
)(demo_command.demo)
app.command(
    "plan",
    cls=plan_command.PlanCommand,
    epilog=example(
        "seldinger plan biopsy --ct ct.nii.gz --labels labels.nii.gz "
        "--label-key labels.json --target liver-tumour-1 --out out/",
        "seldinger plan biopsy --ct ct/ --labels segmentations/ "
        "--target-lps -42.5,-130,310 --diameter-mm 12 --entry-lps -75,-190,310 --out out/",
        "seldinger plan case.toml --out out/",
    ),
)(plan_command.plan)
app.command(
    "margin",
    cls=Once,
    epilog=example(
        "seldinger margin --before before.nii.gz --before-labels before-labels.nii.gz "
        "--after after.nii.gz --after-labels after-labels.nii.gz "
        "--before-key labels.json --after-key labels.json "
        "--target liver-tumour-1 --zone zone --organ liver --out out/",
    ),
)(margin_command.margin)
app.add_typer(simulate_command.app, name="simulate")
app.command(
    "dose",
    cls=Once,
    epilog=example(
        "seldinger dose report.dcm --pregnant no --out out/",
        "seldinger dose first.dcm second.dcm --policy ncrp168",
        "seldinger dose audit reports/ --procedure tace --csv tace.csv",
    ),
)(dose_command.dose)
app.command("procedures", epilog=example("seldinger procedures"))(shelf_commands.procedures)
app.command(
    "devices",
    cls=Once,
    epilog=example(
        "seldinger devices",
        "seldinger devices drain --json",
        "seldinger devices microwave",
        "seldinger devices fit my-antenna.toml",
    ),
)(devices_command.devices)
app.command(
    "facts",
    cls=Once,
    epilog=example(
        "seldinger facts",
        "seldinger facts needle_error --json",
        "seldinger facts --search 'metformin eGFR'",
        "seldinger facts --trust memory",
        "seldinger facts --claims",
    ),
)(facts_command.facts)
app.command(
    "risk",
    cls=Once,
    epilog=example(
        "seldinger risk",
        "seldinger risk cholecystostomy",
        "seldinger risk ablation --organ liver",
    ),
)(risk_command.risk)
app.command(
    "clear",
    cls=Once,
    epilog=example(
        "seldinger clear --new biopsy --organ liver > case.toml",
        "seldinger clear --new-profile > department.toml",
        "seldinger clear case.toml --now 2026-11-25T14:00:00+01:00",
        "seldinger clear case.toml --profile department.toml --out build/clear",
    ),
)(clear_command.clear)
app.command("audit", cls=Once, epilog=example("seldinger audit 23 81 --threshold 0.3"))(
    risk_command.audit
)
app.command(
    "score",
    cls=Once,
    epilog=example(
        "seldinger score",
        "seldinger score albi bilirubin=1.2mg/dL albumin=38g/L",
        "seldinger score cockcroft-gault --patient patient.toml --json",
    ),
)(score_command.score)
app.command(
    "sheet",
    cls=Once,
    epilog=example(
        "seldinger sheet biopsy --organ liver --out out/",
        "seldinger sheet cholecystostomy --release clearance.json --out out/",
    ),
)(sheet_command.sheet)
app.add_typer(ledger_command.app, name="ledger")
app.command("series", epilog=example("seldinger series dicom-folder/"))(shelf_commands.series)
app.command("schema", epilog=example("seldinger schema plan", "seldinger schema case"))(
    shelf_commands.schema
)
app.command("doctor", epilog=example("seldinger doctor", "seldinger doctor --json"))(
    doctor_command.doctor
)


def main() -> None:
    """Run the command line."""
    # Our products of matrices are small: more threads of BLAS only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    app()
