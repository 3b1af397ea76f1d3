"""Delivered dose report: a folder with the page, its print, and the dose for other programs.

``delivered.json``; ``dose.nii.gz``; DICOM: ``rtdose.dcm``, ``structures.dcm`` (SEG) and
``doses.dcm`` (structured report).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.formatting import format_figure
from seldinger.core.progress import Progress, silent
from seldinger.core.volume import Volume
from seldinger.followup import forecast as forecasts
from seldinger.followup.delivered import POPULATION
from seldinger.report import (
    delivered_file,
    delivered_pictures,
    dose_sr,
    folder,
    nifti,
    rendering,
    segmentation,
    tables,
    words,
)
from seldinger.report.blocks import (
    Banner,
    Block,
    Document,
    Figure,
    Heading,
    Note,
    Numbers,
    Row,
    Table,
    Text,
)
from seldinger.report.dicom_objects import describe_images
from seldinger.report.dose_sr import CodedFigure, DoseBasis, SegmentDoses
from seldinger.report.pictures import to_png
from seldinger.report.rt_dose import DoseText, is_along_axes, make_rt_dose
from seldinger.report.segmentation import Made, SegmentOut

if TYPE_CHECKING:
    from seldinger.core.quantity import Spread
    from seldinger.followup.delivered import DeliveredDose
    from seldinger.followup.forecast import Forecast
    from seldinger.followup.planned import Planned
    from seldinger.image.study import DicomIdentity
    from seldinger.simulate.dose.outline import Contour
    from seldinger.simulate.dose.structures import StructureDose

DELIVERED_FILE = "delivered.json"
PAGE, PRINTED = "report.html", "report.pdf"
_PLANES, _CURVES = "pictures/planes.png", "pictures/histograms.png"
_PICTURE_MM = 60.0
_CURVES_MM = 78.0
LIMITS = (
    "The image has the scanner's resolution: peaks read too low, valleys too high.",
    "Small tumours show less than they hold: the table says what a phantom's spheres showed.",
    "Breath smears the dome of the liver into the lung and back.",
    "A dose is no response: what followed such doses in others stands with its population.",
)


def write(
    out: Path | str,
    delivered: DeliveredDose,
    *,
    forecast: Forecast | None = None,
    planned: Planned | None = None,
    command: str | None = None,
    progress: Progress = silent,
) -> Path:
    """Write ``delivered`` as the folder ``out``; the old folder stays until the new is complete.

    Args:
        out: a new or empty folder, or an earlier report, which is replaced as a whole.
        delivered: what to write.
        forecast: what MAA foretold, where it was compared.
        planned: what a plan foresaw, where it was compared.
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
        text = delivered_file.to_json(delivered, forecast, planned)
        (staging / DELIVERED_FILE).write_text(text, encoding="utf-8")
        progress("pictures", 0.0)
        pictures = {
            _PLANES: to_png(delivered_pictures.draw_planes(delivered)),
            _CURVES: to_png(delivered_pictures.draw_histograms(delivered)),
        }
        progress("files", 0.4)
        write_fields(staging, delivered)
        progress("page", 0.8)
        rendering.write(
            staging, build_page(delivered, command, forecast, planned), pictures, PAGE, PRINTED
        )
        progress("page", 1.0)
    return place / PAGE


def write_fields(staging: Path, delivered: DeliveredDose) -> None:
    """The dose as NIfTI and RTDOSE, the contours as SEG, the figures as a structured report.

    Raises:
        OutputError: one cannot be written.
    """
    dose, identity = delivered.dose, delivered.study.identity
    nifti.write(
        staging / "dose.nii.gz", Volume(dose.values.astype("float32"), dose.grid, dose.unit)
    )
    images = describe_images({one.name: one.sha256 for one in delivered.inputs}, identity)
    constants, version = delivered.constants, delivered.version
    text = DoseText(
        f"{delivered.status}: {constants.symbol} absorbed dose",
        f"{delivered.status}; {constants.preset} {constants.gy_kg_per_gbq:.2f} Gy kg/GBq; "
        f"{delivered.asked.method.value}; all decays from {delivered.counted_from} on; "
        f"{constants.text}; {delivered.computed.method}. "
        f"{' '.join(delivered.provisional)} Research and education software, not a medical device.",
        version,
        by_density=delivered.by_ct,
    )
    if delivered.dose.grid.is_aligned or is_along_axes(dose):
        make_rt_dose(dose, images, identity, text).save_as(
            staging / "rtdose.dcm", enforce_file_format=True
        )
    _write_structures(staging, delivered, images, identity)


def _write_structures(
    staging: Path, delivered: DeliveredDose, images: str, identity: DicomIdentity | None
) -> None:
    """Contours on their own lattice, and their doses."""
    every = delivered.contours.every
    made = segmentation.make_segmentation(
        tuple(_segment(one, delivered) for one in every),
        every[0].grid,
        images,
        identity,
        delivered.study.modality,
        Made("STRUCTURES", "Contours whose dose is told", delivered.version),
    )
    made.save_as(staging / "structures.dcm", enforce_file_format=True)
    constants = delivered.constants
    basis = DoseBasis(
        delivered.status,
        f"{constants.symbol} {constants.preset} {constants.gy_kg_per_gbq:.2f} Gy kg/GBq",
        f"{delivered.asked.method.value}, decays from {delivered.counted_from} on",
        delivered.version,
    )
    doses = tuple(
        SegmentDoses(number, _figures(one)) for number, one in enumerate(delivered.structures, 1)
    )
    report = dose_sr.make_dose_report(made, doses, images, identity, basis)
    report.save_as(staging / "doses.dcm", enforce_file_format=True)


def _segment(contour: Contour, delivered: DeliveredDose) -> SegmentOut:
    category, kind = segmentation.ANATOMICAL, segmentation.ORGAN
    if contour.is_tumour:
        category, kind = segmentation.ABNORMAL, segmentation.NEOPLASM
    elif contour in (delivered.contours.liver, delivered.contours.normal):
        kind = segmentation.LIVER
    return SegmentOut(contour.name, contour.mask, category, kind)


def _figures(one: StructureDose) -> tuple[CodedFigure, ...]:
    gray = dose_sr.GRAY
    return (
        CodedFigure(dose_sr.VOLUME, one.volume_ml, dose_sr.MILLILITRE),
        CodedFigure(dose_sr.MEAN_DOSE, one.mean_gy.nominal, gray),
        CodedFigure(dose_sr.D95, one.d95_gy.nominal, gray),
        CodedFigure(dose_sr.D70, one.d70_gy.nominal, gray),
        CodedFigure(dose_sr.LARGEST_DOSE, one.largest_gy, gray),
    )


def build_page(
    delivered: DeliveredDose,
    command: str | None,
    forecast: Forecast | None = None,
    planned: Planned | None = None,
) -> Document:
    """What the page says.

    Args:
        delivered: the dose.
        command: how it was asked for; None: not told.
        forecast: what MAA foretold; None: it was not given.
        planned: what a plan foresaw; None: it was not given.
    """
    constants = delivered.constants
    files = [(f"{one.role} ({one.name})", one.sha256) for one in delivered.inputs]
    asked = (("command", command),) if command else ()
    return Document(
        title=f"Dose after {constants.symbol} radioembolization",
        subtitle=f"{delivered.activity_mbq:.0f} MBq in the image; {delivered.way}",
        first=(
            _banner(delivered),
            Numbers(_headline(delivered)),
            Figure(
                _PLANES,
                "Dose in colour over the patient in three planes",
                "Dose through the largest tumour. White: tumours; green, dashed: liver. Seen from "
                "below, from the front, from the left.",
                height_mm=_PICTURE_MM,
            ),
            *tables.with_headings(("Dose of every structure", _doses(delivered))),
            Figure(
                _CURVES,
                "Dose-volume histograms with their spread",
                "Lines: as computed. Bands: 5 to 95 % of the samples.",
                height_mm=_CURVES_MM,
            ),
        ),
        rest=(
            Heading("What the figures cannot show"),
            Text(points=LIMITS),
            *(() if planned is None else _planned(planned)),
            *(() if forecast is None else _forecast(forecast)),
            *tables.with_headings(
                ("Biologically effective dose", _biology(delivered)),
                ("Activity and constants", _activity(delivered)),
            ),
            Heading("What was published"),
            Text(POPULATION, soft=True),
            _published(delivered),
            Heading("Notes"),
            Text(points=delivered.notes),
            *tables.with_headings(
                ("Assumptions", tables.build_assumptions(delivered.assumptions)),
                ("Sources", tables.cite(fact.source for fact in delivered.facts)),
                ("Provenance", tables.build_provenance(files, delivered.version, asked)),
            ),
        ),
    )


def _banner(delivered: DeliveredDose) -> Banner:
    tumours = [one for one in delivered.structures if one.is_tumour]
    least = min(tumours, key=lambda one: one.mean_gy.nominal, default=None)
    sentence = "No tumour was told apart."
    if least is not None:
        sentence = (
            f"{len(tumours)} tumours; least mean dose {_gy(least.mean_gy.nominal)} "
            f"({least.name}, {format_figure(least.volume_ml)} mL)."
        )
    tone = "warn" if delivered.provisional else "plain"
    return Banner(delivered.status.upper(), sentence, tone, delivered.provisional)


def _headline(delivered: DeliveredDose) -> tuple[Row, ...]:
    largest = sorted(
        (one for one in delivered.structures if one.is_tumour), key=lambda one: -one.volume_ml
    )
    rows = [Row((f"{one.name}, mean", _gy(one.mean_gy.nominal), _range(one.mean_gy)))
            for one in largest[:2]]  # fmt: skip
    normal = delivered.contours.normal
    rows += [
        Row((f"{one.name}, mean", _gy(one.mean_gy.nominal), _range(one.mean_gy)))
        for one in delivered.structures
        if normal is not None and one.name == normal.name
    ]
    lung = words.UNKNOWN if delivered.lung_gy is None else _gy(delivered.lung_gy)
    remark = "no lung shunt was told" if delivered.lung_gy is None else "by the shunt, over 1 kg"
    rows.append(Row(("lungs, mean", lung, remark)))
    return tuple(rows)


def _doses(delivered: DeliveredDose) -> Table:
    head = ("", "Volume", "Mean", "5 to 95 %", "D95", "D70", "5 to 95 %", "Recovery",
            "Mean if recovered")  # fmt: skip
    rows = tuple(
        Row((
            one.name, f"{format_figure(one.volume_ml)} mL", _gy(one.mean_gy.nominal),
            _range(one.mean_gy), _gy(one.d95_gy.nominal), _gy(one.d70_gy.nominal),
            _range(one.d70_gy), _share(one), _recovered(one),
        ), "strong" if one.is_tumour else "plain")
        for one in delivered.structures
    )  # fmt: skip
    note = (
        "As the image shows it; D95, D70: the least dose of the best 95 and 70 % of the volume. "
        "5 to 95 %: contour, calibration, density, constants. Recovery: share of its contrast that "
        "a phantom's sphere of that size showed; the last column is the mean if so much was lost "
        "here."
    )
    return Table(head, rows, note=note, widths=("1fr", *("auto",) * 8), wrap=True, dense=True)


def _share(one: StructureDose) -> str:
    if not one.is_tumour:
        return ""
    return words.UNKNOWN if one.recovery is None else f"{100.0 * one.recovery:.0f} %"


def _recovered(one: StructureDose) -> str:
    if not one.is_tumour:
        return ""
    return words.UNKNOWN if one.recovered_mean_gy is None else _gy(one.recovered_mean_gy)


def _biology(delivered: DeliveredDose) -> Table:
    rows = tuple(
        Row((one.name, _gy(one.bed_gy.nominal), _range(one.bed_gy)))
        for one in delivered.structures
        if one.bed_gy is not None
    )
    note = (
        "Mean of every voxel's own BED, by the ratio of tumour for tumours and of liver for the "
        "rest; with the image's blur it is too low where dose is uneven."
    )
    return Table(("", "Mean BED", "5 to 95 %"), rows, note=note)


def _activity(delivered: DeliveredDose) -> Table:
    computed = delivered.computed
    share = 100.0 / computed.emitted_j if computed.emitted_j else 0.0
    liver = "unknown" if delivered.liver_mbq is None else f"{delivered.liver_mbq:.0f} MBq"
    rows = (
        Row(("activity in the image", f"{delivered.activity_mbq:.0f} MBq")),
        Row(("of it in the liver", liver)),
        Row(("constants", delivered.constants.text)),
        Row(("method", computed.method)),
        Row(("decays counted from", delivered.counted_from)),
        Row(("energy absorbed in the image", f"{share * computed.absorbed_j:.2f} %")),
        Row(("energy carried out of it", f"{share * computed.left_grid_j:.2f} %")),
        Row(("energy radiated, not followed", f"{share * computed.radiated_j:.2f} %")),
    )
    return Table(("", ""), rows, widths=("auto", "1fr"), wrap=True)


def _published(delivered: DeliveredDose) -> Table:
    rows = tuple(
        Row((fact.statement, fact.population or "", fact.trust.value)) for fact in delivered.facts
    )
    return Table(("", "Population", "Trust"), rows, widths=("1.6fr", "1fr", "auto"), wrap=True,
                 dense=True)  # fmt: skip


def _planned(planned: Planned) -> tuple[Block, ...]:
    """A plan beside what was delivered."""
    rows = []
    for one in planned.rows:
        foreseen = one.planned_gy
        middle = foreseen if isinstance(foreseen, float) else foreseen.nominal
        reach = "" if isinstance(foreseen, float) else _range(foreseen)
        share = f"{100.0 * one.delivered_gy.nominal / middle:.0f} %" if middle else ""
        shown = (_gy(one.delivered_gy.nominal), _range(one.delivered_gy))
        rows.append(Row((one.name, _gy(middle), reach, *shown, share)))
    gave, told, shows = (
        "unknown" if value is None else f"{value:.2f} GBq"
        for value in (planned.activity_gbq, planned.told_gbq, planned.shown_gbq)
    )
    note = (
        f"Activity: planned {gave}, told {told}, by the image's own numbers and the shunt {shows}."
    )
    if planned.missing:
        note += f" The plan tells no dose of {', '.join(planned.missing)}."
    if planned.absent:
        note += f" Planned, and no contour shows it: {', '.join(planned.absent)}."
    head = ("", "Planned mean", "5 to 95 %", "Delivered mean", "5 to 95 %", "Of the plan")
    beside = Table(head, tuple(rows), note=note) if rows else Text(note)
    doubts = (Note(one, "warn") for one in planned.doubts)
    return (Heading("Planned and delivered"), *doubts, beside)


def _forecast(forecast: Forecast) -> tuple[Block, ...]:
    """MAA beside the microspheres."""
    rows = tuple(
        Row((row.name, _gy(row.forecast_gy), _gy(row.delivered_gy), f"{row.difference_gy:+.1f} Gy"))
        for row in forecast.rows
    )
    reach = forecast.agreement_gy
    limits = "" if reach is None else f"; 95 % between {reach[0]:.1f} and {reach[1]:.1f} Gy"
    note = (
        f"{forecast.shared_mbq:.0f} MBq shared out over the liver by each image. Mean difference "
        f"{forecast.mean_difference_gy:+.1f} Gy{limits}; correlation of voxels "
        f"{forecast.correlation:.2f}."
    )
    table = Table(("", "By MAA", "By microspheres", "Difference"), rows, note=note)
    return (Heading("What MAA foretold"), table, Text(points=forecasts.LIMITS))


def _gy(value: float) -> str:
    return f"{format_figure(value)} Gy"


def _range(spread: Spread) -> str:
    return f"{spread.p05:.0f} to {spread.p95:.0f}"
