"""Python page: the reference of the public names, made from docstrings; ``make api`` writes it.

In:    ``__all__`` of every room.      Out: Markdown, the same wherever it is made.
"""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import ModuleType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, get_origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from dataclasses import Field

ROOMS = (
    "image",
    "anatomy",
    "plan",
    "guide",
    "simulate",
    "report",
    "care",
    "catalogue",
    "evidence",
    "extend",
    "demo",
    "core",
    "testing",
    "workflow",
)
"""In the order of a procedure; what stands beside it, last."""

_INTRODUCTION = """\
# Python

Made from the docstrings by `make api`; edit those, not this page.

`import seldinger as sd` opens a room when it is first named: `sd.image`, `sd.anatomy`, `sd.plan`,
`sd.report` ... Tab lists what each offers. What is not on this page may change without notice.

```python
import seldinger as sd

study = sd.image.load("ct.nii.gz", labels="labels.nii.gz", label_key="labels.json")
anatomy = sd.anatomy.build(study)
plan = sd.plan.propose("biopsy", anatomy, "liver-tumour-1")
plan.summarize()  # one flat row: verdict, depth, nearest, P(hit), worst P(touch), margin ...
sd.report.list_figures(plan)
sd.report.draw_figure(plan, "needle").savefig("needle.png")
sd.report.write("out/", plan)
```
"""

_WIDTH = 88
_SECTIONS = ("Args", "Attributes", "Returns", "Raises", "Yields")
_ENTRY = re.compile(r"^(?P<names>[*\w.][\w.]*(?:, [*\w.]+)*): (?P<text>.*)$")


def markdown() -> str:
    """The whole page, room by room."""
    parts = [_INTRODUCTION]
    for room in ROOMS:
        parts.extend(_of_module(f"seldinger.{room}", f"sd.{room}", "##"))
    return "\n".join(parts)


def public(module: ModuleType) -> tuple[tuple[str, Any], ...]:
    """Public names of a room or page, in its order, with what they stand for."""
    told = getattr(module, "__all__", None)
    if told is None:
        told = [n for n, one in vars(module).items() if _belongs(n, one, module)]
    return tuple((name, getattr(module, name)) for name in told)


def _belongs(name: str, one: Any, module: ModuleType) -> bool:
    """Whether a page without a list offers ``one``: a class or function of its own."""
    plain = inspect.isclass(one) or inspect.isfunction(one)
    return plain and not name.startswith("_") and one.__module__ == module.__name__


def _of_module(path: str, called: str, mark: str) -> Iterator[str]:
    module = import_module(path)
    yield f"{mark} {called}\n\n{_prose(_doc(module))}"
    inner = []
    for name, one in public(module):
        if isinstance(one, ModuleType):
            inner.append((one.__name__, f"{called}.{name}"))
        else:
            yield _of_name(name, one, called, mark + "#")
    for where, title in inner:
        yield from _of_module(where, title, mark)


def _of_name(name: str, one: Any, called: str, mark: str) -> str:
    title = f"{mark} {called}.{name}\n"
    one = inspect.unwrap(one) if callable(one) else one  # what is kept in a cache is a function
    if inspect.isclass(one):
        return f"{title}\n{_of_class(name, one)}"
    if inspect.isfunction(one):
        return f"{title}\n{_code(_signature(name, one))}\n{_prose(_doc(one))}"
    return f"{title}\n{_constant(one)}"


def _of_class(name: str, one: type) -> str:
    """Fields, members or nothing; then its own methods and properties."""
    if issubclass(one, Enum):
        words = ", ".join(f"`{member.name}` = `{member.value!r}`" for member in one)
        return f"{_prose(_doc(one))}\nMembers: {words}.\n"
    parts = []
    if is_dataclass(one):
        listed = "".join(f"    {_field(f)},\n" for f in fields(one) if f.init)
        parts.append(_code(f"{name}(\n{listed})"))
    elif issubclass(one, Exception):
        parts.append(_code(f"class {name}({one.__bases__[0].__name__})"))
    parts += [part for part in (_prose(_doc(one)), _described(one)) if part]
    for key, member in vars(one).items():
        inside = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        if key.startswith("_"):
            continue
        if isinstance(inside, property):
            parts.append(f"`.{key}`\n\n{_prose(_doc(inside))}")
        elif inspect.isfunction(inside):
            parts.append(f"{_code('.' + _signature(key, inside))}\n{_prose(_doc(inside))}")
    return "\n".join(parts)


def _described(one: Any) -> str:
    """What the fields of a record say of themselves."""
    told = {f.name: f.metadata.get("description") for f in fields(one)} if is_dataclass(one) else {}
    lines = "".join(f"- `{name}`: {said}.\n" for name, said in told.items() if said)
    return f"**Attributes**\n\n{lines}" if lines else ""


def _signature(name: str, one: Any) -> str:
    """As it is called; a long one with a line for each argument."""
    found = inspect.signature(one)
    kept = [p for p in found.parameters.values() if p.name not in {"self", "cls"}]
    told = [_parameter(p) for p in kept]
    named = next((n for n, p in enumerate(kept) if p.kind is p.KEYWORD_ONLY), None)
    if named is not None:
        told.insert(named, "*")
    returned = f" -> {found.return_annotation}".replace("'", "").replace('"', "")
    short = f"{name}({', '.join(told)}){returned}"
    if len(short) <= _WIDTH:
        return short
    return f"{name}(\n" + "".join(f"    {one},\n" for one in told) + f"){returned}"


def _parameter(one: inspect.Parameter) -> str:
    annotation = str(one.annotation).replace("'", "").replace('"', "")
    default = "" if one.default is one.empty else f" = {_default(one.default)}"
    return f"{one.name}: {annotation}{default}"


def _default(value: Any) -> str:
    """A default as it would be typed: never an address in memory."""
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if inspect.isfunction(value):
        return value.__name__
    plain = value is None or isinstance(value, bool | int | float | str | tuple)
    return repr(value) if plain else f"{type(value).__name__}(...)"


def _field(one: Field[Any]) -> str:
    if one.default is not MISSING:
        return f"{one.name}: {one.type} = {_default(one.default)}"
    return f"{one.name}: {one.type}" + ("" if one.default_factory is MISSING else " = ...")


def _constant(one: Any) -> str:
    """What a name that is neither class nor function stands for: its entries by name."""
    if isinstance(one, str):
        return f"`{one!r}`\n"
    if get_origin(one) is Annotated:
        return f"`{one}`\n".replace("typing.", "")
    if isinstance(one, UnionType):
        return f"One of {', '.join(f'`{kind.__name__}`' for kind in one.__args__)}.\n"
    names = [key if isinstance(key, str) else key.name for key in one]
    return f"By name: {', '.join(f'`{name}`' for name in names)}.\n"


def _doc(one: Any) -> str:
    """A docstring without its indentation, whatever the interpreter made of it."""
    text = one.__doc__ or ""
    return inspect.cleandoc(text)


def _code(text: str) -> str:
    return f"```python\n{text}\n```\n"


def _prose(text: str) -> str:
    """A docstring as Markdown: sections become lists, code is code."""
    lines: list[str] = []
    section = ""
    for line in text.replace("``", "`").splitlines():
        if line.rstrip(":") in _SECTIONS and line.endswith(":"):
            section = line.rstrip(":")
            lines += [f"**{section}**", ""]
        elif section and line.startswith("    "):
            lines.append(_entry(line, section))
        else:
            section = section if not line else ""
            lines.append(line)
    return "\n".join(_rejoined(lines)).strip() + "\n"


def _entry(line: str, section: str) -> str:
    """One line of a section: a new item, or the rest of one."""
    text = line[4:]
    found = _ENTRY.match(text)
    if found and section not in {"Returns", "Yields"}:
        names = ", ".join(f"`{one}`" for one in found["names"].split(", "))
        return f"- {names}: {found['text']}"
    return text.strip() if section in {"Returns", "Yields"} else f"  {text.strip()}"


def _rejoined(lines: Iterable[str]) -> Iterator[str]:
    """``lines`` with the two table-like columns of a room's own words kept apart."""
    for line in lines:
        head = re.match(r"^(In|Out|Uses|Never): +", line)
        if head:
            yield f"- *{head[1]}*: " + re.sub(r" {3,}Out: ", "\n- *Out*: ", line[head.end() :])
        else:
            yield line


def main(path: str) -> None:
    """Write the page to ``path``."""
    Path(path).write_text(markdown(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1])
