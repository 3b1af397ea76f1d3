"""Mismatch: where the SPECT of albumin contradicts the territory, or what the user told.

How far apart two figures may lie before they contradict each other has no source: named
assumptions, printed with every plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from seldinger.core.volume import Mask
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.treatments.irradiation.albumin import AlbuminScan
    from seldinger.plan.treatments.irradiation.territory import ConcentrationRatio


def judge_perfusion(
    scan: AlbuminScan | None, fed: Mask, organ: Mask, assumed: Assumed
) -> tuple[Finding, ...]:
    """Whether albumin lies in the territory, and in all of it.

    Args:
        scan: None: no SPECT is used.
        fed: (i, j, k) the territory.
        organ: (i, j, k) the liver with its tumours.
        assumed: what count is none, and what share is told.
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
    none = assumed.get_value("irradiation_cold_counts") * middle
    cold = float((inside < none).mean())
    outside = 1.0 - float(inside.sum(dtype=np.float64)) / total
    most, found = assumed.get_value("irradiation_told_share"), []
    if cold > most:
        text = (
            f"{100.0 * cold:.0f} % of the territory shows hardly any albumin: it is larger than "
            "what is perfused, and the normal liver that takes the spheres gets more than is told "
            "here. Name the artery, or labels of the perfused part."
        )
        found.append(Finding("territory-cold", Status.NOT_MET, Severity.ACTION, text))
    if outside > most:
        text = (
            f"{100.0 * outside:.0f} % of the albumin in the liver lies outside the territory: it "
            "was given elsewhere, or the territory is too small. Spheres given there go there too."
        )
        found.append(Finding("territory-missed", Status.NOT_MET, Severity.ACTION, text))
    return tuple(found)


def judge_shunts(told: float, seen: float, assumed: Assumed) -> Finding:
    """A shunt that was told beside that of the SPECT.

    Args:
        told: by the user, 0 to below 1.
        seen: by the SPECT.
        assumed: how far apart they may lie.
    """
    apart = abs(told - seen)
    share = assumed.get_value("irradiation_shunt_apart_share")
    held = apart <= max(assumed.get_value("irradiation_shunt_apart"), share * max(told, seen))
    text = (
        f"Lung shunt {100.0 * told:.1f} % as told by the user; the SPECT shows "
        f"{100.0 * seen:.1f} %."
    )
    if not held:
        text += " They contradict each other: find out which holds."
    status = Status.MET if held else Status.NOT_MET
    return Finding("lung-shunt-told", status, Severity.ACTION, text)


def judge_ratios(
    told: float,
    seen: tuple[ConcentrationRatio, ...],
    names: tuple[str, ...],
    scan: str,
    assumed: Assumed,
) -> Finding:
    """A told ratio of tumour to normal liver beside those of the SPECT.

    Args:
        told: by the user, one for all tumours.
        seen: by the SPECT, one for each tumour.
        names: of the tumours.
        scan: name of the SPECT.
        assumed: how far apart they may lie.
    """
    most = assumed.get_value("irradiation_ratio_apart")
    shown = ", ".join(f"{one.value:.2f} in {name}" for one, name in zip(seen, names, strict=True))
    text = (
        f"Uptake of the tumours is as told by the user, {told:g} for all of them; {scan}, which is "
        f"blurred, shows a ratio of {shown}."
    )
    held = all(max(told / one.value, one.value / told) <= most for one in seen)
    if held:
        return Finding("uptake", Status.MET, Severity.CAUTION, text)
    text += " They contradict each other: find out which holds."
    return Finding("uptake", Status.NOT_MET, Severity.ACTION, text)
