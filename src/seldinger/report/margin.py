"""Margin report: a follow-up becomes a folder: margin.json, one page, two pictures."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seldinger import evidence
from seldinger.core.errors import PlanError
from seldinger.core.progress import Progress, silent
from seldinger.plan.follow_up import POPULATION
from seldinger.plan.margin import THRESHOLDS_MM
from seldinger.report import folder, html, margin_pictures, words
from seldinger.report.view import Banner, Picture, Row, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from seldinger.plan.follow_up import FollowUp
    from seldinger.plan.margin import Part

SCHEMA_VERSION = "1"
MARGIN_FILE = "margin.json"
PAGE = "report.html"
_DIGITS = 6
_ASKED_MM = 5.0
_MAP, _CUT = "pictures/surface.png", "pictures/thinnest.png"


@dataclass(frozen=True, slots=True)
class MarginPage:
    """Everything the page prints, in its order; plain strings and rows."""

    title: str
    subtitle: str
    banner: Banner
    headline: tuple[Row, ...]
    pictures: tuple[Picture, ...]
    shares: Table
    fit: Table
    residuals: Table
    population: str
    published: Table
    notes: tuple[str, ...]
    assumptions: Table
    citations: Table
    provenance: Table
    disclaimer: str


def write(
    out: Path | str, found: FollowUp, *, command: str | None = None, progress: Progress = silent
) -> Path:
    """Write ``found`` as the folder ``out``; the old folder stays until the new one is complete.

    Args:
        out: a new or empty folder, or an earlier report, which is replaced as a whole.
        found: what to write.
        command: how it was asked for; printed with the provenance.
        progress: told what is being done; may raise ``Cancelled``.

    Returns:
        The page, ``out/report.html``.

    Raises:
        OutputError: ``out`` is not ours or cannot be written; nothing is left behind then.
        PlanError: a number is not finite.
    """
    place = Path(out)
    with folder.replaced(place) as staging:
        (staging / MARGIN_FILE).write_text(to_json(found), encoding="utf-8")
        (staging / "pictures").mkdir()
        progress("pictures", 0.0)
        pictures = {
            _MAP: _png(margin_pictures.surface_map(found)),
            _CUT: _png(margin_pictures.thinnest_cut(found)),
        }
        for name, png in pictures.items():
            (staging / name).write_bytes(png)
        progress("page", 0.8)
        (staging / PAGE).write_text(html.margin(page(found, command), pictures), encoding="utf-8")
        progress("page", 1.0)
    return place / PAGE


def to_json(found: FollowUp) -> str:
    """``found`` as the text of ``margin.json``: no masks, no paths, no time; unknown is null.

    Raises:
        PlanError: a number is not finite.
    """
    registration, margin = found.registration, found.margin
    parts = {"whole": margin.whole, "inner": margin.inner, "subcapsular": margin.under_capsule}
    data = {
        "schema_version": SCHEMA_VERSION,
        "request": {
            "target": found.asked.target,
            "zone": found.asked.zone,
            "organ": found.asked.organ,
        },
        "verdict": {
            "status": "provisional" if found.provisional else "measured",
            "reasons": list(found.provisional),
        },
        "target_ml": found.target_ml,
        "zone_ml": found.zone_ml,
        "margin_mm": {name: None if p is None else asdict(p) for name, p in parts.items()},
        "clipped_at_capsule_share": margin.clipped_share if found.asked.organ else None,
        "shrinkage_correction": None,
        "registration": {
            "converged": True,
            "stages": [asdict(stage) for stage in registration.stages],
            "least_jacobian": registration.least_jacobian,
            "shift_mm": list(registration.shift_mm),
            "turn_deg": registration.turn_deg,
            "bend_mm": registration.bend_mm,
            "residuals": [asdict(one) for one in found.residuals],
            "near_target": {"within_mm": found.near_mm, "error_mm": found.near_error_mm},
        },
        "published": [_published(fact.id) for fact in found.facts],
        "population_note": POPULATION,
        "assumptions": [asdict(one) for one in found.assumptions],
        "notes": list(found.notes),
        "provenance": {"version": found.version, "inputs": [asdict(i) for i in found.inputs]},
    }
    tidy = _tidied(data, "margin")
    return json.dumps(tidy, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def page(found: FollowUp, command: str | None) -> MarginPage:
    """What the page says."""
    organ = found.asked.organ or "organ not known"
    return MarginPage(
        title=f"Margin of {words.name(found.asked.zone)} over {words.name(found.asked.target)}",
        subtitle=f"{words.name(organ)}; {_volumes(found)}",
        banner=_banner(found),
        headline=_headline(found),
        pictures=(
            Picture(_MAP, "Margin in every direction from the tumour's middle", _map_words(found)),
            Picture(
                _CUT,
                "Scan after treatment through the thinnest place",
                "The plane through the tumour's middle and the thinnest place (ring).",
            ),
        ),
        shares=_shares(found),
        fit=_fit(found),
        residuals=_residuals(found),
        population=POPULATION,
        published=_bands(found),
        notes=found.notes,
        assumptions=_assumptions(found),
        citations=Table(
            ("key", "source"), tuple(Row((k, evidence.source(k).text)) for k in _sources(found))
        ),
        provenance=_provenance(found, command),
        disclaimer=words.DISCLAIMER,
    )


def _volumes(found: FollowUp) -> str:
    return f"tumour {found.target_ml:.1f} mL before, zone {found.zone_ml:.1f} mL after"


def _assumptions(found: FollowUp) -> Table:
    rows = []
    for a in found.assumptions:
        name = words.name(a.name) + (" (yours)" if a.edited else "")
        used, span = f"{a.value:g} {words.unit(a.unit)}", f"{a.low:g} to {a.high:g}"
        rows.append(Row((name, used, span, a.reason)))
    return Table(("what", "used", "range", "why"), tuple(rows))


def _provenance(found: FollowUp, command: str | None) -> Table:
    rows = [Row((f"SHA-256 of {i.role} ({i.name})", i.sha256)) for i in found.inputs]
    rows.append(Row(("seldinger", found.version)))
    if command:
        rows.append(Row(("command", command)))
    return Table(("what", "value"), tuple(rows))


def _banner(found: FollowUp) -> Banner:
    least = found.margin.whole.minimal_mm
    sentence = f"Thinnest margin {words.mm(least)}"
    if found.near_error_mm is not None:
        sentence += f"; registration is off by about {words.mm(found.near_error_mm)} nearby"
    if found.provisional:
        return Banner("PROVISIONAL", sentence + ".", "warn", found.provisional)
    error = found.near_error_mm or 0.0
    if least < 0.0:
        left = found.margin.whole.under["0"]
        reason = f"{100.0 * left:.0f} % of the tumour's surface lies outside the zone"
        if -least < error:
            reason += ", by less than registration is off"
        return Banner("NOT COVERED", sentence + ".", "bad", (reason,))
    # A margin is measured, not judged: what is enough depends on the tumour.
    return Banner("MEASURED", sentence + ".", "good" if least - error >= _ASKED_MM else "warn", ())


def _headline(found: FollowUp) -> tuple[Row, ...]:
    margin = found.margin
    whole = margin.whole
    inner = margin.inner
    known = found.asked.organ is not None
    return (
        Row(("minimal margin", words.mm(whole.minimal_mm), "all of the surface"), _tone(whole)),
        Row(
            (
                "away from the capsule",
                words.mm(None if inner is None else inner.minimal_mm),
                "without the subcapsular part" if known else "capsule unknown",
            )
        ),
        Row(("under 5 mm", f"{100.0 * whole.under['5']:.0f} %", "of the surface")),
        Row(
            (
                "registration error",
                words.mm(found.near_error_mm),
                f"estimate, surfaces within {found.near_mm:.0f} mm",
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
        "The tumour's surface, seen from its middle and unrolled like a globe; the ring marks the "
        f"thinnest place.{hatched}"
    )


def _shares(found: FollowUp) -> Table:
    margin = found.margin
    rows = []
    named = (
        ("whole surface", margin.whole),
        ("away from the capsule", margin.inner),
        ("subcapsular", margin.under_capsule),
    )
    for name, part in named:
        if part is None:
            rows.append(Row((name, *(("none" if found.asked.organ else words.UNKNOWN),) * 8)))
            continue
        cells = (words.mm(part.minimal_mm), words.mm(part.p05_mm), words.mm(part.median_mm))
        under = (f"{100.0 * share:.1f} %" for share in part.under.values())
        rows.append(Row((name, f"{100.0 * part.share:.0f} %", *cells, *under), _tone(part)))
    note = "Measured to untreated tissue of the organ: clipped at its capsule."
    if found.asked.organ is None:
        note = "Measured to the zone's surface everywhere: no organ is known, nothing is clipped."
    else:
        note += f" The capsule widened the margin on {100.0 * margin.clipped_share:.0f} % of it."
    head = ("part", "of surface", "minimum", "5 %", "median")
    return Table((*head, *(f"under {t:g} mm" for t in THRESHOLDS_MM)), tuple(rows), note=note)


def _fit(found: FollowUp) -> Table:
    made = found.registration
    rows = [
        Row(
            (
                f"{stage.name} registration",
                f"converged after {stage.iterations} steps",
                f"{stage.metric_before:.3f} to {stage.metric_after:.3f}: {stage.stopped}",
            )
        )
        for stage in made.stages
    ]
    shift = ", ".join(f"{s:.1f}" for s in made.shift_mm)
    rows += [
        Row(("rigid movement", f"({shift}) mm LPS", f"turned by {made.turn_deg:.1f} degrees")),
        Row(
            (
                "bending",
                f"up to {made.bend_mm:.1f} mm",
                f"least local volume {made.least_jacobian:.2f} of before: nothing is folded",
            )
        ),
    ]
    return Table(("what", "how far", "in its own words"), tuple(rows))


def _residuals(found: FollowUp) -> Table:
    rows = tuple(
        Row(
            (
                words.name(one.name),
                words.mm(one.rigid_mean_mm),
                words.mm(one.mean_mm),
                words.mm(one.p95_mm),
                words.mm(one.max_mm),
            )
        )
        for one in found.residuals
    )
    return Table(
        ("surface seen on both scans", "mean, rigid only", "mean left", "95 %", "largest"),
        rows,
        empty="No structure is labelled on both scans: how well they fit is unknown.",
        note="Distances across surfaces; movement along them is not seen.",
    )


def _bands(found: FollowUp) -> Table:
    rows = []
    for fact in found.facts:
        value = "" if fact.value is None else f"{fact.value:g} {words.unit(fact.unit)}".strip()
        if fact.kind is evidence.FactKind.PROPORTION and fact.value is not None:
            value = f"{100.0 * fact.value:.1f} %"
        stamp = "" if fact.drives else f" ({fact.trust})"
        rows.append(
            Row((fact.statement, value, fact.population, fact.horizon or "", fact.source + stamp))
        )
    return Table(("finding", "value", "population", "by when", "source"), tuple(rows))


def _published(fact_id: str) -> dict[str, Any]:
    fact = evidence.fact(fact_id)
    keys = ("id", "statement", "value", "unit", "interval", "interval_kind", "population")
    more = ("endpoint", "horizon", "source", "trust", "note")
    return {key: getattr(fact, key) for key in (*keys, *more)}


def _png(figure: Figure) -> bytes:
    stream = BytesIO()
    # Without the library's name in it, the same margin gives the same bytes.
    figure.savefig(
        stream, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 4}
    )
    return stream.getvalue()


def _sources(found: FollowUp) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.source for fact in found.facts))


def _tidied(value: Any, place: str) -> Any:
    """``value`` with six significant digits; ``PlanError`` names a number that is not finite."""
    if isinstance(value, dict):
        return {key: _tidied(v, f"{place}.{key}") for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_tidied(v, f"{place}[{n}]") for n, v in enumerate(value)]
    if isinstance(value, float):
        if not math.isfinite(value):
            raise PlanError(f"{place} is {value}: a margin is finite, or null for unknown")
        return float(f"{value:.{_DIGITS}g}") + 0.0
    return value
