"""Colours: one per kind of structure, the same in every picture, told apart by the colour-blind.

Hues follow Okabe and Ito's set, brightened for a dark CT; lines of close hues differ in dash too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from seldinger.anatomy.model import Kind

TARGET = "#ff5fd2"
NEEDLE = "#fff04d"
SAMPLE = "#ff5fd2"
CONE = "#fff04d"
HATCH = (1.0, 0.62, 0.0)
INK = "#ffffff"
HALO = "#101418"
PAPER = "#0b0e12"
LETHAL = "#ffffff"
ICE = "#6fe3ff"
SKIN_OPEN = (0.87, 0.70, 0.58)
SKIN_CLOSED = (0.50, 0.53, 0.57)

Dash = Literal["solid", "dashed", "dashdot", "dotted"] | tuple[float, tuple[float, float]]
"""A line's style by its name, or where its dashes start, and the points of a dash and a gap."""

_VEINS = ("vein", "vena", "cava", "portal", "hepatic", "venous", "azygos")


@dataclass(frozen=True, slots=True)
class Stroke:
    """How an outline is drawn."""

    colour: str
    dash: Dash = "solid"
    width_pt: float = 1.3


_ARTERY = Stroke("#ff4b3e")
_VEIN = Stroke("#4aa3ff")
_STROKES = {
    Kind.ORGAN: Stroke("#2fd39a"),
    Kind.BONE: Stroke("#f4ead0"),
    Kind.BOWEL: Stroke("#f0932b"),
    Kind.LUNG: Stroke("#9fdcff", "dashed"),
    Kind.LOBE: Stroke("#9fdcff", "dotted", 0.8),
    Kind.AIRWAY: Stroke("#7fb3c8", "dotted"),
    Kind.HEART: Stroke("#ff8a80", "dashdot"),
    Kind.NERVE: Stroke("#f0e442"),
    Kind.MUSCLE: Stroke("#c58f7e", "dotted", 0.9),
    Kind.LESION: Stroke(TARGET),
    Kind.COLLECTION: Stroke(TARGET),
}


def stroke(kind: Kind, name: str) -> Stroke:
    """The outline of a structure; vessels are red or blue by their name."""
    if kind is Kind.VESSEL:
        return _VEIN if any(word in name for word in _VEINS) else _ARTERY
    return _STROKES[kind]
