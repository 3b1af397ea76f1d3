"""Trees to files and back: every digit, every name, unknown radii; bad files give one error."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from seldinger.core.errors import ImageError, OutputError
from seldinger.core.shapes import Curve
from seldinger.core.tree import Edge, Tree
from seldinger.image.curve_files import load_tree
from seldinger.report.tree_files import to_markups, to_swc, to_vtp, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(7)


def curve(a: Any, b: Any, *, known: bool = True) -> Curve:
    share = np.linspace(0.0, 1.0, 9)[:, None]
    points = np.array(a) + share * (np.array(b) - np.array(a))
    points[1:-1] += RNG.normal(size=(7, 3))
    return Curve(points, RNG.uniform(1.0, 4.0, 9) if known else None)


NODES = np.array([[1 / 3, 2.0, 300.0], [0.1, -7.0, 200.0], [-60.0, 0.0, 120.0], [70.0, 1.0, 110.0]])
TREE = Tree(
    NODES,
    (
        Edge(0, 1, curve(NODES[0], NODES[1]), "aorta"),
        Edge(1, 2, curve(NODES[1], NODES[2]), "iliac <right> & co"),
        Edge(1, 3, curve(NODES[1], NODES[3], known=False)),
    ),
)
LOOP = Tree(NODES[:2], (*TREE.edges[:1], Edge(0, 1, curve(NODES[0], NODES[1]), "other way")))


def assert_same(one: Tree, other: Tree) -> None:
    assert len(one.nodes_lps_mm) == len(other.nodes_lps_mm)
    assert len(one.edges) == len(other.edges)
    for a, b in zip(one.edges, other.edges, strict=True):
        assert a.name == b.name
        for end in ("start", "end"):
            places = [t.nodes_lps_mm[getattr(e, end)] for t, e in ((one, a), (other, b))]
            np.testing.assert_allclose(places[0], places[1], rtol=0, atol=1e-9)
        np.testing.assert_allclose(a.curve.points_lps_mm, b.curve.points_lps_mm, rtol=0, atol=1e-9)
        if a.curve.radius_mm is None or b.curve.radius_mm is None:
            assert a.curve.radius_mm is b.curve.radius_mm
        else:
            np.testing.assert_allclose(a.curve.radius_mm, b.curve.radius_mm, rtol=0, atol=1e-9)


@pytest.mark.parametrize("suffix", [".vtp", ".mrk.json", ".swc"])
def test_what_is_written_is_read_back(tmp_path: Path, suffix: str) -> None:
    place = tmp_path / f"tree{suffix}"
    write_tree(place, TREE)
    read = load_tree(place)
    assert_same(TREE, read.tree)
    assert any("of 1 of 3 lines the radius is unknown" in note for note in read.notes)
    assert read.input.name == place.name


def test_ascii_is_as_exact(tmp_path: Path) -> None:
    (tmp_path / "a.vtp").write_text(to_vtp(TREE, ascii_numbers=True), encoding="utf-8")
    assert_same(TREE, load_tree(tmp_path / "a.vtp").tree)


@pytest.mark.parametrize("suffix", [".vtp", ".mrk.json"])
def test_loops_are_kept(tmp_path: Path, suffix: str) -> None:
    write_tree(tmp_path / f"loop{suffix}", LOOP)
    assert_same(LOOP, load_tree(tmp_path / f"loop{suffix}").tree)


def test_swc_refuses_loops_and_edges_against_each_other(tmp_path: Path) -> None:
    turned = Edge(2, 1, TREE.edges[1].curve.reversed())
    for tree in (LOOP, Tree(NODES, (TREE.edges[0], turned, TREE.edges[2]))):
        with pytest.raises(OutputError, match="SWC holds trees only"):
            write_tree(tmp_path / "a.swc", tree)
    with pytest.raises(OutputError, match="are written as"):
        write_tree(tmp_path / "a.obj", TREE)
    assert not list(tmp_path.iterdir())


def data_array(kind: str, name: str, values: np.ndarray, how: str, store: list[bytes]) -> str:
    """An array as VTK writes it, in each of its ways."""
    blob = values.astype({"Float32": "<f4", "Int64": "<i8"}[kind]).tobytes()
    more = ' NumberOfComponents="3"' if name == "Points" else ""
    start = f'<DataArray type="{kind}" Name="{name}"{more}'
    if "zlib" in how:
        half = len(blob) // 2
        parts = [zlib.compress(b) for b in (blob[:half], blob[half:])]
        sizes = [2, half, len(blob) - half, *map(len, parts)]
        head, body = np.array(sizes, "<u4").tobytes(), b"".join(parts)
        text = base64.b64encode(head) + base64.b64encode(body)
    else:
        head, body = np.array([len(blob)], "<u4").tobytes(), blob
        text = base64.b64encode(head + body)
    if "appended" in how:
        offset = sum(map(len, store))
        store.append(head + body if "raw" in how else text)
        return f'{start} format="appended" offset="{offset}"/>'
    return f'{start} format="binary">{text.decode()}</DataArray>'


def foreign(how: str, radius: str = "MaximumInscribedSphereRadius") -> bytes:
    """Single precision, one point list for all lines, no field that says the frame."""
    store: list[bytes] = []
    points = np.array([[0, 0, 0], [0, 0, 50], [0, 0, 100], [-30, 0, 150], [30, 0, 150]], float)
    wide = np.array([5, 5, 4.5, 3, 3.25])

    def array(kind: str, name: str, values: Any) -> str:
        return data_array(kind, name, np.array(values), how, store)

    body = (
        '<PolyData><Piece NumberOfPoints="5" NumberOfVerts="1" NumberOfLines="4" '
        f'NumberOfStrips="0" NumberOfPolys="0"><PointData>{array("Float32", radius, wide)}'
        f"</PointData><Points>{array('Float32', 'Points', points)}</Points><Lines>"
        f"{array('Int64', 'connectivity', [0, 1, 2, 2, 3, 2, 4, 4])}"
        f"{array('Int64', 'offsets', [3, 5, 7, 8])}</Lines></Piece></PolyData>"
    )
    zipped = ' compressor="vtkZLibDataCompressor"' if "zlib" in how else ""
    text = f'<VTKFile type="PolyData" byte_order="LittleEndian"{zipped}>{body}'.encode()
    if "appended" in how:
        kind = b"raw" if "raw" in how else b"base64"
        text += b'<AppendedData encoding="' + kind + b'">_' + b"".join(store) + b"</AppendedData>"
    return text + b"</VTKFile>"


@pytest.mark.parametrize(
    "how", ["base64", "zlib", "appended raw", "appended raw zlib", "appended base64",
            "appended base64 zlib"],
)  # fmt: skip
def test_every_way_of_vtk_is_read(tmp_path: Path, how: str) -> None:
    place = tmp_path / "lines.vtp"
    place.write_bytes(foreign(how))
    read = load_tree(place, space="LPS")
    assert sorted(read.tree.degree.tolist()) == [1, 1, 1, 3]
    assert [len(e.curve.points_lps_mm) for e in read.tree.edges] == [3, 2, 2]
    assert read.tree.edges[2].curve.radius_mm == pytest.approx([4.5, 3.25])
    assert any("1 lines of a single point" in note for note in read.notes)


def test_the_frame_is_never_guessed_and_ras_is_turned(tmp_path: Path) -> None:
    place = tmp_path / "lines.vtp"
    place.write_bytes(foreign("base64"))
    with pytest.raises(ImageError, match="give space="):
        load_tree(place)
    with pytest.raises(ImageError, match="use LPS or RAS"):
        load_tree(place, space="LAS")
    left, right = (load_tree(place, space=s).tree.nodes_lps_mm for s in ("LPS", "ras"))
    np.testing.assert_allclose(left, right * [-1, -1, 1])
    write_tree(tmp_path / "own.vtp", TREE)
    with pytest.raises(ImageError, match="the file says LPS, space=RAS was given"):
        load_tree(tmp_path / "own.vtp", space="RAS")


def test_metres_are_refused_with_a_hint_and_taken_when_said(tmp_path: Path) -> None:
    place = tmp_path / "a.swc"
    place.write_text("# LPS\n1 0 0 0 0 0.005 -1\n2 0 0 0 0.1 0.004 1\n3 0 0 0 0.3 0.003 2\n")
    with pytest.raises(ImageError, match='give unit="m"'):
        load_tree(place)
    (edge,) = load_tree(place, unit="m").tree.edges
    assert edge.curve.length_mm == pytest.approx(300.0)
    assert edge.curve.radius_mm == pytest.approx([5.0, 4.0, 3.0])
    with pytest.raises(ImageError, match="'inch' is unknown"):
        load_tree(place, unit="inch")
    place.write_text("# LPS\n1 0 0 0 0 0.005 -1\n2 0 0 0 90000 0.004 1\n")
    with pytest.raises(ImageError, match='give unit="um"'):
        load_tree(place)


@pytest.mark.parametrize("radius", ["0", "nan", "-1"])
def test_a_radius_of_nothing_is_unknown_not_zero(tmp_path: Path, radius: str) -> None:
    place = tmp_path / "a.swc"
    place.write_text(f"# RAS\n1 0 0 0 0 5 -1\n2 0 0 0 90 {radius} 1\n")
    assert load_tree(place).tree.edges[0].curve.radius_mm is None


def test_an_end_on_another_line_cuts_it(tmp_path: Path) -> None:
    markups = json.loads(to_markups(TREE))
    for one in markups["markups"]:
        one["measurements"] = []
    stem, branch = markups["markups"][:2]
    branch["controlPoints"][0]["position"] = stem["controlPoints"][4]["position"]
    markups["markups"] = [stem, branch, {"type": "Fiducial", "controlPoints": []}]
    (tmp_path / "a.mrk.json").write_text(json.dumps(markups))
    read = load_tree(tmp_path / "a.mrk.json")
    assert [e.name for e in read.tree.edges] == ["aorta", "aorta", TREE.edges[1].name]
    assert any("Fiducial" in note for note in read.notes)


SWC = to_swc(TREE)
VTP = to_vtp(TREE, ascii_numbers=True)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.obj", "", "give one of .vtp"),
        ("a.vtp", "<VTK", "no VTK PolyData"),
        ("a.vtp", '<VTKFile type="UnstructuredGrid"/>', "of type UnstructuredGrid"),
        ("a.vtp", '<!DOCTYPE a [<!ENTITY b "c">]><VTKFile/>', "entities"),
        ("a.vtp", VTP.replace('NumberOfLines="3"', 'NumberOfLines="0"'), "holds no lines"),
        ("a.vtp", VTP.replace('NumberOfLines="3"', 'NumberOfLines="4"'), "that there are not"),
        ("a.vtp", to_vtp(TREE)[:900], "no VTK PolyData"),
        ("a.vtp", VTP.replace("300.0", "nan", 1), "not a number"),
        ("a.mrk.json", "{}", "no markups file"),
        ("a.mrk.json", "[", "no markups file"),
        ("a.mrk.json", to_markups(TREE).replace('"LPS"', '"IJK"'), "in the frames"),
        ("a.mrk.json", to_markups(TREE).replace('"mm"', '"cm"'), "save them in mm"),
        ("a.swc", "", "holds no sample"),
        ("a.swc", "1 0 0 0\n", "line 1"),
        ("a.swc", "# LPS\n1 0 0 0 0 1 2\n2 0 0 0 9 1 1\n", "go in a circle"),
        ("a.swc", "# LPS\n1 0 0 0 0 1 -1\n2 0 0 0 9 1 7\n", "has the parent 7"),
        ("a.swc", "# LPS\n1 0 0 0 0 1 -1\n2 0 0 0 9 1 nan\n", "parent is not a number"),
        ("a.swc", "# LPS\n1 0 0 0 0 1 -1\n1 0 0 0 9 1 1\n", "one id"),
        ("a.swc", "# LPS\n1 0 0 0 0 1 -1\n", "no line of two points"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ImageError, match=said):
        load_tree(tmp_path / name)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be read"):
        load_tree(tmp_path / "gone.swc")
