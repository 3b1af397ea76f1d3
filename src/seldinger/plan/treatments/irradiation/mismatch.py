"""Mismatch: where the SPECT of albumin contradicts the territory, or the shunt that was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from seldinger.core.volume import Mask
    from seldinger.plan.treatments.irradiation.albumin import AlbuminScan

_COLD = 0.15
"""Of the middle count of what is perfused: less is blur or noise."""
_MUCH = 0.1
"""Share of volume or counts that is told."""
_APART = 0.02
"""Shunts that differ by more, and by more than a third, contradict each other."""


def judge_perfusion(scan: AlbuminScan | None, fed: Mask, organ: Mask) -> tuple[Finding, ...]:
    """Whether albumin lies in the territory, and in all of it.

    Args:
        scan: None: no SPECT is used.
        fed: (i, j, k) the territory.
        organ: (i, j, k) the liver with its tumours.
    """
    if scan is None:
        return ()
    counts = np.maximum(scan.counts, 0.0)
    total = float(counts[organ | fed].sum(dtype=np.float64))
    if not total > 0.0:
        return ()
    inside = counts[fed]
    # The middle of the counts, not of the voxels: half of the albumin lies where it is denser.
    rising = np.sort(inside)
    held = np.cumsum(rising, dtype=np.float64)
    middle = float(rising[np.searchsorted(held, 0.5 * held[-1])]) if held[-1] > 0.0 else 0.0
    cold = float((inside < _COLD * middle).mean())
    outside = 1.0 - float(inside.sum(dtype=np.float64)) / total
    found = []
    if cold > _MUCH:
        text = (
            f"{100.0 * cold:.0f} % of the territory shows hardly any albumin: it is larger than "
            "what is perfused, and the normal liver that takes the spheres gets more than is told "
            "here. Name the artery, or labels of the perfused part."
        )
        found.append(Finding("territory-cold", Status.NOT_MET, Severity.ACTION, text))
    if outside > _MUCH:
        text = (
            f"{100.0 * outside:.0f} % of the albumin in the liver lies outside the territory: it "
            "was given elsewhere, or the territory is too small. Spheres given there go there too."
        )
        found.append(Finding("territory-missed", Status.NOT_MET, Severity.ACTION, text))
    return tuple(found)


def judge_shunts(told: float, seen: float) -> Finding:
    """A shunt that was told beside that of the SPECT.

    Args:
        told: by the user, 0 to below 1.
        seen: by the SPECT.
    """
    apart = abs(told - seen)
    held = apart <= _APART or apart <= max(told, seen) / 3.0
    text = (
        f"Lung shunt {100.0 * told:.1f} % as told by the user; the SPECT shows "
        f"{100.0 * seen:.1f} %."
    )
    if not held:
        text += " They contradict each other: find out which holds."
    status = Status.MET if held else Status.NOT_MET
    return Finding("lung-shunt-told", status, Severity.ACTION, text)
