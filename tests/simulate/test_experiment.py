"""An experiment's file: what it may say, and how it is refused."""

from __future__ import annotations

import copy
import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from seldinger import simulate
from seldinger.core.errors import CaseError, CatalogueError, SimulationError
from seldinger.simulate import experiment

ROOT = Path(__file__).parents[2]
WARM: dict[str, Any] = {
    "block": {"size_mm": [20, 20, 20], "spacing_mm": 2.0, "initial_c": 37.0, "edge": "insulated"},
    "tissue": {
        "density_kg_per_m3": 1000,
        "heat_capacity_j_per_kg_k": 3600,
        "conductivity_w_per_m_k": 0.5,
    },
    "perfusion": {"mode": "none"},
    "source": [
        {
            "kind": "gaussian",
            "centre_lps_mm": [0, 0, 0],
            "sigma_mm": 2.0,
            "power_w": 0.05,
            "seconds": 10.0,
        }
    ],
}
ANTENNA: dict[str, Any] = {
    "device": "emprint",
    "tip_lps_mm": [0, 0, -5],
    "axis_lps": [0, 0, 1],
    "power_w": 75.0,
    "seconds": 300.0,
    "absorption": {
        "attenuation_per_mm": 0.05,
        "sigma_mm": 8.0,
        "behind_tip_mm": 11.0,
        "efficiency": 0.6,
    },
}
FREEZE = {"act": "freeze", "seconds": 900.0, "temperature_c": -140.0}
CRYO: dict[str, Any] = {
    "device": "cryo-2-4mm",
    "tip_lps_mm": [0, 0, -5],
    "axis_lps": [0, 0, 1],
    "ramp_s": 0.0,
    "schedule": [FREEZE],
}


def changed(**sections: Any) -> dict[str, Any]:
    """The small experiment with other sections; ``None`` takes one away."""
    data = copy.deepcopy(WARM) | sections
    return {key: value for key, value in data.items() if value is not None}


def probed(*probes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return changed(source=None, probe=list(probes), **more)


def within(section: str, **keys: Any) -> dict[str, Any]:
    return changed(**{section: WARM[section] | keys})


def test_a_file_is_read_with_its_hash_and_paths_from_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        """
        [patient]
        ct = "ct.nii.gz"
        labels = "labels"
        target = "tumour"
        half_mm = 30
        spacing_mm = 1
        edge = "mirror"
        [blood]
        temperature_c = 37
        [perfusion]
        mode = "constant"
        [[probe]]
        device = "emprint"
        tip_lps_mm = [0, 0, 0]
        axis_lps = [0, 0, 1]
        power_w = 75
        seconds = 300
        """,
        encoding="utf-8",
    )
    read = simulate.read(file)
    assert read.asked.patient is not None
    assert read.asked.patient.ct == tmp_path / "ct.nii.gz"
    (said,) = read.inputs
    assert said.name == "mine.toml"
    assert said.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_file_of_the_how_to_is_one_and_so_are_the_examples() -> None:
    page = (ROOT / "docs/how-to/repeat-an-experiment.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    made = simulate.ablation.arrange(simulate.check_experiment(tomllib.loads(text)).asked)
    assert len(made.probes) == 2
    for file in sorted((ROOT / "examples").glob("*.toml")):
        assert simulate.read(file).asked.title


def test_the_schema_is_published() -> None:
    schema = experiment.build_schema()
    assert {"block", "patient", "probe", "law", "perfusion"} <= set(schema["properties"])
    assert "perfusion" in schema["required"]
    block = schema["$defs"]["BlockSection"]
    assert block["description"] == "A block of one tissue."
    assert block["additionalProperties"] is False
    assert block["properties"]["spacing_mm"]["description"] == "edge of a cell"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed(perfusion=None), r"\[perfusion\] is missing.*none, constant, stopped"),
        (changed(perfusion={"mode": "stopped"}), "'stopped' needs law, share"),
        (changed(perfusion={"mode": "none", "share": 1.0}), "share means nothing to 'none'"),
        (changed(block=None), r"either \[block\] or \[patient\]"),
        (changed(tissue=None), r"\[tissue\] is missing"),
        (changed(source=None), "nothing heats or cools"),
        (changed(vessel=[{"from_lps_mm": [0, 0, 0], "to_lps_mm": [9, 0, 0], "diameter_mm": 3}]),
         r"\[blood\] is missing"),
        (changed(blok={}), "has no key 'blok'; did you mean 'block'"),
        (within("block", initial_c=float("nan")), r"\[block\] initial_c is nan"),
        (within("block", edge="open"), r"\[block\] edge is 'open'"),
        (within("block", spacing_mm="2"), r"\[block\] spacing_mm is '2': input should be a valid"),
        (within("block", spacing_mm=0), r"\[block\] spacing_mm is 0: input should be greater"),
        (probed({k: v for k, v in ANTENNA.items() if k != "device"}),
         r"\[\[probe\]\] 1 device is missing: id of an applicator of the catalogue"),
        (probed(ANTENNA | {"powr_w": 3}), r"\[\[probe\]\] 1 has no key 'powr_w'; did you mean"),
        (changed(law=[{"kind": "cem43", "lethal": 240}]), "'cem43' needs counted_above_c"),
        (changed(law=[{"kind": "cem43", "counted_above_c": 40}]),
         r"\[\[law\]\] 1 lethal is missing"),
        (changed(point=[{"name": "a", "lps_mm": [0, 0, 0]}] * 2), "'a' is there twice"),
        (probed(CRYO | {"schedule": [{"act": "freeze", "seconds": 9}]}), "needs temperature_c"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_is_refused(data: dict[str, Any], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        simulate.check_experiment(data)


@pytest.mark.parametrize("text", ["not = toml = at all", "\xff"])
def test_what_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(CaseError, match="TOML"):
        simulate.read(file)
    with pytest.raises(CaseError, match="No such file"):
        simulate.read(tmp_path / "other.toml")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (within("block", size_mm=[20, 20, 21]), "whole number of cells"),
        (changed(tissue={"density_kg_per_m3": 1000}), r"\[tissue\] lacks heat_capacity"),
        (changed(assume={"liver.perfusion_per_s": 0.1}), "is no number here"),
        (changed(point=[{"name": "far", "lps_mm": [99, 0, 0]}]), "point far lies outside"),
        (changed(numerics={"step_s": 99.0, "method": "explicit"}), "unstable"),
        (changed(source=[WARM["source"][0] | {"power_w": 9.0, "seconds": 60.0}]),
         "edge of the grid changed.*too small"),
        (changed(isotherms_c=[37.0]), "temperature of everything at first"),
        (probed(ANTENNA | {"power_w": 60.0}), r"outside the published table.*75 to 150 W"),
        (probed(ANTENNA | {"seconds": 60.0}), r"60 s at work: published from 300 to 600 s"),
        (probed(ANTENNA, ANTENNA | {"tip_lps_mm": [1, 0, -5]}), "probe 1 and probe 2 collide"),
        (probed(ANTENNA, ANTENNA | {"tip_lps_mm": [6, 1, 0], "axis_lps": [-1, 0, 1]}), "collide"),
        (probed(CRYO, ANTENNA), "one kind at a time"),
        (probed(ANTENNA | {"tip_lps_mm": [0, 0, -50]}), "probe 1 lies outside the grid"),
        (probed(CRYO | {"schedule": [FREEZE | {"temperature_c": -200.0}]}), "coolant.*boils"),
        (probed({k: v for k, v in CRYO.items() if k != "ramp_s"}), "ramp_s is missing"),
        (probed(CRYO | {"schedule": [{"act": "heat", "seconds": 900, "power_w": 9}]}),
         "outside|cannot 'heat'"),
        (probed(CRYO), "has no freezing"),
        (probed(CRYO, tissue={"name": "liver"}, blood={"temperature_c": 37},
                perfusion={"mode": "constant"}), r"\[frost\] is missing"),
        (probed({"device": "cool-tip", "tip_lps_mm": [0, 0, -5], "axis_lps": [0, 0, 1],
                 "coolant_c": 10}), r"\[radiofrequency\] is missing"),
        (changed(source=None, cold=[{"kind": "plane", "point_lps_mm": [0, 0, 0.3],
                 "normal_lps": [0, 0, 1], "temperature_c": 20.0, "ramp_s": 0}]), "between cells"),
        (changed(source=None, cold=[{"kind": "plane", "point_lps_mm": [0, 0, 0],
                 "normal_lps": [0, 1, 1], "temperature_c": 20.0, "ramp_s": 0}]), "must run along"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_out_is_refused(data: dict[str, Any], words: str) -> None:
    with pytest.raises(SimulationError, match=words):
        simulate.ablation.run(simulate.check_experiment(data))


def test_an_unknown_device_or_tissue_is_refused_with_the_closest() -> None:
    with pytest.raises(CatalogueError, match="closest: emprint"):
        simulate.ablation.run(simulate.check_experiment(probed(ANTENNA | {"device": "emprnt"})))
    with pytest.raises(CatalogueError, match=r"closest: .*liver"):
        simulate.ablation.run(simulate.check_experiment(changed(tissue={"name": "livver"})))
