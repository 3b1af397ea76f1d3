"""Anatomy: a study becomes organs, vessels, lesions, skin, and tissue that a needle may cross.

In:    Study (``image``), vocabularies (``catalogue``).      Out: ``Anatomy``, ``Target``.
Never: files, needles, procedures.

``build`` makes the anatomy, ``targets`` finds what the needle is for, ``vessels`` traces
centrelines and grades stenoses, ``ASSUMPTIONS`` lists every number that is ours. The
pages behind them open on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from seldinger.core.opening import open_late

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

__getattr__, __dir__ = open_late(
    __name__,
    {"assemble": ("build",), "names": ("names",), "targets": ("targets",), "vessels": ("vessels",)},
)
