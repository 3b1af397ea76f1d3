"""Margin report: a follow-up becomes a folder: margin.json, one page as HTML and PDF, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.progress import Progress, silent
from seldinger.evidence.model import FactKind
from seldinger.followup.margin import NO_SHRINKAGE, POPULATION
from seldinger.report import folder, margin_file, margin_pictures, rendering, tables, words
from seldinger.report.blocks import Banner, Document, Figure, Heading, Numbers, Row, Table, Text
from seldinger.report.pictures import to_png
from seldinger.simulate.margin import THRESHOLDS_MM

if TYPE_CHECKING:
    from seldinger.evidence.model import Fact
    from seldinger.followup.margin import FollowUp
    from seldinger.simulate.margin import Part

MARGIN_FILE = "margin.json"
PAGE, PRINTED = "report.html", "report.pdf"
_ASKED_MM = 5.0
_PICTURE_MM = 84.0
_MAP, _CUT = "pictures/surface.png", "pictures/thinnest.png"


def write(
    out: Path | str, follow_up: FollowUp, *, command: str | None = None, progress: Progress = silent
) -> Path:
    """Write ``found`` as the folder ``out``; the old folder stays until the new one is complete.

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
        (staging / MARGIN_FILE).write_text(margin_file.to_json(follow_up), encoding="utf-8")
        progress("pictures", 0.0)
        pictures = {
            _MAP: to_png(margin_pictures.draw_surface_map(follow_up)),
            _CUT: to_png(margin_pictures.draw_thinnest_plane(follow_up)),
        }
        progress("page", 0.8)
        rendering.write(staging, build_page(follow_up, command), pictures, PAGE, PRINTED)
        progress("page", 1.0)
    return place / PAGE


def build_page(follow_up: FollowUp, command: str | None) -> Document:
    """What the page says."""
    organ = follow_up.asked.organ or "organ not known"
    files = [(f"{i.role} ({i.name})", i.sha256) for i in follow_up.inputs]
    notes = tuple(note for note in follow_up.notes if note != NO_SHRINKAGE)
    request = follow_up.asked
    asked = (("command", command),) if command else ()
    return Document(
        title=f"Margin of {words.name(request.zone)} over {words.name(request.target)}",
        subtitle=f"{words.name(organ)}; {_volumes(follow_up)}",
        first=(
            _banner(follow_up),
            Numbers(_headline(follow_up)),
            Text(NO_SHRINKAGE, lead="Not corrected for shrinkage."),
            *_pictures(follow_up),
        ),
        rest=(
            *tables.with_headings(
                ("Margin over the tumour's surface", _shares(follow_up)),
                ("Registration of the two scans", _fit(follow_up)),
            ),
            _residuals(follow_up),
            Heading("What was published about margins"),
            Text(POPULATION, soft=True),
            _bands(follow_up),
            *((Heading("Notes"), Text(points=notes)) if notes else ()),
            *tables.with_headings(
                ("Assumptions", tables.build_assumptions(follow_up.assumptions)),
                ("Sources", tables.cite(fact.source for fact in follow_up.facts)),
                ("Provenance", tables.build_provenance(files, follow_up.version, asked)),
            ),
        ),
    )


def _pictures(follow_up: FollowUp) -> tuple[Figure, ...]:
    whole, thinnest = (
        "Margin in every direction from the tumour's middle",
        "Scan after treatment through the thinnest place",
    )
    return (
        Figure(_MAP, whole, _map_words(follow_up), height_mm=_PICTURE_MM),
        Figure(_CUT, thinnest, _cut_words(follow_up), height_mm=_PICTURE_MM),
    )


def _volumes(found: FollowUp) -> str:
    return f"tumour {found.target_ml:.1f} mL before, zone {found.zone_ml:.1f} mL after"


def _banner(follow_up: FollowUp) -> Banner:
    least = follow_up.margin.whole.minimal_mm
    sentence = f"Minimal ablative margin {words.mm(least)}"
    if follow_up.interval_mm is not None:
        low, high = (words.mm(x) for x in follow_up.interval_mm)
        sentence += f" ({low} to {high})"
    if follow_up.near_error_mm is not None:
        sentence += f"; registration is off by about {words.mm(follow_up.near_error_mm)} nearby"
    error = follow_up.near_error_mm or 0.0
    # A margin is measured, not judged: what is enough depends on the tumour.
    tone = "warn" if follow_up.provisional or least - error < _ASKED_MM else "good"
    if least < 0.0 and not follow_up.provisional:
        tone = "bad"
    return Banner(follow_up.status.upper(), sentence + ".", tone, follow_up.reasons)


def _headline(follow_up: FollowUp) -> tuple[Row, ...]:
    margin = follow_up.margin
    whole = margin.whole
    inner = margin.inner
    known = follow_up.asked.organ is not None
    return (
        Row(
            ("minimal ablative margin", words.mm(whole.minimal_mm), "all of the surface"),
            _tone(whole),
        ),
        Row(
            (
                "away from the capsule",
                words.mm(None if inner is None else inner.minimal_mm),
                "without the subcapsular part" if known else "capsule unknown",
            ),
            "plain" if inner is None else _tone(inner),
        ),
        Row(("under 5 mm", words.percent(whole.under["5"]), "of the surface")),
        Row(
            (
                "registration error",
                words.mm(follow_up.near_error_mm),
                f"estimate, surfaces within {follow_up.near_mm:.0f} mm",
            )
        ),
    )


def _tone(part: Part) -> str:
    if part.minimal_mm < 0.0:
        return "bad"
    return "warn" if part.minimal_mm < _ASKED_MM else "good"


def _map_words(found: FollowUp) -> str:
    hatched = " Hatched: subcapsular." if found.margin.under_capsule is not None else ""
    return (
        "The tumour's surface, seen from its middle and unrolled like a globe, equal areas equally "
        f"large; the ring marks the thinnest place.{hatched}"
    )


def _cut_words(follow_up: FollowUp) -> str:
    text = (
        "The plane through the tumour's middle and the thinnest place (ring). Dots: the tumour's "
        "surface carried over from the scan before, in the map's colours; white: the zone"
    )
    if follow_up.asked.organ is not None:
        text += f"; green: {words.name(follow_up.asked.organ)}"
    if follow_up.margin.under_capsule is not None:
        text += "; diamonds: subcapsular"
    return text + "."


def _shares(follow_up: FollowUp) -> Table:
    margin = follow_up.margin
    rows = []
    named = (
        ("whole surface", margin.whole),
        ("away from the capsule", margin.inner),
        ("subcapsular", margin.under_capsule),
    )
    known = follow_up.asked.organ is not None
    for name, part in named:
        if part is None:
            rows.append(Row((name, "none" if known else words.UNKNOWN, *("",) * 7)))
            continue
        cells = (words.mm(part.minimal_mm), words.mm(part.p05_mm), words.mm(part.median_mm))
        under = (words.percent(share) for share in part.under.values())
        rows.append(Row((name, words.percent(part.share), *cells, *under), _tone(part)))
    note = "Measured to the zone's surface everywhere: no organ is known, nothing is clipped."
    if known:
        note = (
            "Measured to untreated tissue of the organ: there is none beyond the capsule, so on "
            f"{words.percent(margin.clipped_share)} of the surface the margin runs to the nearest "
            "tissue instead of straight out."
        )
    below = tuple(f"under {t:g} mm" for t in THRESHOLDS_MM)
    head = ("part", "of surface", "minimum", "5 %", "median", *below)
    widths = ("1fr", *("auto",) * (len(head) - 1))
    return Table(head, tuple(rows), note=note, widths=widths, wrap=True)


def _fit(follow_up: FollowUp) -> Table:
    registration = follow_up.registration
    rows = [
        Row(
            (
                f"{stage.name} registration",
                f"converged after {stage.iterations} steps",
                f"{stage.metric_before:.3f} to {stage.metric_after:.3f}: {_first(stage.stopped)}",
            )
        )
        for stage in registration.stages
    ]
    shift = ", ".join(f"{s:.1f}" for s in registration.shift_mm)
    rows.append(
        Row(("rigid movement", f"({shift}) mm LPS", f"turned by {registration.turn_deg:.1f}°"))
    )
    rows.append(_bent(follow_up))
    rows.append(_kept(follow_up))
    rigid = words.mm(follow_up.rigid.whole.minimal_mm)
    rows.append(Row(("minimal ablative margin, rigid", rigid, "")))
    bent = None if follow_up.deformable is None else follow_up.deformable.whole.minimal_mm
    rows.append(Row(("minimal ablative margin, deformable", words.mm(bent), registration.refused)))
    head, widths = ("quantity", "value", "remark"), ("auto", "auto", "1fr")
    return Table(head, tuple(rows), widths=widths)


def _bent(follow_up: FollowUp) -> Row:
    bending = follow_up.registration.bending
    if bending is None:
        return Row(("bending", "none", follow_up.registration.refused))
    least = bending.least_jacobian
    folded = f"least local volume {least:.2f} of before: nothing is folded"
    return Row(("bending", f"up to {bending.bend_mm:.1f} mm", folded))


def _kept(follow_up: FollowUp) -> Row:
    """Which part is kept, and what decided it."""
    which = "deformable" if follow_up.registration.bends else "rigid"
    left = follow_up.left_out
    if left.rigid_mm is None or left.deformable_mm is None:
        return Row(("kept", which, "no labelled surface was left out to tell a better one"))
    text = (
        f"at {left.points} points that the deformable match has not seen, "
        f"{left.rigid_mm:.1f} mm are left by the rigid, {left.deformable_mm:.1f} mm by the other"
    )
    return Row(("kept", which, text))


def _first(words_of_itk: str) -> str:
    """The first sentence, as a sentence of ours goes on."""
    said = words_of_itk.partition(". ")[0].rstrip(".")
    return said[:1].lower() + said[1:]


def _residuals(follow_up: FollowUp) -> Table:
    rows = tuple(
        Row(
            (
                words.name(residual.name),
                words.mm(residual.rigid_mean_mm),
                words.mm(residual.mean_mm),
                words.mm(residual.p95_mm),
                words.mm(residual.max_mm),
            )
        )
        for residual in follow_up.residuals
    )
    return Table(
        ("surface seen on both scans", "mean, rigid only", "mean left", "95 %", "largest"),
        rows,
        empty="No structure is labelled on both scans: how well they fit is unknown.",
        note="Distances across surfaces; movement along them is not seen.",
        widths=("1fr", "auto", "auto", "auto", "auto"),
    )


def _bands(found: FollowUp) -> Table:
    rows = []
    for fact in found.facts:
        stamp = "" if fact.drives else f" ({fact.trust})"
        finding = " ".join(part for part in (fact.statement, fact.note) if part)
        cells = (finding, _value(fact), fact.population, fact.horizon or "", fact.source + stamp)
        rows.append(Row(cells))
    head = ("finding", "value", "population", "by when", "source")
    widths = ("1fr", "15%", "21%", "11%", "auto")
    return Table(head, tuple(rows), widths=widths, wrap=True, dense=True)


def _value(fact: Fact) -> str:
    """The number of a fact as it is read aloud, with its counts and its interval."""
    if fact.value is None:
        return ""
    text = f"{fact.value:g} {words.unit(fact.unit)}".strip()
    if fact.kind is FactKind.PROPORTION:
        text = f"{100.0 * fact.value:.3g} %"
        if fact.numerator is not None and fact.denominator is not None:
            text += f" ({fact.numerator} of {fact.denominator})"
    elif fact.kind is not FactKind.THRESHOLD:
        text = f"{fact.kind.value} {text}"
    if fact.interval is not None:
        text += f" ({fact.interval_kind}: {fact.interval[0]:g} to {fact.interval[1]:g})"
    return text
