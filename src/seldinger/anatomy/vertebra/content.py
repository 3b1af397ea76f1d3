"""Content: what fills a body, marrow or gas, fluid, metal, cement or tumour, by density alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.anatomy.vertebra.model import Cleft
from seldinger.geometry.morphology import erode, label_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vertebra.settings import VertebraSettings
    from seldinger.core.space import Points
    from seldinger.core.volume import Mask

_RIND_MM = 2.5
"""Within this of the surface densities are mixed with cortex, disc and fat."""
_MARROW_MM = 4.0
_THIN_MM, _SMOOTH_MM = 0.8, 1.2
"""Noise is averaged over this; a cleft is thinner than a tumour."""
_FLAT = 0.55
"""A cleft is at most so thick, against its middle length."""
_RIM = 0.3
"""Of the way from fluid to marrow."""
_ACROSS = 0.7
"""Cosine of its thin direction to upright."""
_SEED = 0.2
"""Of a cleft at least this share is as thin as fluid."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a body holds.

    Attributes:
        marrow_hu: usual density inside, of this body.
        density_hu: mean of what is left when everything below is taken away.
        cleft: None where none shows.
        dense_ml, lytic_ml: as of ``Vertebra``.
        notes: what density could not tell.
        lytic: (a, b, c) bool, what ``lytic_ml`` measures.
    """

    marrow_hu: float
    density_hu: float
    cleft: Cleft | None
    dense_ml: float
    lytic_ml: float
    notes: tuple[str, ...] = ()
    lytic: Mask | None = None


def find_content(
    hu: NDArray[np.float32],
    body: Mask,
    up: Points,
    usual_hu: float | None,
    voxel_mm: float,
    settings: VertebraSettings,
) -> Content:
    """What fills a body.

    Args:
        hu: (a, b, c) float32.
        body: (a, b, c) bool, not empty.
        up: of the vertebra, (3,) LPS.
        usual_hu: marrow of the neighbours; None: not known.
        voxel_mm: edge of a voxel.
        settings: densities and least volumes.
    """
    get, cell_ml = settings.get_value, voxel_mm**3 / 1000.0
    inner, core = _inside(body, _RIND_MM, voxel_mm), _inside(body, _MARROW_MM, voxel_mm)
    dense = body & (hu > get("dense_hu"))
    plain = core & ~dense & (hu > get("gas_hu"))
    marrow = float(np.median(hu[plain if plain.any() else core]))
    reference = marrow if usual_hu is None else max(marrow, usual_hu)
    cleft, blind = _find_cleft(
        hu, _smooth(hu, body, _THIN_MM / voxel_mm), inner & ~dense, up, reference, settings
    )
    smooth = _smooth(hu, body, _SMOOTH_MM / voxel_mm)
    gone = np.zeros_like(body) if cleft is None else cleft.where
    lytic = inner & ~dense & ~gone & (smooth >= get("lytic_low_hu"))
    lytic &= (smooth <= get("lytic_high_hu")) & (smooth <= reference - get("lytic_contrast_hu"))
    lytic = _keep(lytic, get("lytic_least_ml") / cell_ml)
    rest = core & ~dense & ~gone & ~lytic & (hu > get("gas_hu"))
    density = float(hu[rest].mean()) if rest.any() else float(hu[core].mean())
    if reference - get("lytic_contrast_hu") < get("lytic_low_hu"):
        blind += (f"marrow of {reference:.0f} HU cannot be told from what destroys bone",)
    volumes = float(dense.sum()) * cell_ml, float(lytic.sum()) * cell_ml
    return Content(marrow, density, cleft, *volumes, blind, lytic)


def _inside(body: Mask, by_mm: float, voxel_mm: float) -> Mask:
    """``body`` without its rind, thinner where nothing else would be left."""
    for depth in (by_mm, 0.5 * by_mm):
        inner = erode(body, depth, voxel_mm)
        if inner.any():
            return inner
    return body


def _smooth(hu: NDArray[np.float32], body: Mask, sigma: float) -> NDArray[np.float32]:
    """HU averaged within the body only, so that neither noise nor cortex makes a cleft."""
    weight = scipy.ndimage.gaussian_filter(body.astype(np.float32), sigma)
    total = scipy.ndimage.gaussian_filter(np.where(body, hu, 0.0).astype(np.float32), sigma)
    mean: NDArray[np.float32] = np.where(body, total / np.maximum(weight, 1e-3), hu)
    return mean


def _find_cleft(
    hu: NDArray[np.float32],
    smooth: NDArray[np.float32],
    inner: Mask,
    up: Points,
    reference: float,
    settings: VertebraSettings,
) -> tuple[Cleft | None, tuple[str, ...]]:
    get = settings.get_value
    cell_ml = settings.voxel_mm**3 / 1000.0
    least = get("cleft_least_ml") / cell_ml
    gas = _keep(inner & (hu < get("gas_hu")), least)
    if gas.any():
        return Cleft(gas, "gas", float(gas.sum()) * cell_ml), ()
    if reference - get("fluid_high_hu") < get("fluid_contrast_hu"):
        return None, (f"marrow of {reference:.0f} HU cannot be told from fluid in a cleft",)
    # Thin as it is, its rim is blurred: what hangs together around it belongs to it.
    seed = inner & (smooth >= get("fluid_low_hu")) & (smooth <= get("fluid_high_hu"))
    rim = get("fluid_high_hu") + _RIM * (reference - get("fluid_high_hu"))
    marked, sizes = label_components(inner & (smooth >= get("fluid_low_hu")) & (smooth <= rim))
    seeds = np.bincount(marked[seed], minlength=sizes.size)
    flat = np.zeros_like(inner)
    for n in np.flatnonzero((sizes >= max(least, 8.0)) & (seeds >= _SEED * sizes)):
        if n and _is_flat(np.argwhere(marked == n), up):
            flat |= marked == n
    if not flat.any():
        return None, ()
    return Cleft(flat, "fluid", float(flat.sum()) * cell_ml), ()


def _is_flat(index: NDArray[np.intp], up: Points) -> bool:
    """Whether a space is flat, and lies across the body as clefts do."""
    spread, axes = np.linalg.eigh(np.cov(index.T))
    lengths = np.sqrt(spread + 1.0 / 12.0)
    return bool(lengths[0] <= _FLAT * lengths[1] and abs(axes[:, 0] @ up) >= _ACROSS)


def _keep(mask: Mask, least: float) -> Mask:
    marked, sizes = label_components(mask)
    large = sizes >= max(least, 1.0)
    large[0] = False
    kept: Mask = large[marked]
    return kept
