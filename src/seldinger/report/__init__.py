"""Report: a plan becomes a folder that a tired person can read.

In:    Plan.      Out: plan.json, report.html, report.pdf, 3D Slicer markups, pictures.
Uses:  matplotlib, jinja2, typst, opened when something is first written or drawn.
Never: procedures, decisions, anything that is not already in the plan.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.report.drawings import draw_figure, list_figures
    from seldinger.report.writing import write, write_index

__all__ = ["draw_figure", "list_figures", "write", "write_index"]

_PAGES = {
    "draw_figure": "seldinger.report.drawings",
    "list_figures": "seldinger.report.drawings",
    "write": "seldinger.report.writing",
    "write_index": "seldinger.report.writing",
}


def __getattr__(name: str) -> object:
    """Open the page that holds ``name`` when it is first asked for."""
    if name not in _PAGES:
        raise AttributeError(f"seldinger.report has no {name!r}; it offers {', '.join(__all__)}")
    found: object = getattr(import_module(_PAGES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names."""
    return __all__
