"""Label keys: found by content, refused when ambiguous."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from seldinger.core.errors import LabelError
from seldinger.image import label_keys

if TYPE_CHECKING:
    from pathlib import Path


def read(tmp_path: Path, text: str, found: set[int], suffix: str = ".json") -> dict[int, str]:
    path = tmp_path / f"key{suffix}"
    path.write_text(text, encoding="utf-8")
    return label_keys.read(path, found)


@pytest.mark.parametrize(
    "text",
    [
        '{"liver": 5, "tumour": 7}',
        '{"5": "liver", "7": "tumour"}',
        '{"background": 0, "liver": 5, "tumour": 7.0}',
        '{"labels": {"background": 0, "liver": "5", "tumour": "7"}, "channel_names": {"0": "CT"}}',
        '\ufeff{"liver": 5, "tumour": 7}',
    ],
)
def test_json_either_way_round(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text, {5, 7}) == {5: "liver", 7: "tumour"}


@pytest.mark.parametrize(
    "text",
    [
        "id,name\n5,liver\n7,tumour\n",
        "name;id\nliver;5\ntumour;7\n",
        "5\tliver\n7\ttumour\n",
        "group,original_idx,structure,id\norgans,1,liver,5\norgans,1,tumour,7\n",
        "organ,number of slices,what,value\norgan,5,liver,5\norgan,5,tumour,7\n",
        "a,b,c\n5,liver,3\n7,tumour,4\n",
        "id,name,colour\n5,liver,#ff0000\n7,tumour,#00ff00\n",
        "id,label,name\n5,1,liver\n7,2,tumour\n",
    ],
)
def test_csv_columns_are_found_by_content(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text, {5, 7}, ".csv") == {5: "liver", 7: "tumour"}


def test_a_title_decides_between_two_columns_of_ids(tmp_path: Path) -> None:
    text = "rank,id,name\n5,7,liver\n7,5,tumour\n"
    assert read(tmp_path, text, {5, 7}, ".csv") == {7: "liver", 5: "tumour"}
    with pytest.raises(LabelError, match=r"several columns .* could hold the ids \(rank, order"):
        read(tmp_path, text.replace("id", "order"), {5, 7}, ".csv")


def test_two_titles_of_ids_with_other_numbers_contradict_each_other(tmp_path: Path) -> None:
    text = "id,value,name\n5,7,liver\n7,5,tumour\n"
    with pytest.raises(LabelError, match=r"could hold the ids \(id, value\); leave one$"):
        read(tmp_path, text, {5, 7}, ".csv")
    # A counter of rows is no id.
    rows = text.replace("id", "index")
    assert read(tmp_path, rows, {5, 7}, ".csv") == {7: "liver", 5: "tumour"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"liver": 5, "liver": 7}', "every name .* twice: liver"),
        ('{"5": "liver", "7": "liver"}', "every name .* twice: liver"),
        ('{"liver": 5, "tumour": 5}', "every id .* twice: 5"),
        ('{"liver": 1, "tumour": 2}', "ids 1, 2, the label map holds 5, 7: none fits"),
        ('{"liver": 5, "tumour": [7]}', "one whole number.*tumour"),
        ('{"liver": 5.5}', "one whole number.*liver"),
        ('{"liver": true}', "one whole number"),
        ('{"liver": -5, "tumour": 7}', "ids must be positive"),
        ('{"": 5}', "names not empty"),
        ("[5, 7]", "one JSON object"),
        ("{}", "one JSON object"),
        ('{"liver": 5', "no valid JSON"),
        ("", "no valid JSON"),
    ],
)
def test_bad_json(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LabelError, match=message):
        read(tmp_path, text, {5, 7})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("liver\ntumour\n", "at least two columns"),
        ("id,name\n5,liver,x\n", "row 2 has 3"),
        ("id,name\n1,liver\n2,tumour\n", "no column .* occur in the label map .5, 7."),
        ("id,name\n5,liver\n5,tumour\n", "no column .* unique whole numbers"),
        ("id,name\n5,liver\n7,liver\n", "different name in every row.*twice in name: liver"),
        ("id,name,colour\n5,liver,red\n7,liver,blue\n", "twice in name: liver"),
        ("id,here,there\n5,liver,red\n7,tumour,blue\n", "several columns .* could hold the names"),
    ],
)
def test_bad_csv(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(LabelError, match=message):
        read(tmp_path, text, {5, 7}, ".csv")


def test_a_key_that_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="cannot be read"):
        label_keys.read(tmp_path / "key.json", {5})
    (tmp_path / "key.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(LabelError, match="cannot be read"):
        label_keys.read(tmp_path / "key.csv", {5})
