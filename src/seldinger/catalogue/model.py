"""The records of the catalogue: devices, terms, vocabularies, and what a vocabulary recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from seldinger.core.errors import CatalogueError
from seldinger.core.formatting import short_repr
from seldinger.evidence.records import Count, Key, NotNegative, Positive, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A generic, unbranded device: what all have in common; a class for each kind adds the rest.

    Attributes:
        id: how plans and users name it.
        name: as printed.
        kind: what it is for: a key of ``kinds.KINDS``.
        outer_diameter_mm, inner_diameter_mm: of the shaft; the bore may be unknown.
        usable_mm: from tip to hub.
        wire_mm: diameter of the guidewire that the device is made for.
        source: key of the bibliography when it says every dimension; otherwise None.
        assumption: what is typical here and has no source; exactly one of the two is set.
        facts: of single dimensions -> id of the evidence fact it was taken from.
    """

    id: Key
    name: Text
    kind: Text
    outer_diameter_mm: Positive
    inner_diameter_mm: Positive | None = None
    usable_mm: Positive
    wire_mm: Positive | None = None
    source: Text | None = None
    assumption: Text | None = None
    facts: Mapping[Text, Text] = field(default_factory=dict, hash=False)

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

    @property
    def size(self) -> str:
        """Its nominal size, where its kind has one: "18 G", "12 F"."""
        return ""


class Guidewire(Device):
    """Leads what follows."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Needle(Device):
    """A needle of a nominal gauge."""

    gauge: Count

    @property
    def size(self) -> str:
        """Its gauge."""
        return f"{self.gauge} G"


class CoaxialIntroducer(Needle):
    """Stays in place while other needles go through it."""


class FineNeedle(Needle):
    """Aspirates cells."""


class AccessNeedle(Needle):
    """Opens the way for a wire."""


class BoneNeedle(Needle):
    """Drills a core of bone."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class CoreNeedle(Needle):
    """Shoots a notch into tissue and cuts what lies in it.

    Attributes:
        throw_mm: how far its tip shoots.
        notch_mm: length of the sample notch.
        dead_tip_mm: from the far end of the notch to the tip, after the shot.
    """

    throw_mm: Positive
    notch_mm: Positive
    dead_tip_mm: NotNegative


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PigtailDrain(Device):
    """A pigtail drain, over a wire.

    Attributes:
        french: nominal size.
        loop_mm: outer diameter of the loop.
        side_hole_mm: length of the holed part, from the tip, straightened.
    """

    french: Count
    loop_mm: Positive
    side_hole_mm: Positive

    @property
    def size(self) -> str:
        """Its French size."""
        return f"{self.french} F"


class TrocarDrain(PigtailDrain):
    """A pigtail drain that goes in on its own stylet, in one step."""


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
