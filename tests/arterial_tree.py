"""A small arterial tree with named vessels and stenoses of known size, for planning and flow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core import Curve, Edge, Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NODES = np.array(
    [
        [0.0, 0.0, 400.0], [0.0, 0.0, 250.0], [0.0, 0.0, 150.0], [70.0, 10.0, 235.0],
        [-70.0, 10.0, 235.0], [45.0, 20.0, 80.0], [-45.0, 20.0, 80.0], [80.0, 0.0, -10.0],
        [-80.0, 0.0, -10.0], [85.0, 5.0, -60.0], [-85.0, 5.0, -60.0], [40.0, 60.0, 40.0],
        [-40.0, 60.0, 40.0], [90.0, 30.0, -320.0], [-90.0, 30.0, -320.0], [110.0, 40.0, -180.0],
        [-110.0, 40.0, -180.0],
    ]
)  # fmt: skip
PARTS = (
    (0, 1, 11.0, 9.5, "aorta"), (1, 2, 9.0, 8.5, "aorta"),
    (1, 3, 3.0, 2.9, "left renal artery"), (1, 4, 3.0, 2.9, "right renal artery"),
    (2, 5, 5.0, 4.8, "left common iliac artery"), (2, 6, 5.0, 4.8, "right common iliac artery"),
    (5, 7, 4.2, 4.0, "left external iliac artery"),
    (6, 8, 4.2, 4.0, "right external iliac artery"),
    (7, 9, 4.0, 3.9, "left common femoral artery"),
    (8, 10, 4.0, 3.9, "right common femoral artery"),
    (5, 11, 2.6, 2.4, "left internal iliac artery"),
    (6, 12, 2.6, 2.4, "right internal iliac artery"),
    (9, 13, 3.0, 2.7, "left superficial femoral artery"),
    (10, 14, 3.0, 2.7, "right superficial femoral artery"),
    (9, 15, 2.8, 2.5, "left deep femoral artery"), (10, 16, 2.8, 2.5, "right deep femoral artery"),
)  # fmt: skip
STENOSES = {
    "left renal artery": (0.5, 12.0, 70.0),
    "right common iliac artery": (0.5, 20.0, 60.0),
    "left superficial femoral artery": (0.4, 50.0, 50.0),
}
"""Vessel -> where (share of its length), length mm, per cent of the diameter."""


def arterial_tree(stenoses: dict[str, tuple[float, float, float]] | None = None) -> Tree:
    """Aorta to thighs; every stenosis falls and rises like a cosine squared."""
    chosen = STENOSES if stenoses is None else stenoses
    edges = []
    for start, end, first, last, name in PARTS:
        way = np.linspace(NODES[start], NODES[end], 161)
        along = np.linspace(0.0, float(np.linalg.norm(NODES[end] - NODES[start])), 161)
        radius = np.linspace(first, last, 161)
        if name in chosen:
            share, length, percent = chosen[name]
            at = along - share * along[-1]
            dip = np.where(np.abs(at) < length / 2.0, np.cos(np.pi * at / length) ** 2, 0.0)
            radius = radius * (1.0 - percent / 100.0 * dip)
        edges.append(Edge(start, end, Curve(way, radius), name))
    return Tree(NODES, tuple(edges))


def narrow_vessel(tree: Tree, name: str, at_mm: float, length_mm: float, percent: float) -> Tree:
    """``tree`` with one more stenosis, in the edge called ``name``."""

    def lost(along_mm: Floats) -> Floats:
        away = along_mm - at_mm
        dip = np.cos(np.pi * away / length_mm) ** 2
        return np.where(np.abs(away) < length_mm / 2.0, percent / 100.0 * dip, 0.0)

    return _narrowed(tree, name, lost)


def thin_vessel(tree: Tree, name: str, from_mm: float, to_mm: float, percent: float) -> Tree:
    """``tree`` with the edge called ``name`` evenly narrowed over a stretch."""

    def lost(along_mm: Floats) -> Floats:
        return np.where((along_mm > from_mm) & (along_mm < to_mm), percent / 100.0, 0.0)

    return _narrowed(tree, name, lost)


def _narrowed(tree: Tree, name: str, lost: Callable[[Floats], Floats]) -> Tree:
    edges = []
    for edge in tree.edges:
        if edge.name != name:
            edges.append(edge)
            continue
        assert edge.curve.radius_mm is not None
        radius = edge.curve.radius_mm * (1.0 - lost(edge.curve.along_mm))
        edges.append(replace(edge, curve=Curve(edge.curve.points_lps_mm, radius)))
    return Tree(tree.nodes_lps_mm, tuple(edges))
