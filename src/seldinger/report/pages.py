"""Pages: the whole report of a plan as a view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.verdict import Met, Severity
from seldinger.plan.model import Status
from seldinger.report import ablation, clearance, figures, first_page, risk, words
from seldinger.report.ablation_probes import other_paths, touches, with_probe_paths
from seldinger.report.blocks import Card, Figure, Row, Table
from seldinger.report.view import Report

if TYPE_CHECKING:
    from seldinger.core.record import AssumptionUse
    from seldinger.plan.model import Finding, Path, Plan, Step

_SEVERITIES = (Severity.STOP, Severity.ACTION, Severity.CAUTION, Severity.INFO)
_NOTHING = "nothing"
"""What a rule that is met asks for."""
_STATUS_WORDS = {Met.MET: "met", Met.NOT_MET: "not met", Met.UNKNOWN: "unknown"}


def report(plan: Plan, command: str | None) -> Report:
    """Everything that is printed about ``plan``; ``command`` is how it was asked for."""
    if plan.prediction is None:
        return _of_paths(plan, command)
    others = tuple(_alternative(n, p) for n, p in enumerate(other_paths(plan), start=2))
    return ablation.added(plan, _of_paths(with_probe_paths(plan), command), others)


def _of_paths(plan: Plan, command: str | None) -> Report:
    """The report of a plan whose answer is a path."""
    best = plan.approach.paths[0] if plan.approach.paths else None
    return Report(
        title=_title(plan),
        subtitle=_subtitle(plan),
        banner=first_page.banner(plan),
        stamp=first_page.stamp(plan, best),
        headline=first_page.headline(plan),
        hero=_hero(plan, best) if best else _target_only(),
        recipe=first_page.recipe(plan),
        nearest=first_page.nearest(plan),
        blocked=first_page.blocked(plan),
        relaxations=first_page.relaxations(plan),
        not_segmented=tuple(words.name(n) for n in plan.not_segmented),
        not_segmented_note=_not_segmented_note(plan),
        alternatives=tuple(
            _alternative(number, path)
            for number, path in enumerate(plan.approach.paths[1:], start=2)
        ),
        views=_views() if best else (),
        guidance=_guidance(plan),
        treatment=_treatment(plan),
        steps=_steps(plan.treatment.steps, "The plan names no steps.", _steps_note(plan)),
        bail_out=_steps(plan.treatment.bail_out, "The plan names no bail-out steps."),
        findings=_findings(plan.findings),
        assumptions=_assumptions(plan),
        citations=_citations(plan),
        provenance=_provenance(plan, command),
        notes=_notes(plan),
        disclaimer=words.DISCLAIMER,
        risk=None if plan.outlook is None else risk.of(plan.outlook),
        clearance=None if plan.cleared is None else clearance.of(plan.cleared),
    )


def _notes(plan: Plan) -> tuple[str, ...]:
    """What readers, builders and treatment had to say, each sentence once."""
    study, anatomy = plan.anatomy.study.notes, plan.anatomy.notes
    return tuple(dict.fromkeys((*plan.target.notes, *study, *anatomy, *plan.treatment.notes)))


def _title(plan: Plan) -> str:
    return f"{words.name(plan.request.procedure).capitalize()} of {words.name(plan.target.label)}"


def _subtitle(plan: Plan) -> str:
    target = plan.target
    organ = words.name(target.organ) if target.organ else "organ unknown"
    return (
        f"{organ}; {words.mm(target.diameter_mm)} wide (equal-volume sphere), "
        f"{target.volume_ml:.1f} ml; outlined by {target.origin}"
    )


def _not_segmented_note(plan: Plan) -> str:
    if plan.not_segmented:
        return "No label shows these. They may lie on the path: unknown, not clear. Look for them."
    return (
        "Nothing that this procedure asks about. Small vessels and nerves are in no usual set of "
        "labels."
    )


def _hero(plan: Plan, best: Path) -> Figure:
    return Figure(
        "pictures/hero.png",
        "Oblique CT plane that holds the needle, from outside the skin to beyond the tip",
        f"The plane that holds the needle. P(hit) {words.chance(best.probability.hit)} "
        f"{words.ONE_UNCORRECTED}. {figures.explained(plan, best)}.",
    )


def _target_only() -> Figure:
    return Figure(
        "pictures/hero.png",
        "Axial CT slice at the target; there is no path",
        "The target in its axial slice. No path is free.",
    )


def _views() -> tuple[Figure, ...]:
    return (
        Figure(
            "pictures/axial.png",
            "Axial slices at the target and at the entry with the needle projected on them",
            "Axial slices, patient's right on the left. Needle: solid where it lies in the slice, "
            "dashed where it is only projected on it.",
        ),
        Figure(
            "pictures/needles-eye.png",
            "Three planes across the needle with rings of 5 and 10 mm",
            "Needle's-eye view: planes across the needle, head upwards; rings at 5 and 10 mm.",
        ),
        Figure(
            "pictures/skin.png",
            "Body surface with the numbered entries",
            "Skin map: numbered entries; hollow numbers lie on the far side.",
        ),
    )


def _alternative(number: int, path: Path) -> Card:
    known = sorted((c, n) for n, c in path.clearances_mm.items() if c is not None)
    close = words.UNKNOWN
    if known:
        clearance, name = known[0]
        close = f"{words.name(name)} {'crossed' if clearance == 0.0 else words.mm(clearance)}"
    return Card(
        title=f"Path {number}",
        stamp=f"RESCAN FIRST: {path.patient_position}" if path.provisional else "",
        facts=(
            Row(("depth", words.mm(path.depth_mm))),
            Row(("nearest", close)),
            Row(("P(hit)", words.chance(path.probability.hit))),
            Row(("P(touch)", touches(path))),
            Row(("entry from target", words.entry_in_short(path))),
            Row(("tilt", words.axial_tilt(path))),
            Row(("position", path.patient_position)),
            Row(("unidentified", words.mm(path.unidentified_mm))),
            Row(("score, 0 is best", f"{path.score:.2f}")),
        ),
        note=" ".join(path.notes),
        picture=Figure(
            f"pictures/path-{number}.png", f"Needle plane of path {number}", f"Path {number}"
        ),
    )


def _guidance(plan: Plan) -> Table:
    guidance = plan.guidance
    rows = [Row((guidance.modality, guidance.reason, ", ".join(guidance.sources)))]
    probe = guidance.ultrasound
    if probe is not None:
        fits = {True: "fits", False: "does not fit", None: words.UNKNOWN}[probe.fits]
        angle = probe.needle_to_beam_deg
        said = (
            f"{fits}: free aperture {words.mm(probe.aperture_mm)}, "
            f"{words.mm(probe.needed_mm)} needed; "
            f"depth {words.mm(probe.depth_mm)}; needle to beam "
            f"{words.UNKNOWN if angle is None else f'{angle:.0f}°'}"
        )
        rows.append(Row(("Ultrasound probe", said, "geometry only")))
        rows.append(Row(("Seen on ultrasound", words.UNKNOWN, "until someone looks"), "warn"))
    return Table(("Guidance", "Why", "Source"), tuple(rows))


def _treatment(plan: Plan) -> Table:
    rows = [Row(("technique", words.name(plan.treatment.technique) or words.UNKNOWN))]
    told = {"technique", "device"}  # stand above already
    for device in plan.treatment.devices:
        settings = ", ".join(" ".join(words.setting(k, v)) for k, v in device.settings.items())
        rows.append(Row((device.role, device.name + (f" ({settings})" if settings else ""))))
    for key, value in plan.treatment.settings.items():
        if key in told:
            continue
        rows.append(Row(words.setting(key, value), "warn" if value is None else "plain"))
    return Table(("Treatment", words.name(plan.treatment.kind)), tuple(rows))


def _steps_note(plan: Plan) -> str:
    """Steps of a path that must not be taken say so where they are read."""
    if plan.verdict.status is Status.UNSUITABLE and plan.treatment.steps:
        return "The verdict is unsuitable: these steps describe the path, they do not advise it."
    return ""


def _steps(steps: tuple[Step, ...], empty: str, note: str = "") -> Table:
    rows = tuple(
        Row((str(number), step.title, step.text)) for number, step in enumerate(steps, start=1)
    )
    return Table(("", "", ""), rows, empty, note)


def _findings(findings: tuple[Finding, ...]) -> Table:
    def order(finding: Finding) -> tuple[bool, int]:
        return (finding.status is Met.MET, _SEVERITIES.index(finding.severity))

    rows = tuple(
        Row(
            (
                _NOTHING if f.status is Met.MET else f.severity.value,
                _STATUS_WORDS[f.status],
                f.text,
                ", ".join(f.sources) or "no source",
            ),
            _finding_tone(f),
        )
        for f in sorted(findings, key=order)
    )
    return Table(("Asks for", "Rule", "Finding", "Source"), rows, "No rule was applied.")


def _finding_tone(finding: Finding) -> str:
    if finding.status is Met.MET:
        return "plain"
    if finding.status is Met.UNKNOWN:
        return "warn"
    serious = finding.severity in {Severity.STOP, Severity.ACTION}
    return "bad" if serious else "warn" if finding.severity is Severity.CAUTION else "plain"


def _assumptions(plan: Plan) -> Table:
    """Assumptions of the organ at hand; those of its neighbours' tissue are counted."""
    shown = [a for a in plan.assumptions if a.edited or _concerns(a.name, plan.target.organ)]
    rows = tuple(
        Row(
            (
                words.assumption(a.name) + (" (edited)" if a.edited else ""),
                f"{_value(a)} {words.unit(a.unit)}".strip(),
                f"{words.number(a.low)} to {words.number(a.high)}",
                a.reason,
            ),
            "warn" if a.edited else "plain",
        )
        for a in shown
    )
    left = len(plan.assumptions) - len(shown)
    note = f"{left} more, of neighbouring tissue, stand in plan.json. " if left else ""
    note += "plan.json has each under the name that --assume takes."
    return Table(("Assumption", "Value", "Range", "Why"), rows, "No assumption was used.", note)


def _value(use: AssumptionUse) -> str:
    """What was used; what the user gave stands as it was given."""
    return f"{use.value:g}" if use.edited else words.number(use.value)


def _concerns(name: str, organ: str | None) -> bool:
    """Whether a tissue's number is the organ's own; what belongs to no tissue always is."""
    tissue, dot, _ = name.partition(".")
    if not dot or tissue == "soft_tissue" or organ is None:
        return True
    return tissue.split("_")[0] in organ.replace("_", " ").split()


def _citations(plan: Plan) -> Table:
    rows = tuple(
        Row((c.key, c.text + (f" doi:{c.doi}" if c.doi and c.doi not in c.text else ""), c.trust))
        for c in plan.citations
    )
    return Table(("Source", "", "Trust"), rows, "No source is cited.")


def _provenance(plan: Plan, command: str | None) -> Table:
    provenance = plan.provenance
    rows = [
        Row((f"SHA-256 of {role}", digest)) for role, digest in sorted(provenance.inputs.items())
    ]
    rows.append(Row(("seldinger", provenance.version)))
    rows.append(Row(("seed", str(provenance.seed))))
    rows += [Row(words.setting(k, v)) for k, v in provenance.settings.items()]
    asked = [(k, v) for k, v in plan.request.options.items() if v is not None]
    rows += [Row((f"asked: {words.setting(k, v)[0]}", words.setting(k, v)[1])) for k, v in asked]
    if command:
        rows.append(Row(("command", command)))
    return Table(("Made from", ""), tuple(rows))
