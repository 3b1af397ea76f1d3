"""The house speaks the field's language: its public nouns stand in the glossary."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

from tests.offenders import offenders

from seldinger.cli.python_page import ROOMS

GLOSSARY = Path(__file__).parents[2] / "docs" / "reference" / "glossary.md"


def check_nouns(room: str) -> None:
    page = importlib.import_module(f"seldinger.{room}")
    nouns = {name for name in page.__all__ if inspect.isclass(getattr(page, name))}
    known = set(re.findall(r"`(\w+)`", GLOSSARY.read_text(encoding="utf-8")))
    assert nouns <= known, f"not in docs/reference/glossary.md: {', '.join(sorted(nouns - known))}"


def test_every_public_noun_stands_in_the_glossary() -> None:
    assert not offenders(ROOMS, check_nouns)
