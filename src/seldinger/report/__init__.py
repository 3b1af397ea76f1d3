"""Report: a plan becomes a folder that a tired person can read.

In:    Plan.      Out: plan.json, report.html, report.pdf, 3D Slicer markups, pictures.
Uses:  matplotlib, jinja2, typst, opened when something is first written or drawn.
Never: procedures, decisions, anything that is not already in the plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.opening import open_late

if TYPE_CHECKING:
    from seldinger.report.drawings import draw_figure, list_figures
    from seldinger.report.writing import write, write_index

__all__ = ["draw_figure", "list_figures", "write", "write_index"]

__getattr__, __dir__ = open_late(
    __name__, {"drawings": ("draw_figure", "list_figures"), "writing": ("write", "write_index")}
)
