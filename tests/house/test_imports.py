"""Importing is free: rooms and heavy libraries open on first use."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from typing import TYPE_CHECKING

import grimp
import pytest
from tests.offenders import offenders

import seldinger

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"numpy", "scipy", "numba", "SimpleITK", "pydicom", "pydantic", "matplotlib", "rich"}


def loaded_after(code: str) -> set[str]:
    """Modules that a fresh Python has loaded after ``code``."""
    program = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def modules_after(code: str) -> set[str]:
    """Top-level packages that a fresh Python has loaded after ``code``."""
    return {name.partition(".")[0] for name in loaded_after(code)}


def test_importing_the_package_loads_nothing_of_others() -> None:
    foreign = modules_after("import seldinger") - modules_after("")
    assert foreign <= set(sys.stdlib_module_names) | {"seldinger"}


def test_the_command_line_opens_no_room_before_it_must() -> None:
    assert not modules_after("import seldinger.cli.app") & HEAVY


def check_attribute(room: str) -> None:
    assert getattr(seldinger, room) is importlib.import_module(f"seldinger.{room}")


def test_opening_a_room_by_attribute_is_the_same_as_importing_it() -> None:
    assert not offenders(seldinger.__all__, check_attribute)


def test_an_unknown_room_is_refused_with_the_rooms_there_are() -> None:
    with pytest.raises(AttributeError, match=r"no room called 'kitchen'.*anatomy"):
        _ = seldinger.kitchen


def circles(package: str) -> list[str]:
    """Imports whose module comes back to who imports it, within functions too."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=True, cache_dir=None)
    return sorted(
        f"{one} -> {other}"
        for one in graph.modules
        for other in graph.find_modules_directly_imported_by(one)
        if graph.chain_exists(importer=other, imported=one)
    )


def test_no_module_waits_with_an_import_because_it_would_go_in_a_circle() -> None:
    assert circles("seldinger") == []


def test_a_circle_within_a_function_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "roundabout"
    room.mkdir()
    (room / "__init__.py").write_text("")
    (room / "rules.py").write_text("def read():\n    from roundabout import border\n")
    (room / "border.py").write_text("from roundabout import rules\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert circles("roundabout") == [
        "roundabout.border -> roundabout.rules",
        "roundabout.rules -> roundabout.border",
    ]


ROOMS = [m.name for m in pkgutil.walk_packages(seldinger.__path__, "seldinger.") if m.ispkg]


def check_public_names(name: str) -> None:
    room = importlib.import_module(name)
    for public in getattr(room, "__all__", ()):
        assert getattr(room, public) is not None, f"{name}.{public}"


def test_every_public_name_exists() -> None:
    assert not offenders(["seldinger", *ROOMS], check_public_names)


def check_purpose(name: str) -> None:
    said = importlib.import_module(name).__doc__ or ""
    assert "laceholder" not in said
    assert len(said) > 40


def test_every_room_says_what_it_is_for() -> None:
    assert not offenders(ROOMS, check_purpose)


SLOW = {"numba", "scipy.stats", "scipy.spatial", "scipy.ndimage", "SimpleITK", "matplotlib"}


def test_lists_and_refusals_wait_for_no_compiler_and_no_statistics() -> None:
    read_all = "import seldinger.plan\ntuple(seldinger.plan.load_procedures().values())"
    assert not loaded_after(read_all) & SLOW
