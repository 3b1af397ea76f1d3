"""Terminal: what the user sees: progress while working, errors, tables."""

from __future__ import annotations

import json
import sys
import time
import tomllib
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from seldinger.core.errors import CaseError
from seldinger.core.naming import did_you_mean, match_name
from seldinger.core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from seldinger.core.progress import Progress

HELP = {"help_option_names": ["-h", "--help"]}
"""Settings of every group."""
_HELP = "help"
"""What many type for -h."""
QUIET_S = 2.0
"""In a pipe, no step shorter than this is told."""

AsJson = Annotated[bool, typer.Option("--json", help="Print machine-readable output.")]


class Named(TyperGroup):
    """Knows its commands whatever their case, and offers the closest to one there is not."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` begin with."""
        names = self.list_commands(ctx)
        called = match_name(args[0], names)
        if called is None and not args[0].startswith("-"):
            hint = did_you_mean(args[0], [*names, _HELP]).replace(repr(_HELP), "-h")
            raise CaseError(
                f"{ctx.command_path} has no command {args[0]!r}; {hint}there are: "
                f"{', '.join(names)}"
            )
        return super().resolve_command(ctx, [called or args[0], *args[1:]])


class Once(TyperCommand):
    """Refuses an option given twice, where the last would silently win, and one there is not."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Look at the words before they become values."""
        given = [word.partition("=")[0] for word in args]
        for option in self.get_params(ctx):
            if getattr(option, "multiple", False):
                continue
            for name in option.opts:
                if name.startswith("--") and given.count(name) > 1:
                    raise CaseError(f"{name} is given twice: give it once")
        self._check_names(args, ctx)
        return super().parse_args(ctx, args)

    def _check_names(self, args: list[str], ctx: Any) -> None:
        """Refuse an option that there is not, with the closest one: first what ends like it."""
        options = [one for one in self.get_params(ctx) if any(o[:2] == "--" for o in one.opts)]
        known = {name: one for one in options for name in (*one.opts, *one.secondary_opts)}
        for before, word in pairwise(["", *args]):
            name = word.partition("=")[0]
            taken = before in known and not getattr(known[before], "is_flag", False)
            if word == "--":
                return
            if name[:2] != "--" or name in known or taken:
                continue
            alike = [one for one in known if one.endswith(name[1:])]
            near = (alike or get_close_matches(name, known, n=1))[:1]
            hint = f"; did you mean {near[0]}?" if near else f"; `{ctx.command_path} -h` lists them"
            raise CaseError(f"{ctx.command_path} has no option {name}{hint}")


@cache
def _examples() -> dict[str, list[str]]:
    page = resources.files("seldinger.cli") / "examples.toml"
    return tomllib.loads(page.read_text("utf-8"))


def example(command: str) -> str:
    """The end of a command's help page: what ``examples.toml`` has of it, one per line."""
    lines = _examples()[command]
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\b\n" + "\n".join([title, *(f"  {line}" for line in lines)])


def enter(
    app: typer.Typer, name: str, do: Callable[..., None], cls: type[TyperCommand] = Once
) -> None:
    """Make ``do`` a command, with its examples at the end of its help page.

    Args:
        app: the command line, or the group that it belongs to.
        name: as it is typed, the group's before it: "ledger open".
        do: the command.
        cls: how it reads its words.
    """
    app.command(name.rsplit(maxsplit=1)[-1], cls=cls, epilog=example(name))(do)


def read_numbers(assumed: list[str] | None) -> dict[str, float]:
    """Words of ``--assume``, "name=2.5", as numbers by name; ``CaseError`` for what is none."""
    numbers: dict[str, float] = {}
    for word in assumed or ():
        name, _, value = word.partition("=")
        try:
            numbers[name] = float(value)
        except ValueError as wrong:
            raise CaseError(f"--assume is {word!r}: give NAME=NUMBER") from wrong
    return numbers


def complain(sentence: str) -> None:
    """One red line on stderr."""
    line = " ".join(sentence.split())
    typer.secho(f"seldinger: {line}", fg=typer.colors.RED, err=True)


def print_json(value: object) -> None:
    """``value`` as JSON on stdout."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; the last one as long as it is."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    for line in lines:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        typer.echo("  ".join([*cells, line[-1]]).rstrip())


def line_by_line(quiet_s: float = QUIET_S, clock: Callable[[], float] = time.monotonic) -> Progress:
    """Progress for a pipe or a log: a step is named when the last line is ``quiet_s`` old."""
    begun = last = clock()
    named = ""

    def tell(what: str, fraction: float) -> None:
        nonlocal last, named
        now = clock()
        if what != named and now - last >= quiet_s:
            typer.echo(
                f"seldinger: {now - begun:.0f} s, {100.0 * fraction:.0f} %: {what}", err=True
            )
            last, named = now, what

    return tell


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """A bar on stderr when that is a terminal; otherwise a line there for every long step.

    Args:
        quiet: no lines: the answer is for a machine, which may read both streams as one.
    """
    if not sys.stderr.isatty():
        yield silent if quiet else line_by_line()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description:<40}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def tell(what: str, fraction: float) -> None:
            bar.update(task, description=what, completed=fraction)

        yield tell
