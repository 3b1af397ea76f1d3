"""Files: profiles, releases, and case files that nobody meant."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.care.clearance_cases import (
    APIXABAN,
    EMBOLIZATION,
    HIGH,
    NOW,
    asked,
    cleared,
    found,
    with_lab,
)

from seldinger.care.clearance import Answer, Case, assess, case_file, release, verify
from seldinger.care.clearance import file as clearance_file
from seldinger.care.clearance import profile_file as profiles
from seldinger.care.clearance import text as clearance_text
from seldinger.core.errors import CareError
from seldinger.core.verdict import Status

if TYPE_CHECKING:
    from pathlib import Path

    from seldinger.care.clearance.profile import Profile


# --- profiles and release -------------------------------------------------------------------------

LOCAL = """
name = "here"
title = "Our own"
base = "us-sir2019"
[signed]
name = "C. Reed"
role = "head"
at = 2026-10-01T09:00:00+02:00
[class]
chemoembolization = "low"
[edges]
"sir2019.high.inr" = 1.6
[validity_d]
any = 14
platelets = 60
"""


def local(tmp_path: Path, text: str = LOCAL) -> Profile:
    path = tmp_path / "local.toml"
    path.write_text(text, encoding="utf-8")
    return profiles.load(path)


def test_a_local_profile_settles_what_is_open_and_is_recorded(tmp_path: Path) -> None:
    here = local(tmp_path)
    made = assess(asked(EMBOLIZATION, decisions=()), NOW, here)
    assert (made.bleeding.value, made.bleeding.chosen_by[:12]) == ("low", "low: profile")
    assert len(made.profile.sha256) == 64
    assert "C. Reed, head" in made.profile.text
    for inr, status in ((1.6, Status.MET), (1.61, Status.NOT_MET)):
        case = with_lab(HIGH, "inr", inr, "{INR}")
        assert found(assess(case, NOW, here), "sir2019.high.inr").status is status
    assert {"lab_validity_d", "lab_validity_d.platelets"} <= {a.name for a in made.assumptions}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("= 1.6", "= 1.9", "allowed are 1.5 to 1.8"),
        ('"sir2019.high.inr"', '"sir2019.high.platelets"', "names"),
        ("chemoembolization", "haircut", "haircut"),
        ('base = "us-sir2019"', "", "base"),
        ("+02:00", "", "zone"),
        ('title = "Our own"', "title = 3", "title"),
        ("any = 14", "any = -7", "greater than 0"),
        ('name = "here"', "name =", "TOML"),
    ],
)
def test_a_profile_that_goes_too_far_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(CareError, match=said):
        local(tmp_path, LOCAL.replace(old, new, 1))
    with pytest.raises(CareError, match="path of a TOML file"):
        profiles.load(tmp_path / "none.toml")


def test_a_release_is_of_exactly_one_clearance() -> None:
    made = cleared(APIXABAN)
    sealed = release(made, "B. Vale", "radiologist", NOW)
    assert len(sealed.sha256) == 64
    verify(sealed, made)
    verify(sealed, cleared(APIXABAN))
    with pytest.raises(CareError, match="another clearance"):
        verify(sealed, cleared(with_lab(APIXABAN, "inr", 1.2, "{INR}")))
    for name, role, at in (
        ("", "radiologist", NOW),
        ("B. Vale", " ", NOW),
        ("B. Vale", "radiologist", NOW - dt.timedelta(seconds=1)),
        ("B. Vale", "radiologist", NOW.replace(tzinfo=None)),
    ):
        with pytest.raises(CareError):
            release(made, name, role, at)


# --- files that nobody meant ----------------------------------------------------------------------

ATOMS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 200), st.floats(), st.text(max_size=8),
    st.sampled_from(["biopsy", "liver", "femoral", "radial", "elective", "unknown", "Eliquis",
                     "inr", "{INR}", "Europe/Berlin", "2026-12-03T10:00:00", "08:00", "yes"]),
    st.datetimes(), st.lists(st.sampled_from(["08:00", "20:00", "x"]), max_size=3),
)  # fmt: skip
FIELDS = st.sampled_from(
    ["name", "organ", "access", "start", "urgency", "sheath_french", "age_years", "sex", "value",
     "unit", "taken", "times", "since", "time_zone", "weight_kg", "about", "decided", "role", "at"]
)  # fmt: skip
TABLE = st.dictionaries(FIELDS, ATOMS, max_size=5)
FILES = st.fixed_dictionaries(
    {"procedure": st.one_of(TABLE, st.just({"name": "biopsy", "organ": "liver"}))},
    optional={
        "patient": TABLE,
        "lab": st.lists(TABLE, max_size=2),
        "drug": st.lists(TABLE, max_size=2),
        "decision": st.lists(TABLE, max_size=1),
        "nonsense": ATOMS,
    },
)


@settings(max_examples=120, deadline=None)
@given(FILES)
def test_any_file_gives_an_answer_or_one_error(data: dict[str, Any]) -> None:
    try:
        made = assess(case_file.check(data, "case.toml").to_case(NOW), NOW)
    except CareError:
        return
    assert made.answer is not Answer.CLEAR
    clearance_file.to_json(made)
    assert clearance_text.format_lines(made)


WHOLE = """
[procedure]
name = "biopsy"
organ = "liver"
access = "percutaneous"
urgency = "elective"
start = 2026-12-03T10:00:00
contrast = "none"
sedation = "none"
local_anaesthetic = "none"
[patient]
age_years = 66
sex = "male"
weight_kg = 80
dialysis = false
acute_kidney_injury = false
time_zone = "Europe/Berlin"
drugs_complete = true
conditions_complete = true
[[lab]]
name = "inr"
value = 1.1
unit = "{INR}"
taken = 2026-11-25T08:00:00
"""


@settings(max_examples=80, deadline=None)
@given(
    section=st.sampled_from(["procedure", "patient"]),
    key=st.sampled_from(["name", "organ", "start", "age_years", "sex", "weight_kg", "time_zone",
                         "access", "sedation", "drugs_complete"]),
    value=ATOMS,
)  # fmt: skip
def test_a_good_file_with_one_bad_key_gives_an_answer_or_one_error(
    section: str, key: str, value: Any
) -> None:
    data = tomllib.loads(WHOLE)
    data[section][key] = value
    try:
        made = assess(case_file.check(data, "case.toml").to_case(NOW), NOW)
    except CareError:
        return
    assert made.answer is not Answer.CLEAR


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"biopsy"', '"haircut"', "no procedure that may be cleared"),
        ('"percutaneous"', '"femoral"', "femoral-artery or femoral-vein"),
        ("10:00:00", "10:00:00\nsurprise = 1", "surprise"),
        ('time_zone = "Europe/Berlin"', "", "zone"),
    ],
)
def test_a_file_that_does_not_fit_is_explained(old: str, new: str, said: str) -> None:
    with pytest.raises(CareError, match=said):
        case_file.check(tomllib.loads(WHOLE.replace(old, new, 1)), "case.toml").to_case(NOW)


def test_femoral_means_what_the_procedure_has_it_mean() -> None:
    def access(name: str) -> str | None:
        text = WHOLE.replace('"biopsy"', f'"{name}"').replace('"percutaneous"', '"femoral"')
        case: Case = case_file.check(tomllib.loads(text), "case.toml").to_case(NOW)
        return case.request.access

    assert access("peripheral-stent") == "femoral-artery"
    assert access("filter-placement") == "femoral-vein"


def test_a_decision_about_nothing_is_refused() -> None:
    text = f"""{WHOLE}
[[decision]]
about = "ABOUT"
decided = "hold"
name = "B. Vale"
role = "cardiologist"
at = 2026-11-25T12:00:00
"""

    def about(told_name: str) -> str:
        case = case_file.check(tomllib.loads(text.replace("ABOUT", told_name)), "x").to_case(NOW)
        return case.request.decisions[0].about

    assert about("Eliquis") == "apixaban"
    assert about("antibiotics") == "antibiotics"
    with pytest.raises(CareError, match="apixabam"):
        about("apixabam")
    for other in ("stop", "hold for 7 days", "continue until 30 November, then stop"):
        said = text.replace("ABOUT", "Eliquis").replace('"hold"', f'"{other}"')
        with pytest.raises(CareError, match="write hold or continue and nothing else"):
            case_file.check(tomllib.loads(said), "x").to_case(NOW)
    stranger = f'{text.replace("ABOUT", "Wundermittel")}\n[[drug]]\nname = "Wundermittel"\n'
    case = case_file.check(tomllib.loads(stranger), "x").to_case(NOW)
    assert found(cleared(case), "drugs.unrecognised.wundermittel").status is Status.MET
