"""Anatomy: a study becomes organs, vessels, lesions, skin, and tissue that a needle may cross.

In:    Study (``image``), vocabularies (``catalogue``).      Out: ``Anatomy``, ``Target``.
Never: files, needles, procedures.

``build`` makes the anatomy, ``targets`` finds what the needle is for, ``vessels`` traces
centrelines and grades stenoses, ``ASSUMPTIONS`` lists every number that is ours. The
pages behind them open on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from seldinger.anatomy.model import (
    Anatomy,
    Kind,
    Lesion,
    Origin,
    Segment,
    Skin,
    Structure,
    Target,
    Territory,
    Tissue,
)
from seldinger.anatomy.settings import ASSUMPTIONS, Settings

if TYPE_CHECKING:
    from seldinger.anatomy import names, targets, vessels
    from seldinger.anatomy.assemble import build

__all__ = [
    "ASSUMPTIONS",
    "Anatomy",
    "Kind",
    "Lesion",
    "Origin",
    "Segment",
    "Settings",
    "Skin",
    "Structure",
    "Target",
    "Territory",
    "Tissue",
    "build",
    "names",
    "targets",
    "vessels",
]


def __getattr__(name: str) -> Any:
    if name == "build":
        return import_module("seldinger.anatomy.assemble").build
    if name in {"names", "targets", "vessels"}:
        return import_module(f"seldinger.anatomy.{name}")
    raise AttributeError(f"seldinger.anatomy has no {name!r}; it offers {', '.join(__all__)}")


def __dir__() -> list[str]:
    """The public names."""
    return __all__
