"""vessels.json: the written form of traced vessels, and its schema.

Finite numbers of six significant digits, in a fixed order; no masks, no paths of the machine and no
time: the same inputs give the same bytes. What is unknown is null. The lines themselves are in the
tree files beside it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from seldinger import __version__
from seldinger.core.errors import AnatomyError
from seldinger.core.record import AssumptionUse, InputFile  # noqa: TC001  pydantic reads them
from seldinger.core.space import Vector  # noqa: TC001  pydantic reads it at run time
from seldinger.report.record_file import describe_schema, format_json, write_down

if TYPE_CHECKING:
    from seldinger.anatomy.vessels import VesselTrace
    from seldinger.anatomy.vessels.branches import Branch, Narrowing
    from seldinger.core.tree import Tree

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class End:
    """An end of a vessel: ``node`` as branches name it, and where it lies."""

    node: int
    vessel: str
    at_lps_mm: Vector


@dataclass(frozen=True, slots=True)
class NarrowingForm:
    """A stenosis; every figure says what it compares, null = unknown.

    Attributes:
        from_mm, to_mm: along the branch.
        reference: "both shoulders", "proximal shoulder" or "other side".
        nascet_percent: against the healthy vessel beyond.
        distal_small_percent: by how much the vessel beyond is smaller than the line says.
    """

    at_lps_mm: Vector
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
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchForm:
    """An edge; ``name`` null = no label holds at least half of it."""

    edge: int
    name: str | None
    from_node: int
    to_node: int
    length_mm: float
    median_diameter_mm: float | None
    least_diameter_mm: float | None
    narrowings: tuple[NarrowingForm, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteForm:
    """A way that was asked for; null = unknown, or a vessel without a name."""

    length_mm: float
    straight_mm: float
    turning_deg: float
    sharpest_deg: float
    sharpest_lps_mm: Vector
    least_diameter_mm: float | None
    least_lps_mm: Vector | None
    names: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which version traced, and every file with its hash."""

    version: str
    inputs: tuple[InputFile, ...]


@dataclass(frozen=True, slots=True)
class VesselFile:
    """Traced vessels as their file holds them; places are LPS+ mm, diameters of equal area."""

    schema_version: str
    vessels: tuple[str, ...]
    root: End
    unreached: tuple[End, ...]
    cut_by_scan: tuple[End, ...]
    branches: tuple[BranchForm, ...]
    route: RouteForm | None
    assumptions: tuple[AssumptionUse, ...]
    notes: tuple[str, ...]
    provenance: Provenance


def to_file(
    trace: VesselTrace, notes: tuple[str, ...] = (), inputs: tuple[InputFile, ...] = ()
) -> VesselFile:
    """``trace`` without what lives in memory only.

    Args:
        trace: what was traced.
        notes: of the files it was made of.
        inputs: those files.
    """
    tree, lines, route = trace.tree, trace.lines, trace.route
    return VesselFile(
        schema_version=SCHEMA_VERSION,
        vessels=trace.vessels,
        root=_end(tree, lines.root),
        unreached=tuple(_end(tree, n) for n in lines.unreached),
        cut_by_scan=tuple(_end(tree, n) for n in lines.cut),
        branches=tuple(_branch(tree, one) for one in trace.branches),
        route=None
        if route is None
        else write_down(RouteForm, route, {"names": tuple(n or None for n in route.names)}),
        assumptions=trace.assumptions,
        notes=(*trace.notes, *notes),
        provenance=Provenance(__version__, inputs),
    )


def _end(tree: Tree, node: int) -> End:
    name = next((e.name for e in tree.edges if node in (e.start, e.end)), "")
    x, y, z = (float(c) for c in tree.nodes_lps_mm[node])
    return End(node, name, (x, y, z))


def _branch(tree: Tree, branch: Branch) -> BranchForm:
    edge = tree.edges[branch.edge]
    own = {
        "name": branch.name or None, "from_node": edge.start, "to_node": edge.end,
        "narrowings": tuple(_narrowing(one) for one in branch.narrowings),
    }  # fmt: skip
    return write_down(BranchForm, branch, own)


def _narrowing(one: Narrowing) -> NarrowingForm:
    own = {"at_lps_mm": one.at_lps_mm, "notes": one.notes}
    return write_down(NarrowingForm, one.grade, own)


def to_json(
    trace: VesselTrace, notes: tuple[str, ...] = (), inputs: tuple[InputFile, ...] = ()
) -> str:
    """``trace`` as the text of ``vessels.json``.

    Args:
        trace: what was traced.
        notes: of the files it was made of.
        inputs: those files.

    Raises:
        AnatomyError: a number is not finite.
    """
    data, advice = asdict(to_file(trace, notes, inputs)), "a figure is finite, or null for unknown"
    return format_json(data, "vessels", 6, AnatomyError, advice)


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of ``vessels.json``."""
    return describe_schema(VesselFile, "vessels.json")
