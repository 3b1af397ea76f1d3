"""The view of an ablation: what stands in its report beyond that of a needle path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.report.blocks import Card, Figure, Table


@dataclass(frozen=True, slots=True)
class Ablation:
    """What is printed about heat or cold, in its order.

    Attributes:
        best_cover: said when the verdict is unsuitable; empty otherwise.
        margin_map: the tumour's surface from both sides; None when nothing was computed on it.
        probes: one row per probe.
        options: probes by modality, the chosen row strong.
        critical: structures to spare.
        charts: temperature over time, and how sure it all is; empty without fields.
        certainty: figures with their 5 to 95 %.
        plausibility: zone by both modes, and volume by energy against what was published.
        cards: the recipe of each probe with its picture.
        views: slices of each probe, and the skin.
        notes: what a reader must know before he believes the rest.
    """

    best_cover: str
    margin_map: Figure | None
    probes: Table
    options: Table
    critical: Table
    charts: tuple[Figure, ...]
    certainty: Table
    plausibility: Table
    cards: tuple[Card, ...]
    views: tuple[Figure, ...]
    notes: tuple[str, ...]

    @property
    def pictures(self) -> tuple[Figure, ...]:
        """Every picture, in the order of the report."""
        first = () if self.margin_map is None else (self.margin_map,)
        small = tuple(c.picture for c in self.cards if c.picture is not None)
        return (*first, *self.charts, *small, *self.views)
