"""What the prose promises: its commands, options, links and pictures exist."""

from __future__ import annotations

import itertools
import json
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import typer
from tests.offenders import offenders

from seldinger import catalogue, plan
from seldinger.anatomy import ASSUMPTIONS
from seldinger.anatomy.territory import ASSUMPTIONS as TERRITORY_ASSUMPTIONS
from seldinger.anatomy.vessels.segment import SEGMENT_ASSUMPTIONS
from seldinger.anatomy.vessels.trace import VESSEL_ASSUMPTIONS
from seldinger.cli.app import app
from seldinger.followup.delivered import BOUNDS
from seldinger.followup.volumetry import VOLUMETRY_ASSUMPTIONS
from seldinger.plan import case
from seldinger.plan.assumptions import PATH_ASSUMPTIONS
from seldinger.simulate.margin import MARGIN_ASSUMPTIONS

ROOT = Path(__file__).parents[2]
PROSE = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def options_of(command: Any) -> set[str]:
    """Options of a command, and of the commands below it."""
    context = command.context_class(command)
    own = {option for parameter in command.get_params(context) for option in parameter.opts}
    return own.union(*map(options_of, getattr(command, "commands", {}).values()))


COMMANDS = {
    name: options_of(command) for name, command in typer.main.get_group(app).commands.items()
}
ASSUMED = {
    one.name
    for one in (
        *ASSUMPTIONS,
        *PATH_ASSUMPTIONS,
        *MARGIN_ASSUMPTIONS,
        *VESSEL_ASSUMPTIONS,
        *SEGMENT_ASSUMPTIONS,
        *VOLUMETRY_ASSUMPTIONS,
        *BOUNDS.values(),
        *(a for p in plan.load_procedures().values() for a in p.treatment.assumptions),
        *TERRITORY_ASSUMPTIONS,
    )
}
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def blocks(page: Path, language: str) -> list[str]:
    """Fenced blocks of one language."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def lines_of(page: Path) -> list[list[str]]:
    """Shell commands of a page, as words."""
    shell = "\n".join(blocks(page, "sh")).replace("\\\n", " ")
    return [words for line in shell.splitlines() if (words := shlex.split(line, comments=True))]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def check_commands(page: Path) -> None:
    for words in lines_of(page):
        if words[0] == "make":
            assert set(words[1:]) <= TARGETS, words
        if words[0] == "seldinger":
            options = {word for word in words[2:] if word.startswith("--")}
            assert words[1] in COMMANDS, words
            assert options <= COMMANDS[words[1]], words


def test_commands_and_their_options_exist() -> None:
    assert not offenders(PROSE, check_commands, named)


def check_links(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_links_and_pictures_lead_somewhere() -> None:
    assert not offenders(PROSE, check_links, named)


def check_data_blocks(page: Path) -> None:
    for text in blocks(page, "json"):
        json.loads(text)
    for text in blocks(page, "toml"):
        tomllib.loads(text)


def test_data_blocks_are_what_they_say() -> None:
    assert not offenders(PROSE, check_data_blocks, named)


def test_every_page_has_its_place_in_the_contents() -> None:
    contents = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    docs = ROOT / "docs"
    pages = {page.relative_to(docs).as_posix() for page in docs.rglob("*.md")}
    assert {page for page in pages if f'"{page}"' in contents} == pages


def check_assumptions(page: Path) -> None:
    """In commands, in the text beside them, and in case files."""
    told = set(re.findall(r"--assume[ =]'?\"?([a-z][\w.]*)=", page.read_text(encoding="utf-8")))
    for words in lines_of(page):
        pairs = [b for a, b in itertools.pairwise(words) if a == "--assume"]
        told |= {pair.partition("=")[0] for pair in pairs}
    for text in blocks(page, "toml"):
        told |= set(tomllib.loads(text).get("assume", {}))
    assert told <= ASSUMED


def test_assumptions_that_are_named_exist() -> None:
    assert not offenders(PROSE, check_assumptions, named)


def test_assumptions_are_looked_for_where_they_stand() -> None:
    assert {"margin_mm", "lethal_cold_c", "breath_hold_factor"} <= ASSUMED
    assert {one.name for one in MARGIN_ASSUMPTIONS} <= ASSUMED
    page = (ROOT / "docs/how-to/plan-an-ablation.md").read_text(encoding="utf-8")
    assert "--assume lethal_cold_c=" in page


def test_the_case_file_of_the_reference_is_one() -> None:
    (whole, *_) = blocks(ROOT / "docs/reference/case-toml.md", "toml")
    read = case.check_case(tomllib.loads(whole), "case-toml.md", {})
    asked = {question.id for question in plan.load_procedures()[read.procedure].questions}
    assert set(read.answers) <= asked
    assert set(read.assume) <= ASSUMED
    assert read.study.vocabulary in catalogue.vocabularies()


def test_the_reference_explains_every_key_of_a_case_file() -> None:
    page = (ROOT / "docs/reference/case-toml.md").read_text(encoding="utf-8")
    sections = case.build_schema()["$defs"]
    keys = {key for section in sections.values() for key in section["properties"]}
    assert not {key for key in keys if f"`{key}`" not in page}


def test_every_command_has_its_line_in_the_reference() -> None:
    page = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    assert not {name for name in COMMANDS if f"seldinger {name}" not in page}
