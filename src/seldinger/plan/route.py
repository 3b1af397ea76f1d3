"""Route: a way to the target that is no straight line: through vessels, with what goes along it."""

from __future__ import annotations

from dataclasses import dataclass

from seldinger.core.formatting import short_repr
from seldinger.core.space import Vector  # noqa: TC001  plan.json's schema is read from this


@dataclass(frozen=True, slots=True)
class DeviceFit:
    """Whether a device reaches and fits along a route.

    Attributes:
        device: id in the catalogue.
        role: "sheath", "wire", "balloon", "stent".
        needed_mm: length that it must have.
        has_mm: length that it has.
        passes: whether it goes through what it must go through; None where that is unknown.
        text: in words, with the numbers.
    """

    device: str
    role: str
    needed_mm: float
    has_mm: float
    passes: bool | None
    text: str

    @property
    def reaches(self) -> bool:
        """Whether it is long enough."""
        return self.has_mm >= self.needed_mm


@dataclass(frozen=True, slots=True)
class Route:
    """A way through vessels from a puncture to the lesion.

    Attributes:
        site: id of the access site.
        title: of it, in words.
        vessels: passed, in order.
        points_lps_mm: of the way, from the puncture to the lesion's far end.
        length_mm: of all of it: what a wire and a balloon must reach.
        to_lesion_mm: to the lesion's near end.
        turning_deg: all bends added up.
        sharpest_deg: most that it turns within 30 mm.
        least_diameter_mm: of the lumen on the way; None where it is unknown.
        crossover: over the aortic bifurcation to the other leg.
        against_flow: the lesion is met from its distal end.
        arch: how the vessel leaves the aortic arch, where the way leads over it; "" elsewhere.
        artery_mm: diameter of the artery where it is punctured; None where nobody knows it.
        artery_from: "measured on the image" or the population that it is taken from.
        sheath_outer_mm: of the sheath that the devices need; None where none fits.
        ratio: artery over sheath; None where either is unknown.
        p_ratio_below_one: chance that the artery is narrower than the sheath, by how sure its
            diameter is; None where that is unknown.
        devices: each with whether it reaches and fits.
        complications, haemostasis: ids of facts of populations that belong to the site.
        score: 0 (best) upwards; comparable within one plan only.
        score_parts: what makes up ``score``.
        violations: why it cannot be gone: rules that it breaks.
        unknown: what would have to be known before it is gone.
        notes: in words.
    """

    site: str
    title: str
    vessels: tuple[str, ...]
    points_lps_mm: tuple[Vector, ...]
    length_mm: float
    to_lesion_mm: float
    turning_deg: float
    sharpest_deg: float
    least_diameter_mm: float | None
    crossover: bool
    against_flow: bool
    arch: str
    artery_mm: float | None
    artery_from: str
    sheath_outer_mm: float | None
    ratio: float | None
    p_ratio_below_one: float | None
    devices: tuple[DeviceFit, ...]
    complications: tuple[str, ...]
    haemostasis: tuple[str, ...]
    score: float
    score_parts: dict[str, float]
    violations: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    __repr__ = short_repr
