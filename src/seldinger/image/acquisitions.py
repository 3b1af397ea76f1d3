"""Acquisitions: whether the planes of one series are one volume, or several that alternate."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from seldinger.core.errors import ImageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seldinger.image.dicom_headers import Header
    from seldinger.image.geometry import Plane

KEYWORDS: Final = (
    "FrameOfReferenceUID",
    "AcquisitionNumber",
    "AcquisitionUID",
    "IrradiationEventUID",
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "TriggerTime",
    "NominalPercentageOfCardiacPhase",
    "NominalCardiacTriggerDelayTime",
    "FrameReferenceTime",
    "EchoTime",
    "EchoNumbers",
    "EffectiveEchoTime",
    "InversionTime",
    "FlipAngle",
    "DiffusionBValue",
    "ConvolutionKernel",
    "ReconstructionAlgorithm",
    "KVP",
    "FilterType",
    "ImageType",
    "FrameType",
    "FrameAcquisitionNumber",
    "StackID",
    "ContrastBolusAgent",
    "SeriesNumber",
    "SeriesDescription",
    "ProtocolName",
)
"""Tags that are alike within one volume, or change from block to block along it."""

CT_KEYWORDS: Final = ("AcquisitionTime", "AcquisitionDateTime", "ContentTime")
"""Also alike within one volume of CT; slices of MR are rightly taken in turns."""

_PER_FRAME: Final = (
    "FrameContentSequence",
    "CTImageFrameTypeSequence",
    "MRImageFrameTypeSequence",
    "CTReconstructionSequence",
    "CTXRayDetailsSequence",
    "MREchoSequence",
    "MRDiffusionSequence",
    "CardiacSynchronizationSequence",
    "TemporalPositionSequence",
)
_TURNS: Final = 2
"""Times are told to the second, and reconstructions run side by side, so a few slices stand a
second early or late. Only where more than every other slice changes do two volumes take turns."""

_RUN: Final = 3
"""So many instance numbers in a row make a run."""


def read_acquisition_traits(header: Header) -> dict[str, str]:
    """What tells the volume that a single-frame file belongs to."""
    more = (*CT_KEYWORDS, "InstanceNumber") if header.modality == "CT" else ()
    return {keyword: str(header.dataset.get(keyword) or "") for keyword in (*KEYWORDS, *more)}


def read_frame_traits(places: Sequence[Any]) -> dict[str, str]:
    """The same of one frame, from its functional groups, the shared ones last."""
    traits: dict[str, str] = {}
    for place in reversed(places):
        for sequence in _PER_FRAME:
            for item in place.get(sequence) or ():
                known = (k for k in KEYWORDS if item.get(k) is not None)
                traits.update({keyword: str(item.get(keyword)) for keyword in known})
    return traits


def check_single_acquisition(
    planes: Sequence[Plane], height_mm: NDArray[np.float64], name: str
) -> None:
    """Refuse planes, sorted by height, in which several acquisitions alternate.

    Blocks that follow one another, and values that each slice has for itself, are one volume.

    ``height_mm``, (n,), has the height of each plane; ``name`` is the file's, for messages.

    Raises:
        ImageError: names what differs, and the slices of each.
    """
    for keyword in (*KEYWORDS, *CT_KEYWORDS):
        values = [plane.traits.get(keyword, "") for plane in planes]
        kinds = list(dict.fromkeys(values))
        repeated = [kind for kind in kinds if values.count(kind) > 1]
        if len(repeated) < 2 or len(kinds) > max(2, len(values) // 3):  # noqa: PLR2004
            continue
        runs = 1 + sum(a != b for a, b in pairwise(values))
        least = len(values) // _TURNS if keyword in CT_KEYWORDS else 0
        if runs > max(len(kinds), least):
            _refuse(keyword, dict(zip(kinds, _members(values, kinds, planes), strict=True)), name)
    halves = _halves([plane.traits.get("InstanceNumber", "") for plane in planes])
    if halves and float(np.diff(height_mm).min(initial=np.inf)) > 0:
        named = {f"{h[0]} to {h[-1]}": planes[n::2] for n, h in enumerate(halves)}
        _refuse("InstanceNumber", named, name)


def _members(
    values: Sequence[str], kinds: Sequence[str], planes: Sequence[Plane]
) -> list[list[Plane]]:
    return [[p for v, p in zip(values, planes, strict=True) if v == kind] for kind in kinds]


def _refuse(keyword: str, members: Mapping[str, Sequence[Plane]], name: str) -> None:
    shown = "; ".join(
        f"{kind or 'not stated'}: {len(planes)} slices, first {planes[0].name}"
        for kind, planes in list(members.items())[:6]
    )
    raise ImageError(
        f"{name}: {len(members)} volumes alternate in one series; their slices differ in {keyword} "
        f"({shown}). Put the files of one of them into a folder of their own, or export each as "
        f"its own series"
    )


def _halves(numbers: Sequence[str]) -> tuple[list[int], list[int]] | None:
    """Instance numbers of every other slice, when both count on by themselves and are apart."""
    if not all(n.isdecimal() for n in numbers):
        return None
    whole = [int(n) for n in numbers]
    even, odd = whole[::2], whole[1::2]
    if min(len(even), len(odd)) < _RUN:
        return None
    counted = all(len(set(np.diff(h))) == 1 and abs(h[1] - h[0]) == 1 for h in (even, odd))
    apart = max(even) < min(odd) or max(odd) < min(even)
    return (even, odd) if counted and apart else None


def find_splintered(images: Sequence[Header]) -> tuple[Header, ...]:
    """Slices of one study and space that each have a series of their own; empty when there are few.

    Some exports write a new Series Instance UID into every file.
    """
    counts: dict[str, int] = {}
    for header in images:
        counts[header.uid] = counts.get(header.uid, 0) + header.frames
    alone: dict[tuple[str, ...], list[Header]] = {}
    for header in images:
        if counts[header.uid] == 1:
            of = ("StudyInstanceUID", "FrameOfReferenceUID", "Rows", "Columns", "PixelSpacing",
                  "ImageOrientationPatient")  # fmt: skip
            kin = tuple(str(header.dataset.get(keyword) or "") for keyword in of)
            alone.setdefault((header.modality, *kin), []).append(header)
    found = max(alone.values(), key=len, default=[])
    return tuple(found) if len(found) >= _RUN else ()


def describe_splintered(headers: Sequence[Header]) -> str:
    """What such an export is, and the way out."""
    return (
        f"{len(headers)} series hold one slice each, of the same study, size and orientation: an "
        f"export gave every file a Series Instance UID of its own, though they look like one scan. "
        f"Export it again as one series, or write one Series Instance UID into all of its files "
        f'(DCMTK: dcmodify -m "(0020,000e)={headers[0].uid}" FILES), and load it then'
    )
