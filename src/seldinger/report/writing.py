"""Writing: a plan as a folder that a person can open."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.care import procedures
from seldinger.core.errors import OutputError
from seldinger.core.progress import Progress, silent
from seldinger.guide import file as rehearsal_file
from seldinger.plan import file
from seldinger.report import (
    drawings,
    fhir,
    first_page,
    folder,
    html,
    pages,
    rendering,
    sheet,
    sheet_file,
    slicer,
    zone_files,
)
from seldinger.report.pictures import to_png
from seldinger.report.sections import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.guide import Rehearsal
    from seldinger.plan.model import Plan

PLAN_FILE = "plan.json"
REHEARSAL_FILE = "rehearsal.json"
REPORT_PAGE, PRINTED = "report.html", "report.pdf"
INDEX_PAGE = "index.html"
_PICTURES_DONE = 0.75


def write(
    out: Path | str,
    plan: Plan,
    outcome: Rehearsal | None = None,
    *,
    command: str | None = None,
    progress: Progress = silent,
) -> Path:
    """Write ``plan`` as the folder ``out``; the old folder stays until the new one is complete.

    Args:
        out: a new or empty folder, or an earlier report, which is replaced as a whole.
        plan: what to write.
        outcome: what came of it when it was rehearsed.
        command: how it was asked for; printed with the provenance.
        progress: told what is being done; may raise ``Cancelled``.

    Returns:
        The report's page, ``out/report.html``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written, or the outcome is of another plan;
            nothing is left behind then.
        PlanError: the plan holds a number that is not finite.
    """
    place = Path(out)
    if outcome is not None and outcome.plan is not plan:
        raise OutputError("the outcome is of another plan: rehearse the one that is written")
    with folder.replace_folder(place) as staging:
        (staging / PLAN_FILE).write_text(file.to_json(plan), encoding="utf-8")
        (staging / "needle.mrk.json").write_text(slicer.to_markups(plan), encoding="utf-8")
        if outcome is not None:
            (staging / REHEARSAL_FILE).write_text(rehearsal_file.to_json(outcome), encoding="utf-8")
        zone_files.write(staging, plan)
        _care(staging, plan)
        report = pages.build_report(plan, command, outcome)
        pictures = _pictures(plan, outcome, progress)
        progress("pages", _PICTURES_DONE)
        rendering.write(staging, report, pictures, REPORT_PAGE, PRINTED)
        progress("pages", 1.0)
    return place / REPORT_PAGE


def _care(staging: Path, plan: Plan) -> None:
    """The patient's sheet, where there is a text for one, and the plan as FHIR."""
    findings = () if plan.cleared is None else plan.cleared.findings
    bundle = fhir.bundle_plan(plan, findings, plan.outlook)
    (staging / "fhir.json").write_text(fhir.to_json(bundle), encoding="utf-8")
    judged = None if plan.cleared is None else plan.cleared.now.date()
    name, organ = plan.request.procedure, plan.target.organ
    if procedures.has_leaflet(name, organ):  # otherwise a finding of the plan says so
        sheet_file.write_files(staging, sheet.build_sheet(name, organ, judged))


def write_index(out: Path | str, entries: Sequence[tuple[Plan, Path]]) -> Path:
    """Write ``out/index.html``, which lists several plans and links their pages.

    Args:
        out: the folder that holds the plans' folders.
        entries: each plan with its folder, or with the page that ``write`` returned.

    Raises:
        OutputError: ``out/index.html`` is not ours, or cannot be written.
    """
    return write_cards(out, [build_card(out, plan, where) for plan, where in entries])


def write_cards(out: Path | str, cards: Sequence[html.IndexCard]) -> Path:
    """Write ``out/index.html`` of plans that another process may have made.

    Raises:
        OutputError: ``out/index.html`` is not ours, or cannot be written.
    """
    place = Path(out) / INDEX_PAGE
    folder.check_page(place)
    folder.write_file(place, html.render_index(tuple(cards)))
    return place


def build_card(out: Path | str, plan: Plan, where: Path) -> html.IndexCard:
    """What the index in ``out`` tells of a plan; ``where`` is its folder, or its page."""
    page = where if where.suffix == ".html" else where / REPORT_PAGE
    link = Path(os.path.relpath(page, out)).as_posix()
    view = pages.build_report(plan, None)
    hero = view.figures[0]
    return html.IndexCard(
        page=link,
        picture=f"{link.removesuffix(REPORT_PAGE)}{hero.file}",
        alt=hero.alt,
        title=view.title,
        subtitle=view.subtitle,
        banner=first_page.build_banner(plan),
        headline=verdict.build_numbers(plan),
    )


def _pictures(plan: Plan, outcome: Rehearsal | None, progress: Progress) -> dict[str, bytes]:
    """Every picture as PNG bytes by its name in the report."""
    pictures: dict[str, bytes] = {}
    wanted = drawings.list_drawings(plan, outcome)
    for number, (name, draw) in enumerate(wanted):
        progress("pictures", _PICTURES_DONE * number / len(wanted))
        pictures[f"pictures/{name}.png"] = to_png(draw())
    return pictures
