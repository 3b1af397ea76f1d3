"""Vocabularies: known labels find their term, unknown ones are reported, users bring their own."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.offenders import offenders

from seldinger import catalogue
from seldinger.anatomy.model import Kind
from seldinger.catalogue import vocabulary
from seldinger.core.errors import CatalogueError

if TYPE_CHECKING:
    from pathlib import Path

TOTAL = "totalsegmentator_v2_total"
SPINE = ["S1", *[f"L{n}" for n in range(1, 6)], *[f"T{n}" for n in range(1, 13)]]
SPINE += [f"C{n}" for n in range(1, 8)]
SIDES = ("left", "right")

SINGLE = """
spleen gallbladder liver stomach pancreas esophagus trachea thyroid_gland small_bowel duodenum colon
urinary_bladder prostate sacrum heart aorta pulmonary_vein brachiocephalic_trunk superior_vena_cava
inferior_vena_cava portal_vein_and_splenic_vein atrial_appendage_left spinal_cord brain skull
sternum costal_cartilages lung_upper_lobe_left lung_lower_lobe_left lung_upper_lobe_right
lung_middle_lobe_right lung_lower_lobe_right
"""
PAIRED = """
kidney adrenal_gland kidney_cyst subclavian_artery common_carotid_artery brachiocephalic_vein
iliac_artery iliac_vena humerus scapula clavicula femur hip gluteus_maximus gluteus_medius
gluteus_minimus autochthon iliopsoas
"""
TOTALSEGMENTATOR_CLASSES = SINGLE.split()
TOTALSEGMENTATOR_CLASSES += [f"{part}_{side}" for part in PAIRED.split() for side in SIDES]
TOTALSEGMENTATOR_CLASSES += [f"vertebrae_{level}" for level in SPINE]
TOTALSEGMENTATOR_CLASSES += [f"rib_{side}_{n}" for side in SIDES for n in range(1, 13)]

EXPECTED_TERMS = """
liver; spleen; pancreas; left kidney; right kidney; gallbladder; stomach; duodenum; small bowel;
colon; oesophagus; urinary bladder; ureters; prostate; uterus; left adrenal gland;
right adrenal gland; thyroid gland; brain; left lung; right lung; left lung upper lobe;
left lung lower lobe; right lung upper lobe; right lung middle lobe; right lung lower lobe; trachea;
heart; aorta; inferior vena cava; superior vena cava; portal vein; pulmonary veins; hepatic vessels;
venous system; arteries; left iliac artery; right iliac artery; left iliac vein; right iliac vein;
brachiocephalic trunk; left subclavian artery; right subclavian artery; left common carotid artery;
right common carotid artery; left brachiocephalic vein; right brachiocephalic vein;
left atrial appendage; ribs; costal cartilages; vertebrae; sacrum; sternum; scapulae; clavicles;
humeri; pelvis; femurs; skull; bone; spinal canal; paraspinal muscles; gluteal muscles;
iliopsoas muscles; bowel gas; pleural recess; lower rib margin; unlabelled vessels; liver tumour;
lung nodule; kidney cyst; abscess; collection; tumour
"""


# --- terms ----------------------------------------------------------------------------------------


def test_the_words_that_other_rooms_use_are_there() -> None:
    expected = {word.strip() for word in EXPECTED_TERMS.split(";")}
    assert expected <= set(catalogue.terms())


def check_term(term: catalogue.Term) -> None:
    kind = Kind(term.kind)
    passable = kind in {Kind.MUSCLE, Kind.LOBE, Kind.LESION, Kind.COLLECTION}
    assert term.obstacle != passable
    assert (term.diameter is not None) == (kind is Kind.VESSEL)
    if kind in {Kind.BONE, Kind.NERVE}:
        assert not term.mobile


def test_a_term_is_something_to_a_needle() -> None:
    assert not offenders(catalogue.terms().values(), check_term, lambda t: t.name)


# --- shipped vocabularies -------------------------------------------------------------------------


def test_all_117_classes_have_a_term() -> None:
    assert len(set(TOTALSEGMENTATOR_CLASSES)) == 117
    found = catalogue.recognise(TOTALSEGMENTATOR_CLASSES)
    assert found.vocabulary == TOTAL
    assert set(found.terms) == set(TOTALSEGMENTATOR_CLASSES)
    assert found.unknown == found.ignored == ()


@pytest.mark.parametrize(
    ("raw", "term"),
    [
        ("kidney_left", "left kidney"),
        ("lung_middle_lobe_right", "right lung middle lobe"),
        ("iliac_vena_left", "left iliac vein"),
        ("portal_vein_and_splenic_vein", "portal vein"),
        ("heart_atrium_left", "heart"),
        ("rib_left_1", "ribs"),
        ("hip_right", "pelvis"),
        ("spinal_cord", "spinal canal"),
        ("Lung Nodule 3", "lung nodule"),
        ("Tumor_2", "tumour"),
        ("tumour", "tumour"),
        ("Left Kidney", "left kidney"),
    ],
)
def test_a_name_finds_its_term(raw: str, term: str) -> None:
    assert catalogue.recognise([raw], TOTAL).terms == {raw: term}


@pytest.mark.parametrize("name", ["livertumor", "livertumor1", "livertumor07", "LiverTumors"])
def test_numbered_liver_tumours_are_liver_tumours(name: str) -> None:
    assert catalogue.recognise([name], "ircadb").terms == {name: "liver tumour"}


def test_ircad_is_recognised_and_its_skin_is_no_surface() -> None:
    found = catalogue.recognise(["skin", "bone", "venoussystem", "artery", "livertumor1"])
    assert found.vocabulary == "ircadb"
    assert found.ignored == ("skin",)
    assert found.terms["artery"] == "arteries"
    assert found.unknown == ()


def test_the_built_in_patient_speaks_both() -> None:
    names = ["liver", "liver-tumour-1", "lung-nodule-1", "abscess-deep", "abscess-superficial"]
    found = catalogue.recognise([*names, "liver_vessels", "rib_left_7"], "seldinger_demo")
    assert found.unknown == ()
    assert found.terms["abscess-deep"] == "abscess"
    assert found.terms["rib_left_7"] == "ribs"


def test_what_nobody_knows_is_reported() -> None:
    found = catalogue.recognise(["liver", "left_big_toe"])
    assert found.unknown == ("left_big_toe",)
    assert "left_big_toe" not in found.terms


@given(names=st.lists(st.text(max_size=12) | st.sampled_from(["liver", "face", "tumor 3"])))
@settings(deadline=None, max_examples=60)
def test_every_name_lands_in_exactly_one_place(names: list[str]) -> None:
    found = catalogue.recognise(names)
    assert sorted([*found.terms, *found.ignored, *found.unknown]) == sorted(set(names))


def check_vocabulary(vocabulary: catalogue.Vocabulary) -> None:
    used = {t for t in (*vocabulary.entries.values(), *vocabulary.patterns.values()) if t}
    assert used <= set(catalogue.terms())
    assert not any(catalogue.terms()[t].derived for t in used)
    assert all(re.compile(p) for p in vocabulary.patterns)


def test_a_vocabulary_speaks_our_terms() -> None:
    assert not offenders(catalogue.vocabularies().values(), check_vocabulary, lambda v: v.name)


def test_an_unknown_vocabulary_is_answered_with_the_closest() -> None:
    with pytest.raises(CatalogueError, match="ircadb"):
        catalogue.recognise(["liver"], "ircad")


# --- a user's own ---------------------------------------------------------------------------------


def test_a_flat_toml_table_is_a_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('leber = "liver"\n"Niere links" = "left kidney"\n', encoding="utf-8")
    found = catalogue.recognise(["Leber", "niere_links", "x"], catalogue.read_vocabulary(path))
    assert found.vocabulary == "mine.toml"
    assert found.terms == {"Leber": "liver", "niere_links": "left kidney"}
    assert found.unknown == ("x",)


def test_a_flat_json_table_is_a_vocabulary_and_null_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"leber": "liver", "tisch": null}', encoding="utf-8")
    found = catalogue.recognise(["leber", "tisch"], catalogue.read_vocabulary(path))
    assert found.terms == {"leber": "liver"}
    assert found.ignored == ("tisch",)


def test_the_long_layout_has_patterns(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "Mine"\nignored = ["tisch"]\n[entries]\nleber = "liver"\n'
        "[patterns]\n'herd\\d+' = \"tumour\"\n",
        encoding="utf-8",
    )
    found = catalogue.recognise(["leber", "tisch", "Herd12"], catalogue.read_vocabulary(path))
    assert found.terms == {"leber": "liver", "Herd12": "tumour"}
    assert found.ignored == ("tisch",)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("v.toml", 'leber = "livr"', "closest: liver"),
        ("v.toml", "leber = 3", "leber"),
        ("v.toml", "leber = ", "not TOML"),
        ("v.json", "{", "not JSON"),
        ("v.json", "[1]", "one table"),
        ("v.toml", "[patterns]\n'her(d' = \"tumour\"", "broken"),
        ("v.toml", 'extends = "ircadb"\n[entries]\na = "liver"', "may extend"),
        ("v.toml", 'ignored = ["a"]\n[entries]\na = "liver"', "both mapped and ignored"),
        ("v.toml", 'a-b = "liver"\na_b = "spleen"', "spelling"),
    ],
)
def test_a_bad_vocabulary_gives_one_clear_error(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError, match=says):
        catalogue.read_vocabulary(path)


def test_an_unreadable_vocabulary_gives_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="give the path"):
        catalogue.read_vocabulary(tmp_path / "absent.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match="not UTF-8"):
        catalogue.read_vocabulary(binary)


@settings(deadline=None, max_examples=80)
@given(name=st.sampled_from(["v.toml", "v.json"]), text=st.text(max_size=40))
def test_any_text_is_read_or_refused_never_worse(name: str, text: str) -> None:
    try:
        found = vocabulary.parse_vocabulary(text, name)
    except CatalogueError:
        return
    assert {t for t in found.entries.values() if t} <= set(catalogue.terms())


def test_opening_the_room_does_not_open_pydantic() -> None:
    program = "import sys, seldinger.catalogue; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
