"""The records of the catalogue: devices, terms, vocabularies, and what a vocabulary recognised."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from seldinger.core.errors import CatalogueError
from seldinger.core.telling import brief

if TYPE_CHECKING:
    from collections.abc import Mapping


class DeviceKind(StrEnum):
    """What a device is for."""

    CORE_NEEDLE = "core-needle"
    COAXIAL_INTRODUCER = "coaxial-introducer"
    FINE_NEEDLE = "fine-needle"
    ACCESS_NEEDLE = "access-needle"
    GUIDEWIRE = "guidewire"
    DRAIN = "drain"
    TROCAR_DRAIN = "trocar-drain"
    BONE_NEEDLE = "bone-needle"


@dataclass(frozen=True, slots=True)
class Device:
    """A generic, unbranded device.

    Attributes:
        id: how plans and users name it.
        name: as printed.
        kind: what it is for.
        gauge, french: nominal size, where one applies.
        outer_diameter_mm, inner_diameter_mm: of the shaft; the bore may be unknown.
        usable_mm: from tip to hub.
        throw_mm: how far a core needle's tip shoots.
        notch_mm: length of the sample notch of a core needle.
        dead_tip_mm: from the far end of the notch to the tip, after the shot.
        loop_mm: outer diameter of a drain's pigtail loop.
        side_hole_mm: length of the holed part of a drain, from its tip, straightened.
        wire_mm: diameter of the guidewire that the device is made for.
        source: key of the bibliography when it says every dimension; otherwise None.
        assumption: what is typical here and has no source; exactly one of the two is set.
        facts: (dimension, id of the evidence fact it was taken from), for single dimensions.
    """

    id: str
    name: str
    kind: DeviceKind
    gauge: int | None
    french: int | None
    outer_diameter_mm: float
    inner_diameter_mm: float | None
    usable_mm: float
    throw_mm: float | None
    notch_mm: float | None
    dead_tip_mm: float | None
    loop_mm: float | None
    side_hole_mm: float | None
    source: str | None
    assumption: str | None
    facts: tuple[tuple[str, str], ...] = ()
    wire_mm: float | None = None

    __repr__ = brief

    def __post_init__(self) -> None:
        if (self.source is None) == (self.assumption is None):
            raise CatalogueError(f"device {self.id}: give either a source or an assumption")
        if self.outer_diameter_mm <= 0 or self.usable_mm <= 0:
            raise CatalogueError(f"device {self.id}: diameter and usable length must be positive")
        bore = self.inner_diameter_mm
        if bore is not None and not 0 < bore < self.outer_diameter_mm:
            raise CatalogueError(
                f"device {self.id}: the bore {bore} mm must lie between 0 and the outer diameter "
                f"{self.outer_diameter_mm} mm"
            )
        if self.wire_mm is not None and bore is not None and self.wire_mm >= bore:
            raise CatalogueError(
                f"device {self.id}: a {self.wire_mm} mm wire does not pass the bore of {bore} mm"
            )
        self._check_parts()

    def _check_parts(self) -> None:
        shot = (self.throw_mm, self.notch_mm, self.dead_tip_mm)
        if not _given(shot, wanted=self.kind is DeviceKind.CORE_NEEDLE):
            raise CatalogueError(
                f"device {self.id}: throw, notch and dead tip belong to core needles, all three"
            )
        pigtail = (self.loop_mm, self.side_hole_mm)
        if not _given(pigtail, wanted=self.kind in (DeviceKind.DRAIN, DeviceKind.TROCAR_DRAIN)):
            raise CatalogueError(f"device {self.id}: loop and side holes belong to drains, both")
        if any(part is not None and part < 0 for part in (*shot, *pigtail)):
            raise CatalogueError(f"device {self.id}: lengths cannot be negative")


def _given(parts: tuple[float | None, ...], *, wanted: bool) -> bool:
    """Whether all parts are given where they are wanted, and none where they are not."""
    return all((part is not None) == wanted for part in parts)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of our vocabulary.

    Attributes:
        name: the word.
        kind: what it is to a needle: a value of ``seldinger.anatomy.model.Kind``.
        mobile: moves with breathing, against ribs and spine.
        obstacle: a needle may not cross it, unless it is the target or the target's organ.
        diameter: for vessels: "large" (5 mm and more throughout) or "mixed" (with branches).
        derived: made by ``anatomy``; no label file is expected to hold it.
    """

    name: str
    kind: str
    mobile: bool
    obstacle: bool
    diameter: str | None = None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How one kind of label file calls things.

    Attributes:
        name: how it is asked for.
        title: as printed.
        entries: raw name -> our term; None when the name is known and ignored.
        patterns: regular expression for a whole raw name, case ignored -> our term; the first wins,
            after ``entries``.
    """

    name: str
    title: str
    entries: Mapping[str, str | None]
    patterns: Mapping[str, str]

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a vocabulary made of raw names.

    Attributes:
        vocabulary: which one was used.
        terms: raw name -> our term.
        ignored: raw names that are known and of no use.
        unknown: raw names that nobody knows: to be reported, never to be taken as clear.
    """

    vocabulary: str
    terms: Mapping[str, str]
    ignored: tuple[str, ...]
    unknown: tuple[str, ...]
