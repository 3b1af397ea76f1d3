"""Report: a plan becomes a folder that a tired person can read.

In:    Plan.      Out: plan.json, report.html, report.pdf, 3D Slicer markups, pictures.
Uses:  matplotlib, jinja2, typst, opened when something is first written.
Never: procedures, decisions, anything that is not already in the plan.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seldinger.report.writing import write, write_index

__all__ = ["write", "write_index"]


def __getattr__(name: str) -> object:
    """Open the writers when they are first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module("seldinger.report.writing"), name)
    globals()[name] = found
    return found
