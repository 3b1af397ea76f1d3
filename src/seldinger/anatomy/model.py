"""The anatomy: what is known of one patient on one lattice, and what is not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

from seldinger.catalogue.techniques import find_territory
from seldinger.core.errors import AnatomyError
from seldinger.core.formatting import describe_size, format_html_table, short_repr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seldinger.core.record import AssumptionUse
    from seldinger.core.shapes import Curve
    from seldinger.core.space import Grid, Vector
    from seldinger.core.tree import Tree
    from seldinger.core.volume import Mask, Volume
    from seldinger.image.study import Study

_AXES = 3


class Kind(StrEnum):
    """What a structure is to a needle."""

    ORGAN = "organ"
    VESSEL = "vessel"
    BONE = "bone"
    BOWEL = "bowel"
    LUNG = "lung"
    LOBE = "lobe"
    """Part of a lung: no obstacle by itself; two on one path mean that a fissure is crossed."""
    AIRWAY = "airway"
    HEART = "heart"
    NERVE = "nerve"
    MUSCLE = "muscle"
    LESION = "lesion"
    COLLECTION = "collection"


class Origin(StrEnum):
    """Who says that a structure is where it is."""

    LABEL = "label"
    THRESHOLD = "threshold"
    USER = "user"
    ASSUMED = "assumed"


class Tissue(IntEnum):
    """What a voxel that belongs to no structure is known to be."""

    OUTSIDE = 0
    UNIDENTIFIED = 1
    FAT = 2
    BODY_WALL = 3
    """Estimated muscle and skin outside the cavities, or labelled muscle."""
    STRUCTURE = 4
    """A named structure; see ``Anatomy.structures``."""


class Skin(IntEnum):
    """What the outermost body voxel is."""

    NONE = 0
    OPEN = 1
    """True skin, free to the air as scanned."""
    TABLE_CONTACT = 2
    """Rests on the table as scanned: exposed only if the patient is turned."""
    ARM = 3
    FIELD_CUT = 4
    """The field of view ends here, not the patient."""
    SCAN_END = 5
    """The scan ends here, not the patient."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """One named thing.

    Attributes:
        name: our term (``catalogue`` terms), or the user's own name for a lesion.
        kind: what it is to a needle.
        mask: where it is, on the anatomy's grid.
        origin: who says so.
        sources: the raw label names (or the rule) it was made of.
        mobile: moves with breathing, against ribs and spine.
    """

    name: str
    kind: Kind
    mask: Mask
    origin: Origin
    sources: tuple[str, ...]
    mobile: bool

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Lesion:
    """What a needle is for: a tumour, a collection, an organ that is to be sampled.

    Attributes:
        label: name as asked for.
        mask: the whole lesion on the anatomy's grid.
        viable: the part worth sampling; equals ``mask`` when the image shows no dead part.
        aim_lps_mm: the point to steer at, inside ``viable``.
        centre_lps_mm: centroid of ``mask``.
        diameter_mm: diameter of the sphere of equal volume.
        volume_ml: volume of ``mask``.
        organ: the structure it lies in; None when no labelled organ surrounds it.
        origin: label, threshold, or user.
        notes: what was left out of the aim, and why.
        drawn: somebody or something outlined it; False for a sphere around a point.

    Raises:
        AnatomyError: on construction, a part is empty, or the parts do not belong together.
    """

    label: str
    mask: Mask
    viable: Mask
    aim_lps_mm: Vector
    centre_lps_mm: Vector
    diameter_mm: float
    volume_ml: float
    organ: str | None
    origin: Origin
    notes: tuple[str, ...] = ()
    drawn: bool = True

    def __post_init__(self) -> None:
        _check_mask(self.mask, f"lesion {self.label!r}")
        if self.viable.shape != self.mask.shape or (self.viable > self.mask).any():
            raise AnatomyError(
                f"lesion {self.label!r}: its viable part has shape {self.viable.shape} or leaves "
                f"its mask of {self.mask.shape}; it is a part of the mask: cut it at the mask"
            )
        if not (self.diameter_mm > 0.0 and self.volume_ml > 0.0):
            raise AnatomyError(
                f"lesion {self.label!r}: diameter {self.diameter_mm} mm, volume {self.volume_ml} "
                "mL; both are positive: measure its mask"
            )

    __repr__ = short_repr


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """What a balloon or a stent is for: a stretch of a vessel.

    Attributes:
        label: name as asked for: "stenosis of the left renal artery".
        vessel: the vessel's name.
        curve: centreline of the vessel, in the direction of its flow.
        from_mm, to_mm: where the stretch begins and ends, along ``curve``.

    Raises:
        AnatomyError: on construction, a name is missing, or the stretch leaves the curve.
    """

    label: str
    vessel: str
    curve: Curve
    from_mm: float
    to_mm: float

    def __post_init__(self) -> None:
        if not (self.label.strip() and self.vessel.strip()):
            raise AnatomyError(
                f"segment {self.label!r} of vessel {self.vessel!r}: both have names: give them"
            )
        length = self.curve.length_mm
        if not 0.0 <= self.from_mm < self.to_mm <= length:
            raise AnatomyError(
                f"segment {self.label!r} runs from {self.from_mm:g} to {self.to_mm:g} mm along "
                f"{self.vessel!r}; allowed is a stretch of 0 to {length:g} mm, its beginning first"
            )

    __repr__ = short_repr

    @property
    def stretch(self) -> Segment:
        """Of artery, where a device must come: itself."""
        return self

    @property
    def length_mm(self) -> float:
        """Of the stretch."""
        return self.to_mm - self.from_mm

    @property
    def organ(self) -> str | None:
        """Its territory, as pages of outcomes and rules of clearance speak of it; None: unknown."""
        return find_territory(self.vessel)


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """What is given into an artery is for: the tissue that is fed from one place in the vessels.

    Attributes:
        label: name as asked for: "liver tumour 1".
        mask: the tissue, on the anatomy's grid.
        organ: that it is part of; None: unknown.
        origin: how it was bounded: "label liver segment 8", "nearest branch of ...".
        stretch: of artery, where what is given leaves the catheter; None: no artery was traced.
        lesions: that it is given for, those that lie in it.
        notes: what a reader must know of its bounds.
        far_share: of it, away from every traced branch; None where no branch bounded it.
        fate: what becomes of the tissue: "perfused" with what is given, or "cut off"; "bleeding"
            where nobody knows more of it.

    Raises:
        AnatomyError: on construction, the name is missing, or the mask empty.
    """

    label: str
    mask: Mask
    organ: str | None
    origin: str
    stretch: Segment | None = None
    lesions: tuple[Lesion, ...] = ()
    notes: tuple[str, ...] = ()
    far_share: float | None = None
    fate: Literal["perfused", "cut off", "bleeding"] = "perfused"

    def __post_init__(self) -> None:
        if not self.label.strip():
            raise AnatomyError("a territory has a name, got none: give one")
        _check_mask(self.mask, f"territory {self.label!r}")

    __repr__ = short_repr


Target: TypeAlias = Lesion | Segment | Territory
"""What a procedure is for; each approach says which of them it reaches."""


def _check_mask(mask: Mask, what: str) -> None:
    if mask.ndim != _AXES or mask.dtype != bool or not mask.any():
        raise AnatomyError(
            f"{what}: its mask is {mask.dtype} of shape {mask.shape} with {int((mask != 0).sum())} "
            "voxels; it is boolean, (i, j, k), and holds at least one: draw it again"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """What is known of one patient, on one aligned isotropic lattice.

    Attributes:
        study: where it came from, at full resolution.
        image: HU (CT), float32, on ``grid``.
        grid: the planning lattice; aligned with LPS.
        body: the patient without table and clothes.
        tissue: ``Tissue`` per voxel (uint8).
        skin: ``Skin`` per voxel (uint8).
        structures: everything named, lesions included; masks may overlap (lesion and organ).
        notes: what was estimated or assumed while building, printed in reports.
        assumptions: the numbers without a source that it was built with.
        vessels: centrelines and radii of those that a plan goes through, arteries unless it says
            otherwise; None where nobody traced them: unknown, not absent.
        vessels_voxel_mm: largest edge of the voxels that they were traced in; None: not in voxels.
        unread: labels that no vocabulary knows: what they show is not known.
        veins: centrelines of veins in the direction of their flow; None where nobody traced them.
    """

    study: Study
    image: Volume
    grid: Grid
    body: Mask
    tissue: NDArray[np.uint8]
    skin: NDArray[np.uint8]
    structures: tuple[Structure, ...]
    notes: tuple[str, ...] = ()
    assumptions: tuple[AssumptionUse, ...] = ()
    vessels: Tree | None = None
    vessels_voxel_mm: float | None = None
    unread: tuple[str, ...] = ()
    veins: Tree | None = None

    def __repr__(self) -> str:
        size = describe_size(self.grid.shape, self.grid.spacing_mm)
        return f"<Anatomy: {len(self.structures)} structures, {size}>"

    def _repr_html_(self) -> str:
        """A small table, for notebooks: the structures by kind, and what had to be estimated."""
        by_kind = {
            kind.value: ", ".join(s.name for s in self.structures if s.kind is kind)
            for kind in Kind
        }
        rows = {kind: those for kind, those in by_kind.items() if those}
        size = describe_size(self.grid.shape, self.grid.spacing_mm)
        notes = "; ".join(self.notes) or "none"
        traced = "not traced" if self.vessels is None else repr(self.vessels).strip("<>")
        return format_html_table(
            "Anatomy", {"lattice": size, **rows, "vessels": traced, "notes": notes}
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all structures."""
        return tuple(s.name for s in self.structures)

    def has(self, name: str) -> bool:
        """Whether a structure is known."""
        return name in self.names

    def get_structure(self, name: str) -> Structure:
        """The structure called ``name`` (our term), or an ``AnatomyError``."""
        for found in self.structures:
            if found.name == name:
                return found
        raise AnatomyError(f"no structure is called {name!r}; known: {', '.join(self.names)}")
