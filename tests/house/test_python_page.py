"""What Tab shows, what a room offers, and that the reference of it is what the code makes."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from tests.offenders import offenders

import seldinger as sd
from seldinger.catalogue import devices, terms
from seldinger.cli import python_page
from seldinger.core.formatting import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

SHIPPED = Path(__file__).parents[2] / "docs" / "reference" / "python.md"
INNER = ("care.clearance", "care.scores")
_MOST_FIELDS = 12
LAZY = ("report", "anatomy", "care", "core")
LISTED = """
import json, sys
from importlib import import_module
shown = {room: dir(import_module(f"seldinger.{room}")) for room in json.loads(sys.argv[1])}
heavy = ("matplotlib", "numba", "scipy", "pydantic")
print(json.dumps({**shown, "opened": [name for name in heavy if name in sys.modules]}))
"""


def names(path: str = "seldinger") -> Iterator[tuple[str, Any]]:
    """Every public name below ``path`` with what it stands for."""
    for name, one in python_page.public(import_module(path)):
        yield f"{path}.{name}", one
        if isinstance(one, ModuleType):
            yield from names(one.__name__)


@pytest.fixture(scope="module")
def made() -> str:
    return python_page.markdown()


def test_tab_shows_what_a_room_offers() -> None:
    for room in (*python_page.ROOMS, *INNER):
        opened = import_module(f"seldinger.{room}")
        assert sorted(dir(opened)) == sorted(opened.__all__), room


def test_tab_shows_it_before_anything_is_opened() -> None:
    run = [sys.executable, "-c", LISTED, json.dumps(LAZY)]
    shown = json.loads(subprocess.run(run, check=True, capture_output=True, text=True).stdout)
    assert {"draw_figure", "write"} <= set(shown["report"])
    assert {"build", "targets"} <= set(shown["anatomy"])
    assert {"load", "scores"} <= set(shown["care"])
    assert shown["opened"] == [], "listing names opens nothing heavy"


def test_the_reference_has_every_room() -> None:
    assert set(python_page.ROOMS) == set(sd.__all__)


def test_a_name_that_there_is_not_is_refused_with_those_there_are() -> None:
    for room in ("anatomy", "care", "core", "report"):
        with pytest.raises(AttributeError, match="it offers"):
            import_module(f"seldinger.{room}").biospy  # noqa: B018  the access is the test


def check_described(item: tuple[str, Any]) -> None:
    _, one = item
    if inspect.isclass(one) or callable(one) or isinstance(one, ModuleType):
        assert (inspect.unwrap(one) if callable(one) else one).__doc__, "has no docstring"


def check_brief(item: tuple[str, Any]) -> None:
    """A record of many things tells itself in a line: never by all of its fields."""
    _, one = item
    if is_dataclass(one) and isinstance(one, type):
        made_up = one.__repr__.__module__ == one.__module__ and "__wrapped__" in vars(one.__repr__)
        held = [f.type for f in one.__dataclass_fields__.values() if f.repr]
        many = [t for t in held if "NDArray" in str(t) or "Volume" in str(t) or "Study" in str(t)]
        assert not (made_up and (many or len(held) > _MOST_FIELDS)), "say `__repr__ = brief`"


def test_every_public_name_is_described_and_brief() -> None:
    found = sorted(dict(names()).items())
    assert len(found) > 80
    assert not offenders(found, check_described, str)
    assert not offenders(found, check_brief, str)


def test_what_is_looked_up_at_a_prompt_is_short() -> None:
    patient = sd.demo.patient(16.0)
    shown = [*devices(), *sd.evidence.facts(), *sd.care.scores.FORMS.values(), *terms().values()]
    shown += [patient, patient.truth, patient.study, *sd.plan.load_procedures().values()]
    assert not {type(one).__name__ for one in shown if len(repr(one)) > LONGEST}


def test_the_page_in_the_tree_is_what_the_code_makes(made: str) -> None:
    assert SHIPPED.read_text(encoding="utf-8") == made, "say: make api"


def test_the_page_names_no_place_in_memory(made: str) -> None:
    assert " at 0x" not in made
    assert "### sd.report.draw_figure\n" in made
    assert ".summarize() -> dict[str, Value]" in made
    assert "progress: Progress = silent" in made


def test_the_page_is_written_as_it_is_made(tmp_path: Path, made: str) -> None:
    python_page.main(str(tmp_path / "python.md"))
    assert (tmp_path / "python.md").read_bytes() == made.encode()
