"""Arch: how steeply the great vessels leave the aortic arch, for ways that lead over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from seldinger.core.shapes import Curve
    from seldinger.core.tree import Tree

ARCH, TRUNK, LEFT_CAROTID = "aortic arch", "brachiocephalic trunk", "left common carotid artery"
HEAD = ("carotid", "vertebral")


def describe_arch(tree: Tree, vessels: tuple[str, ...]) -> str:
    """Type of the arch and whether the left carotid leaves the trunk; "" where the way avoids it.

    The type counts how many diameters of the left common carotid artery the trunk's origin lies
    below the top of the arch: I up to one, II up to two, III beyond.

    Args:
        tree: with the arch's vessels named.
        vessels: that the way passes.
    """
    if not any(word in name for name in vessels for word in HEAD) or ARCH not in vessels:
        return ""
    own = {name: [e for e in tree.edges if e.name == name] for name in (ARCH, TRUNK, LEFT_CAROTID)}
    if not all(own.values()):
        return "arch not traced: its type is unknown"
    carotid = own[LEFT_CAROTID][0]
    bovine = any(
        edge.name == TRUNK and carotid.start in (edge.start, edge.end) for edge in tree.edges
    )
    radius = carotid.curve.radius_mm
    if radius is None:
        return "width of the left carotid unknown: so is the type of the arch"
    top = max(
        float((e.curve.points_lps_mm[:, 2] + _radius(e.curve.radius_mm)).max()) for e in own[ARCH]
    )
    origin = _origin_mm(own[TRUNK][0].curve, [edge.curve for edge in own[ARCH]])
    depth = (top - origin) / (2.0 * float(np.median(radius)))
    kind = "I" if depth <= 1.0 else "II" if depth <= 2.0 else "III"  # noqa: PLR2004
    shared = "; the left carotid leaves the trunk (bovine)" if bovine else ""
    return f"type {kind} arch, trunk {depth:.1f} carotid diameters below its top{shared}"


def _origin_mm(trunk: Curve, arch: list[Curve]) -> float:
    """Height of the trunk where it leaves the arch's lumen: its centreline begins in the middle."""
    centre = np.vstack([curve.points_lps_mm for curve in arch])
    wide = np.concatenate(
        [np.broadcast_to(_radius(curve.radius_mm), len(curve.points_lps_mm)) for curve in arch]
    )
    points = trunk.points_lps_mm
    away = np.linalg.norm(points[:, None] - centre, axis=2) - wide
    outside = np.flatnonzero(away.min(axis=1) >= 0.0)
    return float(points[outside[0] if len(outside) else 0, 2])


def _radius(radius: np.ndarray | None) -> np.ndarray | float:
    return 0.0 if radius is None else radius
