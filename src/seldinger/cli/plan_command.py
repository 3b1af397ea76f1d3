"""Plan: options or a file become a case; the workflow carries it out; the answer is printed."""

from __future__ import annotations

from functools import cache
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seldinger import workflow
from seldinger.cli.results import tell
from seldinger.cli.terminal import AsJson, Once, progress_bar
from seldinger.core.errors import CaseError

if TYPE_CHECKING:
    from seldinger.plan.case import CaseFile
    from seldinger.plan.options import Option


class PlanCommand(Once):
    """`plan`: its options are the fields of a case, made when somebody asks for them."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The argument, an option for each field of a case, and the command's own."""
        what, *rest = super().get_params(ctx)
        return [what, *_parameters(), *rest]

    def invoke(self, ctx: Any) -> Any:
        """Run the command; what was given of the case is in ``ctx.obj``."""
        ctx.obj = {name: ctx.params.pop(name) for name in _options()}
        return super().invoke(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Options under what they belong to."""
        groups: dict[str, list[Any]] = {}
        for one in self.get_params(ctx):
            option = _options().get(one.name)
            beside = "Arguments" if one.param_type_name == "argument" else "The answer"
            group = beside if option is None else option.group
            groups.setdefault(group, []).append(one.get_help_record(ctx))
        for group, lines in groups.items():
            with formatter.section(group):
                formatter.write_dl(lines)


def plan(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="PROCEDURE|CASE.toml", help="A procedure, or a case file.")
    ],
    out: Annotated[Path | None, typer.Option(help="Folder for the report.")] = None,
    as_json: AsJson = False,
) -> None:
    """Plan one procedure, or score your own path.

    Needs an image (--ct), a target (--target, --target-mask or --target-lps with --diameter-mm)
    and somewhere to put the answer (--out, --json or both). Points are LPS+ millimetres. What no
    label shows is unknown in the plan, never clear.
    """
    if out is None and not as_json:
        raise CaseError("nowhere to put the answer: say --out FOLDER, or --json to print the plan")
    case = _case(what, ctx.obj)
    if case.plan.rehearse is not None and out is None:
        raise CaseError("a rehearsal is not part of the plan's JSON: give --out for it as well")
    with progress_bar(quiet=as_json) as progress:
        done = workflow.run(case, out, progress)
    if as_json:
        from seldinger.plan import file

        typer.echo(file.to_json(done.plan), nl=False)
        return
    tell(done.plan)
    for line in () if done.outcome is None else done.outcome.lines:
        typer.echo(f"rehearsed: {line}")
    if done.note:
        typer.echo(done.note)
    if done.page is not None:
        typer.echo(f"report: {done.page}")


def _case(what: str, given: dict[str, Any]) -> CaseFile:
    """The case that the file or the options describe."""
    from seldinger.plan import case as cases
    from seldinger.plan.options import map_names

    told = [(_options()[name], words) for name, words in given.items() if words not in (None, ())]
    if what.endswith(".toml"):
        if told:
            flags = ", ".join(one.flag for one, _ in told)
            raise CaseError(f"{flags} beside a case file: write it into {Path(what).name} instead")
        return cases.read(Path(what))
    data: dict[str, Any] = {"procedure": what}
    for option, words in told:
        *sections, key = map(str, option.place)
        table = data
        for section in sections:
            table = table.setdefault(section, {})
        table[key] = option.read(words)
    return cases.check_case(data, "command line", map_names(cases.build_layout()))


@cache
def _options() -> dict[str, Option]:
    """The fields of a case by the names of their parameters."""
    from seldinger.plan.case import build_layout
    from seldinger.plan.options import list_options

    return {"_".join(map(str, one.place)): one for one in list_options(build_layout())}


@cache
def _parameters() -> list[Any]:
    """The fields of a case as the command line's parameters."""
    app = typer.Typer(add_completion=False)

    def fields() -> None:
        """Nothing but a signature, from which typer makes parameters."""

    told = {
        name: Annotated[_typed(one), typer.Option(one.flag, help=one.help, metavar=one.metavar)]
        for name, one in _options().items()
    }
    vars(fields)["__signature__"] = Signature(
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            for name, annotation in told.items()
        ]
    )
    app.command()(fields)
    made: list[Any] = typer.main.get_command(app).params
    return made


def _typed(one: Option) -> Any:
    """What the terminal itself reads: numbers and flags; every other word is the case's to read."""
    if one.many != "once":
        return list[str] | None
    return one.kind | None if one.kind in (bool, float, int, Path) else str | None
