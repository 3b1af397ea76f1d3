"""What the house promises about its own files."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from tests.offenders import offenders

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_PAGE = 400
NOT_OURS = {
    ".git",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tools",
    ".venv",
    "__pycache__",
    "build",
    "dist",
    "out",
    "site",
}
TEXT = {
    "",
    ".cfg",
    ".css",
    ".html",
    ".j2",
    ".js",
    ".json",
    ".lock",
    ".md",
    ".py",
    ".toml",
    ".typ",
    ".txt",
    ".yml",
}


def texts() -> list[Path]:
    """Every text file of the tree that is ours."""
    found = []
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if path.is_file() and path.suffix in TEXT and not NOT_OURS.intersection(parts):
            found.append(path)
    return found


TEXTS = texts()


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def check_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_PAGE, "a page this long wants to be two"
    assert text.lstrip("r").startswith('"""'), "first line: what this page is for"


def test_a_page_is_short_and_says_what_it_is() -> None:
    assert not offenders(PAGES, check_page, named)


# Spelled in pieces, so that this page does not find itself.
FORBIDDEN = {
    "a path of one machine": re.compile(r"/(?:home|root|work|Users)" + r"/\w|[A-Z]:\\\\Users"),
    "a place beside the tree": re.compile(re.escape("../" + "shared")),
    "papers that are not in the tree": re.compile(r"\bdos" + r"sier", re.IGNORECASE),
    "a package registry": re.compile(
        r"pypi\." + r"org|python" + r"hosted|index-" + r"url|find-" + r"links"
    ),
}
MAY_SAY = {(".ci/run", "a place beside the tree")}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_names(what: str) -> None:
    guilty = [
        f"{named(path)}:{number}"
        for path in TEXTS
        if (named(path), what) not in MAY_SAY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert not guilty


def test_the_lock_is_hashed_and_names_no_address() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if re.match(r"[A-Za-z0-9]", line)]
    assert len(pins) > 30
    assert all("==" in line and line.endswith("\\") for line in pins)
    assert not [line for line in lines if "://" in line]


def test_the_lock_holds_what_the_package_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    names = {re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0].lower() for one in wanted}
    assert names <= locked


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    said = re.search(r'__version__ = "(.+)"', (ROOT / "src/seldinger/__init__.py").read_text())
    assert "version" in project["project"]["dynamic"]
    assert said is not None


def test_the_readme_says_once_what_this_is_not() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("Research and education software, not a medical device.") == 1
