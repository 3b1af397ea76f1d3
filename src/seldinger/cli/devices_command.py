"""Devices: what is in the catalogue, and how well an applicator's table can be fitted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from seldinger.cli.terminal import AsJson, print_json, print_table, progress_bar
from seldinger.core.errors import CaseError, CatalogueError, OutputError
from seldinger.core.formatting import to_plain

if TYPE_CHECKING:
    from seldinger.catalogue.applicators import Applicator
    from seldinger.catalogue.fitting import Fitted
    from seldinger.catalogue.model import Device

_FIT = "fit"


def devices(
    kind: Annotated[
        str | None,
        typer.Argument(
            help="Only this kind (a device's, or microwave, radiofrequency, cryo); or: fit."
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Argument(help="With fit: an applicator's TOML file, ours or your own.")
    ] = None,
    tissue: Annotated[
        str | None, typer.Option(metavar="NAME", help="With fit: what the table was made in.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="With fit: put it into FILE.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the devices of the catalogue, or fit an applicator to its published table.

    A fit prints its numbers, what it misses row by row and of settings left out, and whether that
    can be assessed at all.
    """
    if kind == _FIT:
        _fit(file, tissue, write=write, as_json=as_json)
        return
    if file is not None or tissue is not None or write:
        raise CaseError("a file, --tissue and --write belong to: seldinger devices fit FILE")
    generic, heating = _asked(kind)
    if as_json:
        print_json([to_plain(one) for one in (*generic, *heating)])
        return
    if generic:
        _print_devices(generic)
    if generic and heating:
        typer.echo()
    if heating:
        _print_applicators(heating)


def _asked(kind: str | None) -> tuple[tuple[Device, ...], tuple[Applicator, ...]]:
    from seldinger import catalogue
    from seldinger.catalogue import applicators
    from seldinger.catalogue.kinds import KINDS
    from seldinger.catalogue.names import closest, match_name

    if kind is None:
        return catalogue.devices(), applicators.applicators()
    modalities = get_args(applicators.Modality)
    kinds = tuple(KINDS)
    called = match_name(kind, (*kinds, *modalities))
    if called in modalities:
        return (), applicators.applicators(called)
    if called is not None:
        return catalogue.devices(called), ()
    raise CatalogueError(
        f"no device kind is called {kind!r}; {closest(kind, (*kinds, *modalities))}; there are: "
        f"{', '.join((*kinds, *modalities))}"
    )


def _print_devices(found: tuple[Device, ...]) -> None:
    print_table(
        ("device", "kind", "size", "outer mm", "usable mm", "source", "name"),
        [
            (
                one.id,
                one.kind,
                one.size,
                f"{one.outer_diameter_mm:.2f}",
                f"{one.usable_mm:.0f}",
                one.source or "assumed",
                one.name,
            )
            for one in found
        ],
    )


def _print_applicators(found: tuple[Applicator, ...]) -> None:
    print_table(
        ("applicator", "heats by", "outer mm", "rows", "fit misses", "unseen", "name"),
        [
            (
                one.id,
                one.modality,
                f"{one.diameter_mm:.2f}",
                str(len(one.zones)),
                "no fit" if one.fit is None else f"{one.fit.rms_mm:.1f} mm",
                _unseen(one),
                one.name,
            )
            for one in found
        ],
    )


def _unseen(one: Applicator) -> str:
    """What a fit misses of settings that it has not seen."""
    fit = one.fit
    if fit is None or not fit.assessable or fit.leave_one_out_mm is None:
        return "not assessable"
    return f"{fit.leave_one_out_mm:.1f} mm"


def _fit(file: Path | None, tissue: str | None, *, write: bool, as_json: bool) -> None:
    from seldinger.catalogue import fitting
    from seldinger.catalogue.applicators import read_applicator

    if file is None:
        raise CaseError("which table? seldinger devices fit FILE")
    one = read_applicator(file)
    with progress_bar(quiet=as_json) as progress:
        found = fitting.fit(one, tissue, progress)
    if write:
        _write(file, found)
    if as_json:
        print_json({"applicator": one.id, **to_plain(found)})
        return
    _print_fitted(one, found)


def _print_fitted(one: Applicator, found: Fitted) -> None:
    from seldinger.catalogue import fitting

    typer.echo(f"{one.name} ({one.id}): {found.why}")
    for setting in found.not_drawn:
        typer.echo(f"  not drawn by a run around one probe: {setting}")
    fit = found.fit
    if fit is None:
        return
    unseen = "none" if fit.leave_one_out_mm is None else f"{fit.leave_one_out_mm:.2f} mm"
    typer.echo(f"misses: {fit.rms_mm:.2f} mm (root mean square); left out in turn: {unseen}\n")
    print_table(
        ("setting", "level", "length", "published mm", "drawn mm", "miss mm"),
        [
            (
                miss.setting,
                miss.level,
                miss.quantity.removesuffix("_mm").replace("_", " "),
                f"{miss.published_mm:.1f}",
                "no zone" if miss.drawn_mm is None else f"{miss.drawn_mm:.1f}",
                "" if miss.miss_mm is None else f"{miss.miss_mm:+.1f}",
            )
            for miss in found.misses
        ],
    )
    for setting, missed in found.left_out:
        typer.echo(f"left out {setting}: missed by {missed:.2f} mm")
    typer.echo(f"\n{fitting.fit_to_toml(fit)}", nl=False)


def _write(file: Path, found: Fitted) -> None:
    """Put the fit into its file, whole or not at all."""
    from seldinger.catalogue import applicators, fitting

    text = fitting.replace_fit(file.read_text(encoding="utf-8"), found.fit)
    applicators.parse_applicator(text, file.name)
    beside = file.with_name(f".{file.name}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except OSError as refused:
        beside.unlink(missing_ok=True)
        raise OutputError(f"{file.name} cannot be written: {refused.strerror}") from refused
