"""Volumetry report: a change after embolization becomes a folder: volume.json, page and print."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.formatting import format_figure
from seldinger.core.progress import Progress, silent
from seldinger.evidence.model import SECONDARY_STAMP, FactKind
from seldinger.followup import shrinkage
from seldinger.followup.volumetry import Bound, Diameter, EllipsoidVolume, LabelVolume, VolumeChange
from seldinger.report import folder, rendering, tables, volumetry_file, volumetry_picture, words
from seldinger.report.blocks import Banner, Document, Figure, Heading, Numbers, Row, Table, Text
from seldinger.report.pictures import to_png

if TYPE_CHECKING:
    from seldinger.core.quantity import Spread
    from seldinger.evidence.model import Fact
    from seldinger.followup.shrinkage import Prediction
    from seldinger.followup.volumetry import Reading
    from seldinger.followup.volumetry_follow_up import VolumeFollowUp

VOLUME_FILE = "volume.json"
PAGE, PRINTED = "report.html", "report.pdf"
_COURSE = "pictures/course.png"
_PICTURE_MM = 78.0
NO_VOLUME = (
    "One diameter is a diameter: no volume was measured. Only if the change was the same in every "
    "direction would it be {area} of a section's area and {volume} of the volume."
)


def write(
    out: Path | str,
    follow_up: VolumeFollowUp,
    *,
    command: str | None = None,
    progress: Progress = silent,
) -> Path:
    """Write ``follow_up`` as the folder ``out``; the old folder stays until the new is complete.

    Args:
        out: a new or empty folder, or an earlier report, which is replaced as a whole.
        follow_up: what to write.
        command: how it was asked for; printed with the provenance.
        progress: told what is being done; may raise ``Cancelled``.

    Returns:
        The page, ``out/report.html``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
        PlanError: a number is not finite.
    """
    place = Path(out)
    with folder.replace_folder(place) as staging:
        (staging / VOLUME_FILE).write_text(volumetry_file.to_json(follow_up), encoding="utf-8")
        progress("pictures", 0.0)
        pictures = {}
        if follow_up.forecasts.predictions:
            pictures[_COURSE] = to_png(volumetry_picture.draw_course(follow_up))
        progress("page", 0.5)
        rendering.write(staging, build_page(follow_up, command), pictures, PAGE, PRINTED)
        progress("page", 1.0)
    return place / PAGE


def build_page(follow_up: VolumeFollowUp, command: str | None) -> Document:
    """What the page says."""
    files = [(f"{i.role} ({i.name})", i.sha256) for i in follow_up.inputs]
    asked = (("command", command),) if command else ()
    notes = follow_up.notes
    return Document(
        title=f"Volume of {follow_up.asked.kind} after embolization"
        if isinstance(follow_up.change, VolumeChange)
        else f"Diameter of {follow_up.asked.kind} after embolization",
        subtitle=_name(follow_up),
        first=(
            _banner(follow_up),
            Numbers(_headline(follow_up)),
            *_beside(follow_up),
            *(
                (Text(shrinkage.COHORT_NOTE, lead="A band is no chance."),)
                if follow_up.forecasts.predictions
                else ()
            ),
        ),
        rest=(
            *tables.with_headings(("The two readings", _readings(follow_up))),
            *tables.with_headings(("What cohorts let expect", _predictions(follow_up))),
            Heading("What was published"),
            Text("Figures of populations, measured in their own ways.", soft=True),
            _published(follow_up),
            *((Heading("Notes"), Text(points=notes)) if notes else ()),
            *tables.with_headings(
                ("Assumptions", tables.build_assumptions(follow_up.assumptions)),
                ("Sources", tables.cite(fact.source for fact in follow_up.facts)),
                ("Provenance", tables.build_provenance(files, follow_up.version, asked)),
            ),
        ),
    )


def tell_change(follow_up: VolumeFollowUp) -> str:
    """The change in a sentence, each quantity by its name."""
    change = follow_up.change
    if not isinstance(change, VolumeChange):
        from_to = f"{change.before.mm:.0f} mm to {change.after.mm:.0f} mm"
        return f"Diameter {from_to}: {_spread(change.change)} of the diameter"
    volumes = " to ".join(_volume(one) for one in (change.before, change.after))
    if change.change is None:
        return f"Volume {volumes}: the change is unknown"
    bound = {
        Bound.AT_LEAST: "this much or more is lost: ",
        Bound.AT_MOST: "this much or less is lost: ",
    }
    return f"Volume {volumes}: {bound.get(change.bound, '')}{_spread(change.change)} of the volume"


def tell_standing(follow_up: VolumeFollowUp, one: Prediction) -> str:
    """Where the measured volume lies beside a cohort's band."""
    change, left = follow_up.change, one.left
    band = f"{_share(left.p50)} left (90 % of patients: {_share(left.p05)} to {_share(left.p95)})"
    standing = (
        shrinkage.place(change, one)
        if isinstance(change, VolumeChange)
        else shrinkage.Standing.UNKNOWN
    )
    said = {
        shrinkage.Standing.INSIDE: "inside the band",
        shrinkage.Standing.ABOVE: "above the band: more is left",
        shrinkage.Standing.BELOW: "below the band: less is left",
        shrinkage.Standing.UNKNOWN: "not known beside it",
    }[standing]
    unsure = (
        isinstance(change, VolumeChange)
        and standing is not shrinkage.Standing.UNKNOWN
        and not shrinkage.is_sure(change, one)
    )
    stamp = " (secondary)" if one.stamp == SECONDARY_STAMP else ""
    return f"{one.cohort.name}{stamp}: {band}; {said}{', within reader error' if unsure else ''}"


def _name(follow_up: VolumeFollowUp) -> str:
    """What was read, and when."""
    readings = follow_up.before.reading, follow_up.after.reading
    names = dict.fromkeys(words.name(r.name) for r in readings if isinstance(r, LabelVolume))
    what = (
        " and ".join(names)
        or {True: "one diameter", False: "three diameters"}[isinstance(readings[0], Diameter)]
    )
    if follow_up.days is None:
        return f"{what}; time between the scans not known"
    return f"{what}; {follow_up.days:.0f} days between the scans"


def _banner(follow_up: VolumeFollowUp) -> Banner:
    tone = "plain" if follow_up.status == "measured" else "warn"
    return Banner(
        follow_up.status.upper(), f"{tell_change(follow_up)}.", tone, follow_up.provisional
    )


def _headline(follow_up: VolumeFollowUp) -> tuple[Row, ...]:
    change = follow_up.change
    since = follow_up.since_days
    time = words.UNKNOWN if since is None else f"{since:.0f} d"
    if not isinstance(change, VolumeChange):
        return (
            Row(("diameter before", words.mm(change.before.mm), "one diameter")),
            Row(("diameter after", words.mm(change.after.mm), "one diameter")),
            Row(("change of diameter", _percent(change.change.nominal), "no volume")),
            Row(("since embolization", time, "")),
        )
    said = words.UNKNOWN if change.change is None else _percent(change.change.nominal)
    remark = change.bound.value if change.bound is not Bound.EXACT else "of the volume"
    definition = "drawn label" if isinstance(change.before, LabelVolume) else "ellipsoid"
    return (
        Row(("volume before", _volume(change.before), definition)),
        Row(("volume after", _volume(change.after), definition)),
        Row(("change of volume", said, remark)),
        Row(("since embolization", time, "")),
    )


def _beside(follow_up: VolumeFollowUp) -> tuple[Text | Figure, ...]:
    """Where the measured change lies, with the picture; or why nothing is held against it."""
    change, forecasts = follow_up.change, follow_up.forecasts
    if not isinstance(change, VolumeChange):
        said = NO_VOLUME.format(
            area=_percent(change.area_if_isotropic), volume=_percent(change.volume_if_isotropic)
        )
        return (Text(said, lead="No volume."),)
    points = tuple(tell_standing(follow_up, one) for one in forecasts.predictions)
    apart = ("the cohorts differ: both are shown, and none is chosen",) if len(points) > 1 else ()
    told = (*points, *apart, *(f"not given: {why}" for why in forecasts.withheld))
    text = Text(lead="Beside cohorts.", points=told)
    if not points:
        return (text,)
    caption = (
        "Lines: medians of cohorts; bands: 90 % of their patients. White: the measured volume with "
        "90 % of readings."
    )
    return (text, Figure(_COURSE, "Volume left over time", caption, height_mm=_PICTURE_MM))


def _readings(follow_up: VolumeFollowUp) -> Table:
    rows = []
    both = (("before", follow_up.before.reading), ("after", follow_up.after.reading))
    for when, one in both:
        rows.append(Row((when, *_describe(one), f"{100.0 * one.error_share:.1f} %")))
    head = ("scan", "measured", "value", "of what", "one reader's error (SD)")
    return Table(head, tuple(rows), widths=("auto", "auto", "auto", "1fr", "auto"))


def _describe(one: Reading) -> tuple[str, str, str]:
    """Definition, value, and what it was made of."""
    match one:
        case Diameter():
            return "one diameter", words.mm(one.mm), "no volume"
        case EllipsoidVolume():
            shown = " x ".join(f"{mm:g}" for mm in one.diameters_mm)
            return "ellipsoid", _volume(one), f"{shown} mm"
        case LabelVolume():
            spacing = " x ".join(f"{mm:.3g}" for mm in one.spacing_mm)
            made = f"{words.name(one.name)}: {one.voxels} voxels of {spacing} mm"
            parts = f"voxels {one.voxel_error_ml:.2g} mL, contour {one.contour_error_ml:.2g} mL"
            return "drawn label", _volume(one), f"{made}; SD of {parts}"


def _predictions(follow_up: VolumeFollowUp) -> Table:
    rows = tuple(
        Row(
            (
                one.cohort.name,
                _share(one.left.p50),
                f"{_share(one.left.p05)} to {_share(one.left.p95)}",
                f"{_share(one.course.plateau)}, {one.course.time_d:.0f} d",
                "; ".join(one.remarks),
            )
        )
        for one in follow_up.forecasts.predictions
    )
    head = ("cohort", "left, median", "90 % of patients", "lost in the end, in", "fitted, borrowed")
    empty = "; ".join(follow_up.forecasts.withheld).capitalize() + "."
    widths = ("18%", "auto", "auto", "auto", "1fr")
    return Table(head, rows, empty=empty, widths=widths, wrap=True, dense=True)


def _published(follow_up: VolumeFollowUp) -> Table:
    rows = []
    for fact in follow_up.facts:
        stamp = "" if fact.drives else f" ({fact.trust})"
        finding = " ".join(part for part in (fact.statement, fact.note) if part)
        cells = (finding, _value(fact), fact.population, fact.horizon or "", fact.source + stamp)
        rows.append(Row(cells))
    head = ("finding", "value", "population", "by when", "source")
    widths = ("1fr", "13%", "23%", "11%", "auto")
    empty = "Nothing was read about volumes of this kind."
    return Table(head, tuple(rows), empty=empty, widths=widths, wrap=True, dense=True)


def _value(fact: Fact) -> str:
    """The number of a fact with its interval or its deviation."""
    if fact.value is None:
        return ""
    share = fact.unit == "1"
    scale, unit = (100.0, "%") if share else (1.0, words.unit(fact.unit))
    text = f"{scale * fact.value:.4g} {unit}"
    if fact.kind in (FactKind.MEAN, FactKind.MEDIAN):
        text = f"{fact.kind.value} {text}"
    if fact.interval is not None:
        low, high = fact.interval
        text += f" ({fact.interval_kind}: {scale * low:.4g} to {scale * high:.4g})"
    return text if fact.sd is None else f"{text} (SD {scale * fact.sd:.4g})"


def _volume(one: EllipsoidVolume | LabelVolume) -> str:
    cut = isinstance(one, LabelVolume) and one.cut
    return f"{'at least ' if cut else ''}{format_figure(one.ml)} mL"


def _spread(change: Spread) -> str:
    low, high = _percent(change.p05), _percent(change.p95)
    return f"{_percent(change.nominal)} (90 % of readings: {low} to {high})"


def _percent(share: float) -> str:
    """A change, with its sign."""
    shown = f"{100.0 * share:+.0f}"
    return f"{'0' if shown in ('+0', '-0') else shown} %"


def _share(share: float) -> str:
    return f"{100.0 * share:.0f} %"
