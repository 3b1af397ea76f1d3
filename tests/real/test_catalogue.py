"""The label files of the real studies are recognised, name by name."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from seldinger import catalogue

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.real


def test_the_liver_study_speaks_ircad(data_dir: Path) -> None:
    key = json.loads((data_dir / "liver-ircad17" / "labels.json").read_text(encoding="utf-8"))
    found = catalogue.recognise(key)
    assert found.vocabulary == "ircadb"
    assert found.terms["livertumor2"] == "liver tumour"
    assert found.ignored == ("skin",)
    assert found.unknown == ()


def test_the_abdomen_study_speaks_totalsegmentator(data_dir: Path) -> None:
    key = json.loads((data_dir / "abdpelvis-totalseg" / "labels.json").read_text(encoding="utf-8"))
    found = catalogue.recognise(key.values())
    assert found.vocabulary == "totalsegmentator_v2_total"
    assert set(found.terms) == set(key.values())


def test_the_chest_study_speaks_totalsegmentator(data_dir: Path) -> None:
    with (data_dir / "chest-lidc0001" / "labels.csv").open(encoding="utf-8") as table:
        names = [row["structure"] for row in csv.DictReader(table)]
    found = catalogue.recognise(names)
    assert found.vocabulary == "totalsegmentator_v2_total"
    assert set(found.terms) == set(names)
