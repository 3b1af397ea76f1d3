"""Tree files: a ``Tree`` for other programs: VTK PolyData, 3D Slicer markups, SWC; LPS mm in all.

Numbers are written whole, so that what is read back is the same to the last digit.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import numpy as np

from seldinger.core.errors import OutputError
from seldinger.report.folder import write_file
from seldinger.report.slicer import SCHEMA

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from seldinger.core.shapes import Curve
    from seldinger.core.tree import Edge, Tree

_NAMED_TYPE = 1000
"""Types of SWC up to 7 mean parts of nerves: ours lie far from them."""


_FRAME = """\
<?xml version="1.0"?>
<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt64">
<PolyData>
<FieldData>{space}</FieldData>
<Piece NumberOfPoints="{points}" NumberOfVerts="0" NumberOfLines="{lines}" NumberOfStrips="0" \
NumberOfPolys="0">
<PointData>{radius}</PointData>
<CellData>{names}</CellData>
<Points>{places}</Points>
<Lines>
{order}
{ends}
</Lines>
</Piece>
</PolyData>
</VTKFile>
"""


def write_tree(path: Path, tree: Tree) -> None:
    """Write ``tree`` as the suffix of ``path`` says: .vtp, .mrk.json or .swc.

    Raises:
        OutputError: another suffix, a loop in SWC, or the file cannot be written.
    """
    for suffix, write in ((".vtp", to_vtp), (".mrk.json", to_markups), (".swc", to_swc)):
        if path.name.lower().endswith(suffix):
            write_file(path, write(tree))
            return
    raise OutputError(f"{path.name}: centrelines are written as .vtp, .mrk.json or .swc")


def to_vtp(tree: Tree, *, ascii_numbers: bool = False) -> str:
    """VTK PolyData: a line per edge with "Radius" at its points (-1 = unknown).

    Its field SPACE says LPS, as 3D Slicer reads it; the cell array "Name" holds the names.
    """
    curves = [edge.curve for edge in tree.edges]
    points = np.vstack([curve.points_lps_mm for curve in curves])
    radius = np.concatenate([_radius(curve) for curve in curves])
    ends = np.cumsum([len(curve.points_lps_mm) for curve in curves])

    def array(name: str, kind: str, values: NDArray[Any], more: str = "") -> str:
        how, text = ("ascii", _as_text(values)) if ascii_numbers else ("binary", _packed(values))
        return f'<DataArray type="{kind}" Name="{name}" format="{how}"{more}>{text}</DataArray>'

    names = "".join(f"{edge.name}\0" for edge in tree.edges).encode("utf-8")
    return _FRAME.format(
        points=len(points),
        lines=len(curves),
        space=_words("SPACE", b"LPS\0", 1),
        radius=array("Radius", "Float64", radius),
        names=_words("Name", names, None),
        places=array("Points", "Float64", points, ' NumberOfComponents="3"'),
        order=array("connectivity", "Int64", np.arange(len(points), dtype="<i8")),
        ends=array("offsets", "Int64", ends.astype("<i8")),
    )


def _radius(curve: Curve) -> NDArray[np.float64]:
    # Not "not a number": VTK cannot read that in ascii, and leaves out all that follows.
    unknown: NDArray[np.float64] = np.full(len(curve.points_lps_mm), -1.0)
    return unknown if curve.radius_mm is None else curve.radius_mm


def _as_text(values: NDArray[Any]) -> str:
    return " ".join(repr(number) for number in values.ravel().tolist())


def _packed(values: NDArray[Any]) -> str:
    kind = "<f8" if values.dtype.kind == "f" else "<i8"
    blob = np.ascontiguousarray(values, dtype=kind).tobytes()
    return base64.b64encode(len(blob).to_bytes(8, "little") + blob).decode("ascii")


def _words(name: str, ended: bytes, tuples: int | None) -> str:
    """Strings as VTK's XML has them: their bytes as numbers."""
    count = "" if tuples is None else f' NumberOfTuples="{tuples}"'
    codes = " ".join(map(str, ended))
    return f'<Array type="String" Name={quoteattr(name)}{count} format="ascii">{codes}</Array>'


def to_markups(tree: Tree) -> str:
    """3D Slicer markups: an open curve per edge, its radius as a measurement at each point."""
    markups = [_markup(number, edge) for number, edge in enumerate(tree.edges)]
    data = {"@schema": SCHEMA, "markups": markups}
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _markup(number: int, edge: Edge) -> dict[str, Any]:
    radius = edge.curve.radius_mm
    measured = {
        "name": "Radius", "enabled": True, "units": "mm", "printFormat": "%-#4.4g%s",
        "value": None if radius is None else float(radius.mean()),
        "controlPointValues": None if radius is None else radius.tolist(),
    }  # fmt: skip
    return {
        "type": "Curve",
        "name": edge.name,
        "coordinateSystem": "LPS",
        "coordinateUnits": "mm",
        "locked": True,
        "labelFormat": "%N",
        "controlPoints": [
            {"id": f"{number}.{n}", "position": point, "positionStatus": "defined"}
            for n, point in enumerate(edge.curve.points_lps_mm.tolist())
        ],
        "measurements": [] if radius is None else [measured],
        "display": {"propertiesLabelVisibility": False, "pointLabelsVisibility": False,
                    "glyphScale": 1.0},
    }  # fmt: skip


def _count_feeding(tree: Tree) -> NDArray[np.intp]:
    """(n,) edges that end at each node."""
    counted: NDArray[np.intp] = np.bincount(
        [edge.end for edge in tree.edges], minlength=len(tree.nodes_lps_mm)
    )
    return counted


def has_loops(tree: Tree) -> bool:
    """Whether two edges end at one node, or edges join nodes that others join already."""
    more = len(tree.edges) + len(tree.parts) > len(tree.nodes_lps_mm)
    return more or bool((_count_feeding(tree) > 1).any())


def to_swc(tree: Tree) -> str:
    """SWC, in mm and LPS as its head says; a radius of 0 there means unknown.

    Raises:
        OutputError: the tree has a loop, or two edges end at one node.
    """
    feeding = _count_feeding(tree)
    if has_loops(tree):
        raise OutputError(
            "SWC holds trees only, and two edges end at one node here (a loop, or edges that do "
            "not run from a root): write .vtp or .mrk.json"
        )
    names = sorted({edge.name for edge in tree.edges if edge.name})
    kinds = {name: _NAMED_TYPE + n for n, name in enumerate(names)}
    head = ["# centrelines of vessels: LPS, mm; radius 0 = unknown"]
    head += [f"# type {kind} = {name}" for name, kind in kinds.items()]
    rows: list[str] = []
    sample_of: dict[int, int] = {}

    def add(curve: Curve, at: int, kind: int, parent: int) -> int:
        width = 0.0 if curve.radius_mm is None else float(curve.radius_mm[at])
        x, y, z = curve.points_lps_mm[at].tolist()
        rows.append(f"{len(rows) + 1} {kind} {x!r} {y!r} {z!r} {width!r} {parent}")
        return len(rows)

    waiting = [n for n, edge in enumerate(tree.edges) if not feeding[edge.start]]
    while waiting:
        number = waiting.pop(0)
        edge = tree.edges[number]
        kind = kinds.get(edge.name, 0)
        if edge.start not in sample_of:
            sample_of[edge.start] = add(edge.curve, 0, kind, -1)
        # The node once more: where vessels meet, each begins with a radius of its own.
        last = sample_of[edge.start]
        for at in range(len(edge.curve.points_lps_mm)):
            last = add(edge.curve, at, kind, last)
        sample_of[edge.end] = last
        waiting += [n for n, other in enumerate(tree.edges) if other.start == edge.end]
    return "\n".join([*head, *rows, ""])
