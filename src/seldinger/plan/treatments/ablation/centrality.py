"""Central or not: how near a renal tumour comes to the sinus of its kidney.

The sinus is the renal pelvis, ureter and renal vessels. Where one of them is labelled and near, the
tumour is central. Where none is, a tumour that reaches deep towards the kidney's middle is taken
for central; one that does not is unknown, because the sinus may reach out to it. "Not central" is
said only where the renal pelvis of this kidney is labelled and far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from seldinger.core.record import read_assumptions
from seldinger.plan.approach.percutaneous.scene import find_boundary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.core.volume import Mask
    from seldinger.plan.approach.percutaneous.model import NeedleCase

_ASSUMED = read_assumptions("seldinger.plan.treatments.ablation")
NEAR = _ASSUMED["central_within_mm"]
DEEP = _ASSUMED["central_depth_share"]
ASSUMPTIONS = (NEAR, DEEP)

PELVIS = "renal pelvis"
_SINUS = (PELVIS, "ureters", "renal arteries", "renal veins")
_MOST_POINTS = 2000
"""Voxels of the tumour whose depth is taken, evenly: a hull has a thousand faces."""
_CORNERS = 4


@dataclass(frozen=True, slots=True)
class Centrality:
    """What is known of it.

    Attributes:
        central: None when it cannot be judged.
        structure: the nearest labelled part of the sinus; "" when none is labelled.
        away_mm: from the tumour to it; None when none is labelled.
        share: how far the tumour reaches from the capsule (0) to the kidney's middle (1); None when
            no label shows the kidney.
    """

    central: bool | None
    structure: str = ""
    away_mm: float | None = None
    share: float | None = None


def judge(case: NeedleCase) -> Centrality:
    """Whether the target of a kidney is central; never "no" without a label of the pelvis."""
    kidney = _kidney(case)
    structure, away_mm = _nearest(case)
    share = None if kidney is None else _share(case, kidney)
    if away_mm is not None and away_mm < case.assumed.get_value(NEAR.name):
        central: bool | None = True
    elif kidney is not None and _pelvis_known(case, kidney):
        central = False
    else:
        deep = share is not None and share >= case.assumed.get_value(DEEP.name)
        central = True if deep else None
    return Centrality(central, structure, away_mm, share)


def _nearest(case: NeedleCase) -> tuple[str, float | None]:
    """The nearest labelled part of the sinus and its distance from the tumour's surface, mm."""
    grid = case.anatomy.grid
    tree = scipy.spatial.cKDTree(grid.to_lps(np.argwhere(find_boundary(case.target.mask))))
    found: dict[str, float] = {}
    for name in _SINUS:
        if case.anatomy.has(name):
            mask = case.anatomy.get_structure(name).mask
            if (mask & case.target.mask).any():
                found[name] = 0.0
            elif mask.any():
                away, _ = tree.query(grid.to_lps(np.argwhere(find_boundary(mask))))
                found[name] = max(0.0, float(away.min()) - grid.spacing_mm[0])
    if not found:
        return "", None
    name = min(found, key=lambda n: found[n])
    return name, found[name]


def _kidney(case: NeedleCase) -> Mask | None:
    """The kidney that the tumour touches, without the tumour; None when no label shows it."""
    organ = case.target.organ
    if organ is None or not case.anatomy.has(organ):
        return None
    mine = case.target.mask
    pieces, _ = scipy.ndimage.label(case.anatomy.get_structure(organ).mask | mine)
    number = int(np.bincount(pieces[mine]).argmax())
    kidney: Mask = (pieces == number) & ~mine
    return kidney if kidney.any() else None


def _pelvis_known(case: NeedleCase, kidney: Mask) -> bool:
    """Whether the label of the pelvis shows that of this kidney, not of the other one only."""
    if not case.anatomy.has(PELVIS):
        return False
    (box,) = scipy.ndimage.find_objects(kidney.astype(np.uint8))
    return bool(case.anatomy.get_structure(PELVIS).mask[box].any())


def _share(case: NeedleCase, kidney: Mask) -> float | None:
    """How far the tumour reaches towards the middle: depth under the kidney's convex hull.

    A hull, because labels leave the sinus out and a tumour takes a bite: neither is the capsule.
    """
    edge = np.argwhere(find_boundary(kidney)).astype(np.float64)
    if len(edge) < _CORNERS:
        return None
    try:
        faces = scipy.spatial.ConvexHull(edge).equations
    except scipy.spatial.QhullError:  # a sheet of voxels has no inside
        return None
    inside = np.argwhere(case.target.mask).astype(np.float64)
    step = len(inside) // _MOST_POINTS + 1
    middle = np.argwhere(kidney).mean(axis=0)
    whole = float(_depths(faces, middle[None, :])[0])
    return float(np.clip(_depths(faces, inside[::step]).max() / whole, 0.0, 1.0))


def _depths(faces: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) depth of (n, 3) points under faces (m, 4), in voxels; negative outside."""
    under: NDArray[np.float64] = -(points @ faces[:, :3].T + faces[:, 3]).max(axis=1)
    return under
