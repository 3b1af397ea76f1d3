"""case.toml: what it may say, and how it is refused."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from seldinger.core.errors import CaseError
from seldinger.image import SeriesSource
from seldinger.plan import PercutaneousOptions, case
from seldinger.plan.procedure import CASE_SECTIONS

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
procedure = "biopsy"

[study]
ct = "images/ct.nii.gz"
labels = "labels.nii.gz"
vocabulary = "mine.toml"

[[study.others]]
path = "pet"

[target]
mask = "nodule.nii.gz"

[plan]
seed = 3

[percutaneous]
relax = ["lung"]
entry_lps_mm = [1, 2.5, -3]

[assume]
breath_hold_factor = 4

[answers]
hydatid = "no"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    read = case.read(written(tmp_path, WHOLE))
    assert read.study.ct == tmp_path / "images/ct.nii.gz"
    assert read.study.labels == tmp_path / "labels.nii.gz"
    assert read.study.label_key is None
    assert read.study.others == (SeriesSource(tmp_path / "pet"),)
    assert read.study.vocabulary == str(tmp_path / "mine.toml")
    assert read.target.mask == tmp_path / "nodule.nii.gz"
    assert read.options == (PercutaneousOptions(relax=("lung",), entry_lps_mm=(1.0, 2.5, -3.0)),)
    assert read.plan.seed == 3
    assert read.assume == {"breath_hold_factor": 4.0}
    assert read.plan.voxel_mm == 1.5


def test_a_vocabulary_of_the_catalogue_is_a_name(tmp_path: Path) -> None:
    text = WHOLE.replace("mine.toml", "ircadb")
    assert case.read(written(tmp_path, text)).study.vocabulary == "ircadb"


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        (
            "relax =",
            "relaxx =",
            "[percutaneous] has no key 'relaxx'; did you mean 'relax'? allowed:",
        ),
        ("[assume]", "[assumed]", "the file has no key 'assumed'; did you mean 'assume'?"),
        ('ct = "images/ct.nii.gz"', "", "[study] ct is missing"),
        ('"no"', "7", "[answers] hydatid is 7"),
        ("[1, 2.5, -3]", "[1, 2.5]", "[percutaneous] entry_lps_mm"),
        ("[1, 2.5, -3]", "[1, 2.5, inf]", "[percutaneous] entry_lps_mm"),
        ('"lung"', '""', "[percutaneous] relax"),
        ('mask = "nodule.nii.gz"', "", "[target]: no target"),
        ("[target]", "[target", "is not TOML"),
        ("seed = 3", "relax = []", "[plan] has no key 'relax'; it stands in [percutaneous]; "),
        ("seed = 3", "seed = true", "[plan] seed is True: input should be a valid integer"),
        (
            "[assume]",
            "[[ablation.probe]]\nnumber = 9\n[assume]",
            "[[ablation.probe]] 1 number is 9: input should be less than or equal to 4",
        ),
        (
            'path = "pet"',
            'path = "pet"\nrole = "planning"',
            "[[study.others]] 1 role is 'planning': input should be 'anatomical', 'functional'",
        ),
        ("= 4", '= "much"', "[assume] breath_hold_factor is 'much'"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, good: str, bad: str, said: str) -> None:
    assert good in WHOLE
    with pytest.raises(CaseError) as told:
        case.read(written(tmp_path, WHOLE.replace(good, bad, 1)))
    assert said in str(told.value)
    assert str(told.value).startswith("case.toml")


def test_a_folder_or_bytes_are_no_case(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="give the path of a TOML file"):
        case.read(tmp_path)
    (tmp_path / "case.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CaseError, match="not UTF-8"):
        case.read(tmp_path / "case.toml")


def test_a_case_has_the_sections_that_no_options_may_be_called() -> None:
    assert {one.name for one in fields(case.CaseFile)} == CASE_SECTIONS


def test_every_key_of_the_schema_is_described() -> None:
    assert {"percutaneous", "ablation"} <= set(case.build_schema()["properties"])
    for name, section in case.build_schema()["$defs"].items():
        for key, what in section["properties"].items():
            assert what.get("description"), f"{name}.{key}"
