"""Which pictures an ablation has, and who draws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.report import ablation_charts, ablation_figures, ablation_map, figures, skin
from seldinger.report.ablation_probes import other_paths, with_probe_paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from seldinger.plan.model import Plan

    Drawing = tuple[str, Callable[[], Figure]]


def drawings(plan: Plan) -> list[Drawing]:
    """Name of each picture of the report and how to draw it."""
    ways = with_probe_paths(plan)
    made: list[Drawing] = [("hero", lambda: ablation_figures.hero(plan)), *_fields(plan)]
    for n in range(1, len(plan.treatment.probes) + 1):
        made.append((f"probe-{n}", lambda n=n: ablation_figures.probe_card(plan, n)))  # type: ignore[misc]
        made.append((f"probe-{n}-axial", lambda n=n: ablation_figures.axial(plan, n)))  # type: ignore[misc]
    for n, path in enumerate(other_paths(plan), start=2):
        made.append((f"path-{n}", lambda path=path: figures.small_hero(plan, path)))  # type: ignore[misc]
    if ways.approach.paths:
        made.append(("skin", lambda: skin.skin_map(ways)))
    return made


def _fields(plan: Plan) -> list[Drawing]:
    """Pictures of the predicted effect; none where its fields were not kept."""
    found, effect = plan.prediction, plan.effect
    if found is None or effect is None:
        return []
    made: list[Drawing] = []
    if len(effect.surface_lps_mm):
        made.append(("margin-map", lambda: ablation_map.margin_map(effect)))
    if ablation_charts.is_telling(found, effect):
        made.append(("temperature", lambda: ablation_charts.curves(found, effect)))
    if len(effect.margins_mm):
        made.append(("uncertainty", lambda: ablation_charts.how_sure(found, effect)))
    return made
