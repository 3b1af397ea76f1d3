"""How it goes: guidance, devices and settings, the steps, and what to do if it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import PlanStatus
from seldinger.report import words
from seldinger.report.blocks import Block, Entries, Row, Table
from seldinger.report.sections import Part, Section
from seldinger.report.tables import with_headings, with_subheadings

if TYPE_CHECKING:
    from seldinger.plan.model import Plan, Step


def build_course(plan: Plan) -> tuple[Block, ...]:
    """Guidance, steps, bail-out."""
    steps = _steps(plan.treatment.steps, "The plan names no steps.", _steps_note(plan))
    bail_out = _steps(plan.treatment.bail_out, "The plan names no bail-out steps.")
    return with_headings(
        ("Imaging guidance", _guidance(plan)),
        ("Steps", steps),
        ("Complications and bail-out", bail_out),
    )


def _guidance(plan: Plan) -> Table:
    guidance = plan.guidance
    rows = [Row((guidance.modality, guidance.reason, ", ".join(guidance.sources)))]
    probe = guidance.ultrasound
    if probe is not None:
        fits = {True: "fits", False: "does not fit", None: words.UNKNOWN}[probe.fits]
        angle = probe.needle_to_beam_deg
        text = (
            f"{fits}: free aperture {words.mm(probe.aperture_mm)}, "
            f"{words.mm(probe.needed_mm)} needed; "
            f"depth {words.mm(probe.depth_mm)}; needle to beam "
            f"{words.UNKNOWN if angle is None else f'{angle:.0f}°'}"
        )
        rows.append(Row(("Ultrasound probe", text, "geometry only")))
        rows.append(Row(("Seen on ultrasound", words.UNKNOWN, "until someone looks"), "warn"))
    return Table(
        ("Guidance", "Why", "Source"), tuple(rows), widths=("auto", "1fr", "auto"), dense=True
    )


def build_settings(plan: Plan) -> tuple[Block, ...]:
    """Technique, devices and every setting of the treatment."""
    treatment = plan.treatment
    rows = [Row(("technique", words.name(treatment.technique) or words.UNKNOWN))]
    for device in treatment.devices:
        settings = ", ".join(" ".join(words.setting(k, v)) for k, v in device.settings.items())
        rows.append(Row((device.role, device.name, settings)))
    stated = {"technique", "device"}  # stand above already
    rows += [
        Row(words.setting(key, value), "warn" if value is None else "plain")
        for key, value in treatment.settings.items()
        if key not in stated
    ]
    title = f"Devices and settings: {words.name(treatment.kind)}"
    return with_subheadings((title, (Entries(tuple(rows)),)))


def _steps_note(plan: Plan) -> str:
    """Steps of a path that must not be taken say so where they are read."""
    if plan.verdict.status is PlanStatus.UNSUITABLE and plan.treatment.steps:
        return "The verdict is unsuitable: these steps describe the path, they do not advise it."
    return ""


def _steps(steps: tuple[Step, ...], empty: str, note: str = "") -> Table:
    rows = tuple(
        Row((str(number), step.title, step.text)) for number, step in enumerate(steps, start=1)
    )
    return Table(("", "", ""), rows, empty, note, ("auto", "auto", "1fr"))


COURSE = Section(Part.BODY, 50, build_course, details=build_settings)
