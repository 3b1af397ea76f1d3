"""Every option reaches the room it is meant for, and a plan can be spelled as a command."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from seldinger import anatomy, catalogue, image, plan, workflow
from seldinger.anatomy import ASSUMPTIONS, targets
from seldinger.cli.app import app
from seldinger.core.errors import CaseError, PlanError
from seldinger.evidence import records
from seldinger.plan import case as cases

OURS = ASSUMPTIONS[0]


@dataclass
class Rooms:
    """Rooms that only note how they were called."""

    calls: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=dict)

    def door(self, name: str, answer: object) -> Any:
        def called(*given: object, **named: object) -> object:
            self.calls[name] = (given, named)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return called


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Rooms:
    """Rooms that only note their calls, in a folder where the files that are named lie."""
    made = Rooms()
    monkeypatch.chdir(tmp_path)
    for name in ("a.nii.gz", "b"):
        Path(name).write_bytes(b"no image: nobody opens it")
    key = '{"1": "livertumor01", "2": "spleen", "3": "liver", "4": "Foie"}'
    Path("c.json").write_text(key, encoding="utf-8")
    monkeypatch.setattr(image, "load", made.door("load", "the study"))
    monkeypatch.setattr(anatomy, "build", made.door("build", "the anatomy"))
    monkeypatch.setattr(targets, "find", made.door("find", "the target"))
    monkeypatch.setattr(targets, "from_sphere", made.door("from_sphere", "the sphere"))
    monkeypatch.setattr(plan, "propose", made.door("propose", PlanError("far enough")))
    return made


def run(words: str) -> None:
    result = CliRunner().invoke(app, words.split())
    assert "far enough" in result.stderr


def test_every_option_arrives(rooms: Rooms) -> None:
    run(
        "plan biopsy --ct a.nii.gz --labels b --label-key c.json --series 1.2"
        " --scanned-position prone --modality CT --vocabulary ircadb --target livertumor01"
        " --organ liver --entry-lps -1,2.5,3 --relax unidentified --relax spleen"
        f" --answer hydatid=no --assume {OURS.name}={OURS.low} --assume hub_standoff_mm=5"
        " --guidance ct --technique ct-angled --lateral-error-mm 2 --device core-18g-150-t20"
        " --paths 3 --seed 7 --voxel-mm 2 --json"
    )
    assert rooms.calls["load"] == (
        (Path("a.nii.gz"),),
        {
            "labels": Path("b"),
            "label_key": Path("c.json"),
            "series": "1.2",
            "position": "prone",
            "modality": "CT",
            "others": (),
        },
    )
    (study,), built = rooms.calls["build"]
    assert study == "the study"
    assert built["vocabulary"] == "ircadb"
    assert built["settings"] == anatomy.Settings(voxel_mm=2.0, assume={OURS.name: OURS.low})
    assert rooms.calls["find"] == (("the anatomy", "livertumor01"), {"organ": "liver"})
    given, named = rooms.calls["propose"]
    assert given == ("biopsy", "the anatomy", "the target")
    assert named["patient"] is None
    assert named["settings"] == plan.Settings(
        seed=7,
        assume={"hub_standoff_mm": 5.0},
        answers={"hydatid": "no"},
        device="core-18g-150-t20",
        options=(
            plan.PercutaneousOptions(
                relax=("unidentified", "spleen"),
                entry_lps_mm=(-1.0, 2.5, 3.0),
                guidance="ct",
                technique="ct-angled",
                lateral_error_mm=2.0,
                paths=3,
            ),
        ),
    )


def test_an_applicator_fixed_by_hand_arrives_and_is_spelled(rooms: Rooms) -> None:
    probe = "1 tip=1,2,3 entry=4,5.5,6 power=75 minutes=7.5"
    words = ["plan", "ablation", "--ct", "a.nii.gz", "--target-lps", "1,2,3", "--diameter-mm", "9"]
    result = CliRunner().invoke(app, [*words, "--probe", probe, "--probe", "2 minutes=5", "--json"])
    assert "far enough" in result.stderr
    edits = (
        plan.ProbeEdit(1, (1.0, 2.0, 3.0), (4.0, 5.5, 6.0), 75.0, 7.5),
        plan.ProbeEdit(2, minutes=5.0),
    )
    options = plan.AblationOptions(probe=edits)
    assert rooms.calls["propose"][1]["settings"].options == (options,)
    table = {"number": 1, "tip_lps_mm": [1, 2, 3], "entry_lps_mm": [4, 5.5, 6], "power_w": 75}
    case = cases.check_case(
        {
            "procedure": "ablation", "study": {"ct": "ct.nii.gz"}, "target": {"name": "t"},
            "ablation": {"probe": [table | {"minutes": 7.5}, {"number": 2, "minutes": 5}]},
        },
        "test",
    )  # fmt: skip
    assert case.options == (options,)
    assert workflow.spell_name(case).endswith(f"--probe '{probe}' --probe '2 minutes=5'")


def test_without_options_the_rooms_choose(rooms: Rooms) -> None:
    run("plan drainage --ct a.nii.gz --target-lps -4,5,6 --diameter-mm 20 --json")
    assert rooms.calls["build"][1]["settings"] == anatomy.Settings()
    assert rooms.calls["propose"][1]["settings"] == plan.Settings()
    given, named = rooms.calls["from_sphere"]
    assert given == ("the anatomy", (-4.0, 5.0, 6.0), 20.0, "target")
    assert named == {"organ": None}


def test_ones_own_vocabulary_is_read(rooms: Rooms, tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text('Foie = "liver"\n', encoding="utf-8")
    labelled = "--labels b --label-key c.json"
    run(f"plan biopsy --ct a.nii.gz {labelled} --vocabulary {own} --target Foie --json")
    recognised = catalogue.recognise(["Foie"], rooms.calls["build"][1]["vocabulary"])
    assert recognised.terms == {"Foie": "liver"}


def test_a_case_is_spelled_as_a_command_without_this_machines_paths() -> None:
    case = cases.check_case(
        {
            "procedure": "biopsy",
            "study": {"ct": "/some/where/ct.nii.gz", "vocabulary": "/some/where/ours.toml"},
            "target": {"centre_lps_mm": [1, -2.5, 3], "diameter_mm": 12},
            "plan": {"seed": 0},
            "percutaneous": {"relax": ["spleen", "left lung"], "paths": 6},
            "assume": {"hub_standoff_mm": 5},
            "answers": {"hydatid": "no"},
        },
        "test",
    )
    assert workflow.spell_name(case) == (
        "seldinger plan biopsy --ct ct.nii.gz --vocabulary ours.toml --target-lps 1,-2.5,3"
        " --diameter-mm 12.0 --assume hub_standoff_mm=5.0 --answer hydatid=no"
        " --relax spleen --relax 'left lung'"
    )


def test_a_patient_arrives_as_the_file_stands_at_the_time_asked(rooms: Rooms) -> None:
    who = resources.files("seldinger.demo") / "patient.toml"
    Path("patient.toml").write_text(who.read_text(encoding="utf-8"))
    at = "2026-12-04T08:00:00+00:00"
    asked = "plan biopsy --ct a.nii.gz --target-lps 1,2,3 --diameter-mm 9 --json"
    run(f"{asked} --patient patient.toml --now {at}")
    visit = rooms.calls["propose"][1]["patient"]
    assert visit.patient.takes("apixaban") is True
    assert visit.now.isoformat() == at
    assert [one.name for one in visit.inputs] == ["patient.toml"]


def test_a_patient_comes_with_the_case(tmp_path: Path) -> None:
    who = resources.files("seldinger.demo") / "patient.toml"
    (tmp_path / "patient.toml").write_text(who.read_text(encoding="utf-8"))
    asked = cases.check_case(
        {
            "procedure": "biopsy", "study": {"ct": "ct.nii.gz"}, "target": {"name": "t"},
            "visit": {"patient": "patient.toml", "now": "2026-12-04T08:00:00+00:00"},
        },
        "case.toml",
    )  # fmt: skip
    case = records.beside(asked, tmp_path)
    assert case.visit.patient == tmp_path / "patient.toml"
    assert workflow.spell_name(case).endswith(
        "--patient patient.toml --now 2026-12-04T08:00:00+00:00"
    )
    with pytest.raises(CaseError, match="needs its offset"):
        cases.check_case(
            {
                "procedure": "biopsy", "study": {"ct": "ct.nii.gz"}, "target": {"name": "t"},
                "visit": {"patient": "patient.toml", "now": "2026-12-04T08:00:00"},
            },
            "case.toml",
        )  # fmt: skip
