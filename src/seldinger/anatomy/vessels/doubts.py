"""Doubts: what a CT shows of a label that is not the lumen: its wall, another vessel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import edt
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask, Volume

    Floats = NDArray[np.float64]

_OUT_MM = 4.0
"""So far outside the label its surroundings are read."""
_LEAST_VOXELS = 200
_LEAST_DENSE = 20
"""Fewer bright voxels are noise."""
_LEAST_EDGE_POINTS = 4
_BLUR_VOXELS = 0.5
"""An edge nearer to the label's than this is where it should be."""


def find_doubts(
    tree: Tree, mask: Mask, ct: Volume, limits_hu: Mapping[str, float]
) -> tuple[str, ...]:
    """Sentences on a label whose voxels are not all blood of one vessel.

    Args:
        tree: traced in the mask.
        mask: (i, j, k), the label.
        ct: in HU, on the same grid.
        limits_hu: "least_contrast_hu", "dense_hu" and "enhancement_step_hu", as the assumptions of
            these names say.
    """
    return (
        *_check_rim(mask, ct, limits_hu["least_contrast_hu"], limits_hu["dense_hu"]),
        *_others(tree, ct, limits_hu["enhancement_step_hu"]),
    )


def _check_rim(
    mask: Mask, ct: Volume, least_contrast_hu: float, dense_hu: float
) -> tuple[str, ...]:
    """What lies at the label's edge, as far as the wide vessels show it."""
    spacing = np.asarray(ct.grid.spacing_mm)
    hit = [np.flatnonzero(mask.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1))]
    wide = np.ceil(_OUT_MM / spacing).astype(int) + 1
    low = np.maximum([h[0] for h in hit] - wide, 0)
    high = np.minimum([h[-1] + 1 for h in hit] + wide, mask.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    inside, values = np.ascontiguousarray(mask[box]), ct.values[box]
    step = float(spacing.min())
    depth = edt.edt(inside, anisotropy=tuple(spacing), order="C") - 0.5 * step
    out = edt.edt(~inside, anisotropy=tuple(spacing), order="C") - 0.5 * step
    said = _calcium(depth, inside & (values > dense_hu), ct.grid.voxel_ml, dense_hu)
    core = inside & (depth >= max(0.6 * float(depth.max()), 2.0 * step))
    around = ~inside & (out > 1.5 * step) & (out <= _OUT_MM)
    if core.sum() < _LEAST_VOXELS or around.sum() < _LEAST_VOXELS:
        thin = "The vessels are too thin for the CT to show whether the label includes the wall."
        return (*said, thin)
    blood, tissue = (float(np.median(values[one])) for one in (core, around))
    if blood - tissue < least_contrast_hu:
        return (
            *said,
            (
                f"The CT reads {blood:.0f} HU within the label and {tissue:.0f} HU around it: too "
                "little contrast to see whether the label ends at the lumen or at the wall."
            ),
        )
    # Only around the wide vessels: a thin one has no core to compare its rim with.
    near = _grown(core, float(depth.max()), spacing) & inside
    edge = _half_depth(depth[near], values[near], 0.5 * (blood + tissue), step)
    if edge <= _BLUR_VOXELS * step:
        return said
    return (
        *said,
        (
            f"The label includes the wall: around its wide vessels the CT falls half-way from "
            f"blood ({blood:.0f} HU) to surroundings ({tissue:.0f} HU) {edge:.1f} mm inside it. "
            f"Diameters read too large by about {2.0 * edge:.1f} mm."
        ),
    )


def _calcium(depth: Floats, dense: Mask, voxel_ml: float, dense_hu: float) -> tuple[str, ...]:
    """Calcium lies in the wall: how deep it lies in the label is how far that reaches too wide."""
    if dense.sum() < _LEAST_DENSE:
        return ()
    deep = float(np.median(depth[dense]))
    return (
        (
            f"{dense.sum() * voxel_ml:.2f} mL of the label read above {dense_hu:.0f} HU, as "
            f"calcium or metal does, at {deep:.1f} mm inside its edge: the label includes wall or "
            f"plaque, and diameters read too large there by up to {2.0 * deep:.1f} mm."
        ),
    )


def _grown(core: Mask, by_mm: float, spacing: Floats) -> Mask:
    near: Mask = edt.edt(~core, anisotropy=tuple(spacing), order="C") <= by_mm
    return near


def _half_depth(depth: Floats, values: Floats, half: float, step: float) -> float:
    """Depth at which the mean of the CT has risen to ``half``, mm; 0 where the rim is brighter."""
    shell = (depth / step).astype(int)
    count = np.bincount(shell)
    mean = np.bincount(shell, values) / np.maximum(count, 1)
    middle = np.bincount(shell, depth) / np.maximum(count, 1)
    mean, middle = mean[count > 0], middle[count > 0]
    above = np.flatnonzero(mean >= half)
    if not len(above) or above[0] == 0:
        return 0.0
    n = int(above[0])
    share = (half - mean[n - 1]) / (mean[n] - mean[n - 1])
    return float(middle[n - 1] + share * (middle[n] - middle[n - 1]))


def _others(tree: Tree, ct: Volume, step_hu: float) -> tuple[str, ...]:
    """Edges whose blood is filled otherwise than the rest of the tree."""
    shape, widest = np.array(ct.grid.shape), max(ct.grid.spacing_mm)
    levels: dict[int, float] = {}
    lengths: dict[int, float] = {}
    for n, edge in enumerate(tree.edges):
        radius = edge.curve.radius_mm
        if radius is None or float(np.median(radius)) < 2.0 * widest:
            continue  # its middle is blurred with what lies around it
        index = np.rint(ct.grid.to_index(edge.curve.points_lps_mm)).astype(int)
        index = index[((index >= 0) & (index < shape)).all(axis=1)]
        if len(index) >= _LEAST_EDGE_POINTS:
            levels[n] = float(np.median(ct.values[tuple(index.T)]))
            lengths[n] = edge.curve.length_mm
    if not levels:
        return ()
    order = sorted(levels, key=lambda n: levels[n])
    way = np.cumsum([lengths[n] for n in order])
    usual = levels[order[int(np.searchsorted(way, 0.5 * way[-1]))]]
    odd = [n for n in sorted(levels) if abs(levels[n] - usual) > step_hu]
    if not odd:
        return ()
    shown = ", ".join(f"{n} ({levels[n]:.0f} HU)" for n in odd[:6])
    more = f" and {len(odd) - 6} more" if len(odd) > 6 else ""  # noqa: PLR2004
    return (
        (
            f"Along most of the tree the CT reads {usual:.0f} HU; edges {shown}{more} differ: "
            "another vessel, a clot or a streak may lie in the label."
        ),
    )
