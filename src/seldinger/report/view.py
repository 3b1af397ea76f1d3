"""The view: a plan as the plain strings and rows that both the HTML and the PDF print.

Nothing is computed from masks here and nothing is laid out; templates hold no medicine and round
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.report.ablation_view import Ablation
    from seldinger.report.blocks import Banner, Card, Figure, Row, Table
    from seldinger.report.clearance import ClearancePage
    from seldinger.report.risk import Risk


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report prints, in its order.

    Attributes:
        title, subtitle: what was planned, on what.
        banner: the answer.
        stamp: "RESCAN FIRST" and why; empty when the scan shows the planned position.
        headline: the three or four numbers that matter most, (name, value).
        hero: the picture.
        recipe: (what, value) for the CT room; None without a path.
        nearest: structures around the path; None without a path.
        blocked, relaxations: why there is no path, and what could be opened.
        not_segmented: structures nobody showed, with the sentence about them.
        alternatives: the other paths.
        views: axial, needle's-eye, skin map.
        guidance: which eye, and why.
        treatment: devices and settings.
        steps, bail_out: (title, text) in order.
        findings, assumptions, citations, provenance: what it rests on.
        notes: what was estimated or left out.
        disclaimer: once.
        ablation: what heat or cold is expected to do; None where nothing is heated or frozen.
        risk: outcomes beside those of the alternatives; None where no page of them was written.
        clearance: whether the patient is ready; None where no patient was given.
    """

    title: str
    subtitle: str
    banner: Banner
    stamp: str
    headline: tuple[Row, ...]
    hero: Figure
    recipe: Table | None
    nearest: Table | None
    blocked: Table | None
    relaxations: Table | None
    not_segmented: tuple[str, ...]
    not_segmented_note: str
    alternatives: tuple[Card, ...]
    views: tuple[Figure, ...]
    guidance: Table
    treatment: Table
    steps: Table
    bail_out: Table
    findings: Table
    assumptions: Table
    citations: Table
    provenance: Table
    notes: tuple[str, ...]
    disclaimer: str
    ablation: Ablation | None = None
    risk: Risk | None = None
    clearance: ClearancePage | None = None

    @property
    def pictures(self) -> tuple[Figure, ...]:
        """Every picture, in the order of the report."""
        small = tuple(a.picture for a in self.alternatives if a.picture is not None)
        effect = () if self.ablation is None else self.ablation.pictures
        return (self.hero, *small, *self.views, *effect)
