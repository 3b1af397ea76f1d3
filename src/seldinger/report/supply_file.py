"""Supply file: what feeds an organ, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seldinger import __version__
from seldinger.core.errors import AnatomyError
from seldinger.core.record import AssumptionUse, InputFile  # noqa: TC001  pydantic reads them
from seldinger.core.space import Vector  # noqa: TC001  pydantic reads it at run time
from seldinger.report.record_file import describe_schema, format_json

if TYPE_CHECKING:
    from seldinger.anatomy.feeders import Feeder
    from seldinger.anatomy.supply import Supply

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class FeederForm:
    """An edge of the tree as a place to give something; ``name`` null = nobody named it.

    Attributes:
        from_lps_mm: where it begins.
        target_share: of the target (of the organ where none was named) that is fed through it.
        spill_ml: of the organ that is fed through it and is not target.
        leads_aside: arteries that leave it and end outside the organ; null = without a name.
    """

    edge: int
    name: str | None
    from_lps_mm: Vector
    length_mm: float
    diameter_mm: float | None
    target_share: float
    organ_share: float
    spill_ml: float
    leads_aside: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Shares:
    """Which share of something is reached."""

    sure: float
    likely: float
    possible: float


@dataclass(frozen=True, slots=True)
class InjectionForm:
    """What is reached from where the catheter's tip lies; target null = none was named."""

    edge: int
    name: str | None
    from_mm: float
    volume_ml: float
    organ: Shares
    target: Shares | None


@dataclass(frozen=True, slots=True)
class SupplyFile:
    """What feeds an organ, as its file holds it; places are LPS+ mm.

    Attributes:
        target: null = none was named.
        organ_ml: with its tumours.
        far_share: of the organ, over 30 mm from any traced branch.
        nobodys_share: of the organ, that no way inside it leads to.
        injection: null = nobody said where the tip lies.
    """

    schema_version: str
    organ: str
    organ_ml: float
    target: str | None
    target_ml: float | None
    feeders: tuple[FeederForm, ...]
    injection: InjectionForm | None
    far_share: float
    nobodys_share: float
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]
    version: str
    inputs: tuple[InputFile, ...]


def to_file(supply: Supply, notes: tuple[str, ...], inputs: tuple[InputFile, ...]) -> SupplyFile:
    """``supply`` without what lives in memory only.

    Args:
        supply: what was found.
        notes: of the files it was made of.
        inputs: those files.
    """
    partition, target = supply.partition, supply.target
    return SupplyFile(
        SCHEMA_VERSION,
        supply.organ,
        float(partition.organ.sum()) * partition.grid.voxel_ml,
        None if target is None else target.label,
        None if target is None else target.volume_ml,
        tuple(_tell_feeder(supply, one) for one in supply.feeders),
        _tell_injection(supply),
        supply.far_share,
        supply.nobodys_share,
        supply.assumptions,
        (*supply.notes, *notes),
        __version__,
        inputs,
    )


def _tell_feeder(supply: Supply, one: Feeder) -> FeederForm:
    edge = supply.tree.edges[one.edge]
    x, y, z = (float(c) for c in edge.curve.points_lps_mm[0])
    return FeederForm(
        one.edge, one.name or None, (x, y, z), edge.curve.length_mm, one.diameter_mm,
        one.target_share, one.organ_share, one.spill_ml,
        tuple(name or None for name in one.leads_aside),
    )  # fmt: skip


def _tell_injection(supply: Supply) -> InjectionForm | None:
    given = supply.injection
    if given is None:
        return None
    name = supply.tree.edges[given.edge].name or None
    volume_ml = float(given.likely.sum()) * supply.partition.grid.voxel_ml
    organ = Shares(*given.share(supply.partition.organ))
    target = None if supply.target is None else Shares(*given.share(supply.target.mask))
    return InjectionForm(given.edge, name, given.from_mm, volume_ml, organ, target)


def to_json(supply: Supply, notes: tuple[str, ...], inputs: tuple[InputFile, ...]) -> str:
    """``supply`` as the text of ``territory.json``.

    Args:
        supply: what was found.
        notes: of the files it was made of.
        inputs: those files.

    Raises:
        AnatomyError: a number is not finite.
    """
    data = asdict(to_file(supply, notes, inputs))
    return format_json(
        data, "territory", 6, AnatomyError, "a figure is finite, or null for unknown"
    )


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``territory.json``."""
    return describe_schema(SupplyFile, "territory.json")
