"""Stenosis: where a lumen is narrower than the healthy vessel would be, and by how much.

The healthy diameter is a line through the vessel on both sides of the narrowing, fitted so that
narrow sections do not pull it down. What lies behind a stenosis alone is no reference: without flow
it is small. Every figure says what it compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import short_repr

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seldinger.anatomy.vessels.sections import Sections

    Floats = NDArray[np.float64]

OTHER_SIDE = "other side"
LEAST_PERCENT = 25.0
"""A narrowing of less is not told from the vessel's own taper and the image's noise."""
_EDGE_PERCENT = 10.0
"""A lesion reaches to where the lumen is within so much of the reference again."""
_HEALTHY = 0.9
_ROUNDS = 12
_RECOVERED = 0.5
"""A vessel that has won back less of its lumen than this is still the lesion."""
_LEAST_SHOULDER = 4
"""Sections of healthy vessel that a side needs to count as one."""


@dataclass(frozen=True, slots=True)
class Stenosis:
    """A narrowing of a vessel.

    Attributes:
        from_mm, to_mm: along the centreline.
        at_mm: of the narrowest section.
        minimum_area_mm2: least area of the lumen.
        minimum_diameter_mm: of a disc as large as that.
        minimum_inscribed_mm: the largest circle that passes.
        reference_diameter_mm: of the healthy vessel at the narrowest section.
        reference: how that is known: "both shoulders", "proximal shoulder", "other side".
        percent_diameter: 100 (1 - minimum_diameter / reference_diameter).
        percent_area: 100 (1 - minimum_area / area of the reference).
        nascet_percent: against the healthy vessel beyond, as carotid trials did; None without one.
        distal_small_percent: by how much the vessel beyond is smaller than the line from both sides
            says; a vessel behind a tight stenosis shrinks.
    """

    from_mm: float
    to_mm: float
    at_mm: float
    minimum_area_mm2: float
    minimum_diameter_mm: float
    minimum_inscribed_mm: float
    reference_diameter_mm: float
    reference: str
    percent_diameter: float
    percent_area: float
    nascet_percent: float | None
    distal_small_percent: float | None

    __repr__ = short_repr

    @property
    def length_mm(self) -> float:
        """From where the lumen leaves the reference to where it is back."""
        return self.to_mm - self.from_mm


def find_stenoses(
    sections: Sections,
    least_percent: float = LEAST_PERCENT,
    other_side_mm: float | None = None,
) -> tuple[Stenosis, ...]:
    """Narrowings of a vessel, proximal first.

    Args:
        sections: along one vessel, in the direction of its flow.
        least_percent: of the diameter, from which a narrowing counts.
        other_side_mm: diameter of the same vessel of the other side of the body, where both
            shoulders cannot be had.

    Raises:
        AnatomyError: too little of the lumen is known, or none of it can be taken as healthy.
    """
    along, width = sections.along_mm, sections.area_diameter_mm
    known = np.flatnonzero(sections.known)
    if len(known) < 2 * _LEAST_SHOULDER:
        raise AnatomyError(
            f"the lumen is known in {len(known)} sections; a stenosis is graded from at least "
            f"{2 * _LEAST_SHOULDER}: follow the vessel further, or use finer sections"
        )
    reference = fit_reference(along, width)
    if other_side_mm is not None:
        reference = np.full(len(along), float(other_side_mm))
    narrow = np.zeros(len(along), dtype=bool)
    narrow[known] = width[known] < (1.0 - least_percent / 100.0) * reference[known]
    edge = np.ones(len(along), dtype=bool)
    edge[known] = width[known] < (1.0 - _EDGE_PERCENT / 100.0) * reference[known]
    spans = [_widen(edge, first, last) for first, last in _runs(narrow)]
    spans = [(first, _recovery(width, reference, first, last)) for first, last in spans]
    return tuple(
        _grade(sections, reference, first, last, other_side_mm) for first, last in _merge(spans)
    )


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lesions that overlap as one."""
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def fit_reference(along_mm: Floats, width_mm: Floats) -> Floats:
    """(n,) healthy diameter: a straight taper that narrow sections and bulges do not pull.

    Args:
        along_mm: (n,) way.
        width_mm: (n,) diameter; not a number where unknown.

    Raises:
        AnatomyError: nothing of the vessel agrees on a diameter.
    """
    known = np.isfinite(width_mm)
    if not known.any():
        raise AnatomyError("no section of the vessel has a lumen: its reference is unknown")
    level = float(np.percentile(width_mm[known], 75))
    fitted = np.full(len(along_mm), level)
    for _ in range(_ROUNDS):
        healthy = known & (width_mm > _HEALTHY * fitted) & (width_mm < fitted / _HEALTHY)
        if healthy.sum() < _LEAST_SHOULDER:
            raise AnatomyError(
                "no stretch of the vessel has one diameter: a reference cannot be read; name the "
                "diameter of the other side"
            )
        slope, start = _theil_sen(along_mm[healthy], width_mm[healthy])
        again = start + slope * along_mm
        if np.allclose(again, fitted, atol=1e-6):
            break
        fitted = again
    result: Floats = fitted
    return result


def _theil_sen(x: Floats, y: Floats) -> tuple[float, float]:
    """Median of slopes and the line through the middle; flat where all lie close together."""
    take = np.linspace(0, len(x) - 1, min(len(x), 80)).astype(int)
    a, b = np.triu_indices(len(take), 1)
    run = x[take][b] - x[take][a]
    apart = run > 0.25 * (x.max() - x.min())
    slope = float(np.median((y[take][b] - y[take][a])[apart] / run[apart])) if apart.any() else 0.0
    return slope, float(np.median(y - slope * x))


def _runs(hit: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last of each run of true."""
    change = np.flatnonzero(np.diff(np.concatenate([[False], hit, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(change[::2], change[1::2], strict=True)]


def _widen(hit: NDArray[np.bool_], first: int, last: int) -> tuple[int, int]:
    while first > 0 and hit[first - 1]:
        first -= 1
    while last < len(hit) - 1 and hit[last + 1]:
        last += 1
    return first, last


def _recovery(width: Floats, reference: Floats, first: int, last: int) -> int:
    """Where a lesion ends whose vessel stays small behind it: where that is as wide as it gets."""
    if last < len(width) - 1:
        return last
    at = first + int(np.nanargmin(width[first : last + 1]))
    behind = width[at : last + 1]
    if np.isfinite(behind).sum() < 2 * _LEAST_SHOULDER:
        return last
    plateau = float(np.nanpercentile(behind, 75))
    if plateau < width[at] + _RECOVERED * (reference[at] - width[at]):
        return last
    return at + int(np.argmax(behind >= (1.0 - _EDGE_PERCENT / 100.0) * plateau))


def _grade(
    sections: Sections, reference: Floats, first: int, last: int, other_side_mm: float | None
) -> Stenosis:
    area = sections.area_mm2
    inside = np.arange(first, last + 1)
    inside = inside[np.isfinite(area[inside])]
    at = int(inside[np.argmin(area[inside])])
    width = float(sections.area_diameter_mm[at])
    healthy = float(reference[at])
    before = _shoulder(sections, reference, 0, first)
    behind = _shoulder(sections, reference, last + 1, len(reference))
    if other_side_mm is not None:
        source = OTHER_SIDE
    elif before is None:
        raise AnatomyError(
            f"the narrowing at {sections.along_mm[at]:.0f} mm has no healthy vessel before it, and "
            "what lies behind a stenosis is no reference: follow the vessel further up, or name "
            "the diameter of the other side"
        )
    else:
        source = "both shoulders" if behind is not None else "proximal shoulder"
    beyond = sections.area_diameter_mm[last + 1 :]
    beyond = beyond[np.isfinite(beyond)]
    nascet = None if behind is None else 100.0 * (1.0 - width / behind)
    small = None
    if len(beyond) >= _LEAST_SHOULDER:
        expected = float(np.median(reference[last + 1 :]))
        small = 100.0 * (1.0 - float(np.median(beyond)) / expected)
    return Stenosis(
        from_mm=float(sections.along_mm[first]), to_mm=float(sections.along_mm[last]),
        at_mm=float(sections.along_mm[at]), minimum_area_mm2=float(area[at]),
        minimum_diameter_mm=width,
        minimum_inscribed_mm=float(np.nanmin(sections.inscribed_diameter_mm[inside])),
        reference_diameter_mm=healthy, reference=source,
        percent_diameter=100.0 * (1.0 - width / healthy),
        percent_area=100.0 * (1.0 - (width / healthy) ** 2),
        nascet_percent=nascet, distal_small_percent=small,
    )  # fmt: skip


def _shoulder(sections: Sections, reference: Floats, low: int, high: int) -> float | None:
    """Median diameter of the healthy sections of a side; None where there are too few."""
    width = sections.area_diameter_mm[low:high]
    own = width[np.isfinite(width) & (np.abs(width / reference[low:high] - 1.0) < 1.0 - _HEALTHY)]
    return float(np.median(own)) if len(own) >= _LEAST_SHOULDER else None
