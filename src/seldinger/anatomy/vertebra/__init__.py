"""Vertebra: the label of one level becomes body, pedicles, canal, heights and what is broken.

In:    a study with labels that name the levels.
Out:   ``Vertebra``, on a lattice of its own.
Never: a needle, cement, a verdict.
"""

from __future__ import annotations

from seldinger.anatomy.vertebra.find import find_vertebra
from seldinger.anatomy.vertebra.levels import find_levels, parse_level
from seldinger.anatomy.vertebra.model import (
    BodyHeights,
    Cleft,
    Collapse,
    CorticalBreak,
    Foramen,
    Foramina,
    Pedicle,
    Side,
    Vertebra,
    VertebraFrame,
    Wall,
)
from seldinger.anatomy.vertebra.next_bodies import NextBodies, NextBody, find_next_bodies
from seldinger.anatomy.vertebra.settings import VERTEBRA_ASSUMPTIONS, VertebraSettings

__all__ = [
    "VERTEBRA_ASSUMPTIONS",
    "NextBodies",
    "BodyHeights",
    "Cleft",
    "Collapse",
    "CorticalBreak",
    "Foramen",
    "Foramina",
    "NextBody",
    "Pedicle",
    "Side",
    "Vertebra",
    "VertebraFrame",
    "VertebraSettings",
    "Wall",
    "find_next_bodies",
    "find_levels",
    "find_vertebra",
    "parse_level",
]
