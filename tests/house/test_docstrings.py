"""Public functions say what they take, what they refuse and what shape their arrays have."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tests.offenders import offenders

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[2] / "src" / "seldinger"
ROOMS = sorted(p.parent.name for p in SOURCE.glob("*/__init__.py") if p.parent.name != "cli")
"""All but ``cli``, whose functions are commands: their parameters are explained by ``--help``."""
MANY = 3
EMPTY_NAMES = {
    "of", "at", "made", "told", "said", "found", "judged", "won", "known", "placed", "covered",
    "ranked", "edited", "asked", "one",
}  # fmt: skip
ARRAYS = re.compile(r"\b(NDArray|Points|Floats|ndarray)\b")
BARE = {"Any", "Mask", "Points", "Floats", "Indices", "Map", "Vector", "Value | None", "Box"}
"""Types that say no more than that there are numbers."""
UNITS = re.compile(r"_(mm|cm|m|s|min|hours|c|k|w|j|j_per_m3|ml|gy|kg|deg|percent|a|lps)$|_per_")
SHAPES = re.compile(r"\((?:\.\.\.|[a-z0-9]\w*(?: [+*] \w+)*),[^)]*\)|\bshape\b|\bshaped\b")


def functions(room: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions and methods of a room, with where they stand; properties apart."""
    for page in sorted((SOURCE / room).rglob("*.py")):
        tree = ast.parse(page.read_text(encoding="utf-8"))
        owners = [n for n in tree.body if isinstance(n, ast.ClassDef) and n.name[0] != "_"]
        for node in (*tree.body, *(part for owner in owners for part in owner.body)):
            if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
                if any("property" in ast.unparse(d) for d in node.decorator_list):
                    continue
                yield f"{page.relative_to(SOURCE)}:{node.lineno} {node.name}", node


def parameters(node: ast.FunctionDef) -> list[ast.arg]:
    every = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return [a for a in every if a.arg not in {"self", "cls"}]


def raises(node: ast.AST) -> bool:
    """Whether a function itself raises something new."""
    inner = (c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.FunctionDef))
    return any(
        (isinstance(child, ast.Raise) and isinstance(child.exc, ast.Call)) or raises(child)
        for child in inner
    )


def explains_itself(parameter: ast.arg) -> bool:
    """Whether its type is one of our records, or its name has a unit."""
    kind = ast.unparse(parameter.annotation) if parameter.annotation else ""
    record = re.fullmatch(r"(type\[)?(dt\.)?[A-Za-z.]*[A-Z][a-z]\w+\]?( \| None)?|dt\.\w+", kind)
    return bool(UNITS.search(parameter.arg) or (record and kind not in BARE))


def check(named: tuple[str, ast.FunctionDef]) -> None:
    _, node = named
    text = ast.get_docstring(node) or ""
    assert node.name not in EMPTY_NAMES, "the name does not say what the function does"
    assert not raises(node) or "Error" in text, "raises and does not say what and when"
    if text.startswith("Twin of ``"):
        return
    unclear = [a.arg for a in parameters(node) if not explains_itself(a)]
    silent = [name for name in unclear if not re.search(rf"\b{name}\b", text)]
    assert len(parameters(node)) < MANY or not silent, f"does not say what {silent} are"
    if any(a.annotation and ARRAYS.search(ast.unparse(a.annotation)) for a in parameters(node)):
        assert SHAPES.search(text), "takes an array and does not tell its shape"


def test_public_functions_say_what_they_take_and_refuse() -> None:
    every = [named for room in ROOMS for named in functions(room)]
    assert not offenders(every, check, lambda named: named[0])
