"""A name is known whatever its case and separators, or the closest is offered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from seldinger import catalogue, evidence, plan
from seldinger.anatomy import names as structures
from seldinger.care import scores
from seldinger.care.exposure import policy
from seldinger.catalogue import applicators
from seldinger.cli.app import app
from seldinger.core.errors import AnatomyError, SeldingerError
from seldinger.core.naming import did_you_mean, find_similar, match_ending, match_name, stem

CLI = CliRunner()


def spellings(name: str) -> set[str]:
    blanks = name.replace("-", " ").replace("_", " ")
    return {name, name.upper(), name.title(), blanks, blanks.replace(" ", "_"), blanks.upper()}


def test_a_name_is_meant_by_all_its_spellings_and_by_no_other() -> None:
    known = ("liver tumour 1", "liver tumour 11", "portal_vein", "ct-angled")
    for name in known:
        assert {match_name(one, known) for one in spellings(name)} == {name}
    assert match_name("LiverTumour1", known) == "liver tumour 1"
    assert match_name("liver tumour", known) is None
    assert match_name("", known) is None


def test_of_two_that_are_spelled_alike_only_the_exact_one_is_meant() -> None:
    known = ("Lesion_A", "lesion a")
    assert match_name("lesion a", known) == "lesion a"
    assert match_name("LESION A", known) is None
    assert set(find_similar("LESION A", known)) <= set(known)


def test_the_end_of_a_name_is_enough_where_one_name_has_it() -> None:
    known = ("liver tumour 1", "liver-tumour-1", "liver tumour 11", "left kidney", "right kidney")
    assert match_ending("tumour-1", known) in known[:2]
    assert match_ending("umour 1", known) is None
    assert match_ending("kidney", known) is None
    assert match_ending("", known) is None
    assert match_ending("11", known) is None


def test_the_closest_is_offered_whatever_its_case() -> None:
    assert did_you_mean("DRIAN", ("drain", "guidewire")) == "did you mean 'drain'? "
    assert did_you_mean("banana", ("drain", "guidewire")) == ""


def test_every_list_knows_its_names_in_every_spelling() -> None:
    for word in spellings("child-pugh"):
        assert scores.form(word).name == "child-pugh"
    for word in spellings("needle_error"):
        assert evidence.facts(word) == evidence.facts("needle_error") != ()
    for word in spellings("core-needle"):
        assert catalogue.devices(word) == catalogue.devices("core-needle") != ()
    for word in spellings("microwave"):
        assert applicators.applicators(word) == applicators.applicators("microwave") != ()
    for word in spellings("ncrp168"):
        assert policy.match_policy(word) == "ncrp168"
    for word in spellings("leg-angiography"):
        assert policy.reference(word) == policy.reference("leg-angiography")
    for word in spellings("biopsy"):
        assert plan.load_procedures()[word].name == "biopsy"
    for word in spellings("seldinger_demo"):
        assert catalogue.recognise(("liver",), word).vocabulary == "seldinger_demo"


def test_a_structure_may_be_spelled_as_one_likes_before_the_images_are_read() -> None:
    for word in ("Liver", "PORTAL_VEIN", "portal-vein"):
        structures.check_name("target", word, ("liver", "portal vein"))
    with pytest.raises(AnatomyError, match="closest: liver"):
        structures.check_name("target", "LIVRE", ("liver", "portal vein"))


REFUSED = [
    (["hlep"], "did you mean -h?"),
    (["pln", "biopsy"], "did you mean 'plan'?"),
    (["ledger", "LSIT"], "did you mean 'list'?"),
    (["simulate", "ablate"], "did you mean 'ablation'?"),
    (["score", "PUGH-CHILDE"], "there are: albi"),
    (["score", "CHILD-PUHG"], "did you mean 'child-pugh'?"),
    (["score", "albi", "Bilirubine=1mg/dL"], "did you mean 'bilirubin'?"),
    (["facts", "NEEDEL_ERROR"], "did you mean 'needle_error'?"),
    (["devices", "TROCAR-DRIAN"], "closest: trocar-drain"),
    (["dose", "audit", ".", "--procedure", "TAEC"], "did you mean 'tace'?"),
]


@pytest.mark.parametrize(("words", "hint"), REFUSED, ids=[" ".join(w) for w, _ in REFUSED])
def test_a_wrong_word_is_refused_with_the_closest(words: list[str], hint: str) -> None:
    told = CLI.invoke(app, words)
    assert told.exit_code == 2
    assert hint in told.stderr
    assert isinstance(told.exception, SystemExit)


def test_a_command_is_known_whatever_its_case() -> None:
    told = CLI.invoke(app, ["SCORE", "RENAL", "--json"])
    assert json.loads(told.stdout)["name"] == "renal"


@pytest.mark.parametrize("name", ["patient", "CLEARANCE"])
def test_the_schemas_of_what_is_read_are_published(name: str) -> None:
    told = json.loads(CLI.invoke(app, ["schema", name]).stdout)
    assert told["title"] == f"{name.lower()}.toml"
    assert ("procedure" in told["properties"]) is (name == "CLEARANCE")


def test_errors_of_names_are_ours() -> None:
    with pytest.raises(SeldingerError, match="there are: aapm"):
        policy.match_policy("banana")


@pytest.mark.parametrize(
    ("file", "name"),
    [("a/nodule.nii.gz", "nodule"), ("left lung.seg.nrrd", "left lung"), (".nii", ".nii")],
)
def test_a_mask_without_a_name_is_called_as_its_file(file: str, name: str) -> None:
    assert stem(Path(file)) == name
