"""The records of the catalogue: devices, terms, vocabularies, and what a vocabulary recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import MinLen

from seldinger.core.errors import CatalogueError
from seldinger.core.formatting import short_repr
from seldinger.evidence.records import Count, Key, NotNegative, Positive, Text


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """What devices of one make share; ``Device`` says what each is."""

    id: Key
    name: Text
    kind: DeviceKind
    gauge: Count | None = None
    french: Count | None = None
    outer_diameter_mm: Positive
    inner_diameter_mm: Positive | None = None
    loop_mm: Positive | None = None
    side_hole_mm: Positive | None = None
    wire_mm: Positive | None = None
    source: Text | None = None
    assumption: Text | None = None
    facts: Mapping[Text, Text] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Shot:
    """One setting of a core needle.

    Attributes:
        throw_mm: how far its tip shoots.
        notch_mm: length of the sample notch.
        dead_tip_mm: from the far end of the notch to the tip, after the shot.
    """

    throw_mm: Positive
    notch_mm: Positive
    dead_tip_mm: NotNegative


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(Make):
    """A generic, unbranded device.

    Attributes:
        id: how plans and users name it.
        name: as printed.
        kind: what it is for.
        gauge, french: nominal size, where one applies.
        outer_diameter_mm, inner_diameter_mm: of the shaft; the bore may be unknown.
        loop_mm: outer diameter of a drain's pigtail loop.
        side_hole_mm: length of the holed part of a drain, from its tip, straightened.
        wire_mm: diameter of the guidewire that the device is made for.
        source: key of the bibliography when it says every dimension; otherwise None.
        assumption: what is typical here and has no source; exactly one of the two is set.
        facts: of single dimensions -> id of the evidence fact it was taken from.
        usable_mm: from tip to hub.
        throw_mm, notch_mm, dead_tip_mm: of a core needle, as in ``Shot``.
    """

    usable_mm: float
    throw_mm: float | None = None
    notch_mm: float | None = None
    dead_tip_mm: float | None = None

    __repr__ = short_repr

    def __post_init__(self) -> None:
        if (self.source is None) == (self.assumption is None):
            raise CatalogueError(f"device {self.id}: give either a source or an assumption")
        bore = self.inner_diameter_mm
        if bore is not None and bore >= self.outer_diameter_mm:
            raise CatalogueError(
                f"device {self.id}: the bore {bore} mm must be less than the outer diameter "
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Family(Make):
    """Devices that differ in length, and throw, only; their ids tell both.

    Attributes:
        lengths_mm: from tip to hub.
        shots: of core needles.
    """

    lengths_mm: Annotated[tuple[Positive, ...], MinLen(1)]
    shots: tuple[Shot, ...] = ()

    def __post_init__(self) -> None:
        self.members()  # refused here, they are refused with their place in the file

    def members(self) -> tuple[Device, ...]:
        """One device of each length, and of each throw.

        Raises:
            CatalogueError: a device does not hold together.
        """
        common = {one.name: getattr(self, one.name) for one in fields(Make)}
        members: list[Device] = []
        for length_mm in self.lengths_mm:
            alone = len(self.lengths_mm) == 1
            stem = self.id if alone else f"{self.id}-{length_mm:g}"
            title = self.name if alone else f"{self.name}, {length_mm:g} mm"
            common.update(id=stem, name=title)
            if not self.shots:
                members.append(Device(**common, usable_mm=length_mm))
            for shot in self.shots:
                throw = shot.throw_mm
                common.update(id=f"{stem}-t{throw:g}", name=f"{title}, throw {throw:g} mm")
                members.append(Device(**common, usable_mm=length_mm, **asdict(shot)))
        return tuple(members)


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

    name: Text
    kind: Literal[
        "organ", "vessel", "bone", "bowel", "lung", "lobe", "airway", "heart", "nerve", "muscle",
        "lesion", "collection",
    ]  # fmt: skip
    mobile: bool
    obstacle: bool
    diameter: Literal["large", "mixed"] | None = None
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

    __repr__ = short_repr


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
