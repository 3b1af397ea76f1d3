"""patient.toml: what is read, what is refused, and what stays unknown."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seldinger import care
from seldinger.care import conditions, drugs, labs
from seldinger.care.files import PatientFile
from seldinger.care.patient import Lab, Patient, Sex
from seldinger.core.errors import CareError
from seldinger.evidence import records

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
BERLIN = ZoneInfo("Europe/Berlin")
WHOLE = """
[patient]
birth_date = 1958-11-26
sex = "female"
weight_kg = 70
height_cm = 165
asa_class = 2
pregnant = "no"
dialysis = false
acute_kidney_injury = false
time_zone = "Europe/Berlin"
drugs_complete = true
allergies_complete = true
conditions_complete = true
[[lab]]
name = "creatinine"
value = 88
unit = "umol/L"
taken = 2026-11-20T08:00:00
[[lab]]
name = "creatinine"
value = 1.4
unit = "mg/dL"
taken = 2026-11-24T06:30:00+00:00
[[drug]]
name = "Eliquis"
dose_mg = 5
times = ["20:00", "08:00"]
last = 2026-11-24T20:00:00
reason = "atrial fibrillation"
route = "oral"
intent = "therapeutic"
[[allergy]]
to = "latex"
reaction = "mild"
[[condition]]
name = "Coronary stent"
since = 2026-03-01
detail = "drug-eluting"
"""


def load(folder: Path, text: str, now: dt.datetime = NOW) -> Patient:
    path = folder / "patient.toml"
    path.write_text(text, encoding="utf-8")
    return care.load(path, now).patient


def refused(folder: Path, text: str, said: str) -> None:
    with pytest.raises(CareError, match=said) as caught:
        load(folder, text)
    assert str(folder) not in str(caught.value)


def test_a_whole_file(tmp_path: Path) -> None:
    read = load(tmp_path, WHOLE)
    assert (read.age_years, read.sex, read.weight_kg, read.height_cm) == (
        67.0,
        Sex.FEMALE,
        70.0,
        165.0,
    )
    assert (read.asa_class, read.pregnant, read.dialysis) == (2, False, False)
    assert read.acute_kidney_injury is False
    assert read.time_zone == BERLIN
    latest = read.lab("creatinine")
    assert latest is not None
    assert (latest.value, latest.told) == (1.4, "1.4 mg/dL")
    assert latest.taken == dt.datetime(2026, 11, 24, 7, 30, tzinfo=BERLIN)
    (drug,) = read.drugs
    assert (drug.name, drug.told, drug.dose_mg) == ("apixaban", "Eliquis", 5.0)
    assert drug.times == (dt.time(8), dt.time(20))
    assert drug.last == dt.datetime(2026, 11, 24, 19, 0, tzinfo=dt.UTC)
    assert (drug.reason, drug.route) == ("atrial-fibrillation", "oral")
    assert read.allergies[0].to == "latex"
    assert read.conditions[0].key == "coronary-stent"
    assert read.has("coronary-stent") is True
    assert read.has("pacemaker") is False
    assert read.takes("warfarin") is False


def test_an_empty_file_knows_nothing(tmp_path: Path) -> None:
    read = load(tmp_path, "")
    told = (read.age_years, read.sex, read.pregnant, read.dialysis, read.time_zone)
    assert told == (None,) * 5
    assert read.takes("warfarin") is None
    assert read.has("pacemaker") is None
    assert read.lab("inr") is None


def test_pregnancy_has_three_answers(tmp_path: Path) -> None:
    answers = [
        load(tmp_path, f'[patient]\npregnant = "{word}"').pregnant
        for word in ("yes", "no", "unknown")
    ]
    assert answers == [True, False, None]


@pytest.mark.parametrize(
    ("day", "years"), [("1958-11-25", 68.0), ("1958-11-26", 67.0), ("2026-11-25", 0.0)]
)
def test_an_age_is_in_completed_years(tmp_path: Path, day: str, years: float) -> None:
    assert load(tmp_path, f"[patient]\nbirth_date = {day}").age_years == years


def test_an_age_needs_now_and_a_birth_before_it(tmp_path: Path) -> None:
    with pytest.raises(CareError, match="give now, or age_years"):
        records.checked(
            PatientFile, {"patient": {"birth_date": "1958-11-25"}}, "x.toml", CareError
        ).to_patient()
    refused(tmp_path, "[patient]\nbirth_date = 2027-01-01", "is after 2026-11-25")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[patient]\nwieght_kg = 70", r"\[patient\] has no key 'wieght_kg'; did you mean 'weight"),
        ("[patients]\nsex = 'male'", r"the file has no key 'patients'; did you mean 'patient'"),
        ("[patient]\nsex = 'm'", r"\[patient\] sex is 'm'"),
        ("[patient]\nweight_kg = '70'", r"\[patient\] weight_kg is '70'"),
        ("[patient]\nweight_kg = nan", "weight_kg"),
        ("[patient]\nasa_class = 7", "asa_class is 7"),
        ("[patient]\nage_years = 130", "age_years is 130"),
        ("[patient]\npregnant = true", "pregnant is True"),
        ("[patient]\ndialysis = 'no'", "dialysis is 'no'"),
        ("[patient]\nsex = 'male'\npregnant = 'yes'", "one of them is wrong"),
        ("[patient]\nage_years = 3\nbirth_date = 2020-01-01", "give one of them"),
        ("[patient]\ntime_zone = 'Europe/Berln'", r"did you mean 'Europe/Berlin'\?"),
        ("[patient]\ntime_zone = 'Europe'", "no time zone is called 'Europe'"),
        ("[patient]\ntime_zone = '/etc/localtime'", "no time zone"),
        ("[patient]\nbirth_date = 2020-01-01T08:00:00", "is no date"),
        ("[[lab]]\nname='creatinin'\nvalue=1\nunit='mg/dL'", r"\[\[lab\]\] 1: .*'creatinine'\?"),
        ("[[lab]]\nname='creatinine'\nvalue=1", r"\[\[lab\]\] 1 unit is missing"),
        ("[[lab]]\nname='creatinine'\nvalue=88\nunit='mg/dL'", "outside 0.1 to 30 mg/dL"),
        ("[[lab]]\nname='creatinine'\nvalue=88\nunit='mmol/L'", "allowed: mg/dL, umol/L"),
        (
            "[[lab]]\nname='inr'\nvalue=1\nunit='1'\ntaken=2026-11-20T08:00:00",
            r"the time of inr, 2026-11-20T08:00:00, has no zone",
        ),
        ("[[lab]]\nname='inr'\nvalue=1\nunit='1'\ntaken=2026-11-20", "no date with a time"),
        ("[[lab]]\nname='inr'\nvalue=1\nunit='1'\ntaken=20261120", "no date with a time"),
        ("[[drug]]\nname='apixaban'\ntimes=['08:00']", r"need a zone: give \[patient\] time_zone"),
        ("[[drug]]\nname='apixaban'\nlast=2026-11-20T08:00:00", "last dose of apixaban"),
        ("[[drug]]\nname='apixaban'\ntimes=['25:00']", r"\[\[drug\]\] 1 times 1: 25:00 is no time"),
        ("[[drug]]\nname='apixaban'\ntimes=['08']", "is no time of day"),
        ("[[drug]]\nname='apixaban'\ntimes=['08:00','08:00']", "given twice"),
        ("[[drug]]\nname='apixaban'\ndose_mg=0", "dose_mg is 0"),
        ("[[drug]]\nname='apixaban'\nreason='atrial fibrilation'", "nearly 'atrial-fibrillation'"),
        ("[[condition]]\nname='coronary stnt'", "did you mean coronary-stent"),
        ("[[condition]]\nname='other'", "needs a detail"),
        ("[[condition]]\nname='pacemaker'\nsince=2026", "is no date"),
        ("[patient", "is not TOML"),
    ],
)
def test_a_refusal_says_where_and_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    refused(tmp_path, text, said)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    text = "[patient]\nwieght_kg = 70\nsex = 'm'\n[[lab]]\nname = 'inr'\nvalue = 1"
    with pytest.raises(CareError) as caught:
        load(tmp_path, text)
    assert str(caught.value).count(";") >= 2
    assert "patient.toml: " in str(caught.value)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(CareError, match="give the path of a TOML file"):
        care.load(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CareError, match="is not UTF-8"):
        care.load(tmp_path / "bytes.toml")


# --- times ----------------------------------------------------------------------------------------

LAST = '[patient]\ntime_zone = "Europe/Berlin"\n[[drug]]\nname = "apixaban"\nlast = {}'


@pytest.mark.parametrize(
    ("told", "utc"),
    [
        ("2026-10-24T20:00:00", "2026-10-24T18:00:00+00:00"),  # summer
        ("2026-10-25T20:00:00", "2026-10-25T19:00:00+00:00"),  # the clock went back
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00+00:00"),
        ('"2026-11-24 20:00"', "2026-11-24T19:00:00+00:00"),
    ],
)
def test_local_times_are_of_the_patients_zone(tmp_path: Path, told: str, utc: str) -> None:
    (drug,) = load(tmp_path, LAST.format(told)).drugs
    assert drug.last is not None
    assert drug.last.timestamp() == dt.datetime.fromisoformat(utc).timestamp()


@pytest.mark.parametrize("told", ["2026-10-25T02:30:00", "2026-03-29T02:30:00"])
def test_a_time_that_is_twice_or_never_needs_its_offset(tmp_path: Path, told: str) -> None:
    refused(tmp_path, LAST.format(told), "twice or never; write its offset")


def test_an_offset_needs_no_zone(tmp_path: Path) -> None:
    text = "[[lab]]\nname='inr'\nvalue=1.1\nunit='{INR}'\ntaken=2026-11-20T08:00:00+01:00"
    found = load(tmp_path, text).lab("inr")
    assert found is not None
    assert found.taken == dt.datetime(2026, 11, 20, 7, tzinfo=dt.UTC)


def test_how_old_a_lab_is() -> None:
    taken = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
    assert labs.age_days(Lab("inr", 1.0, "1", taken), NOW) == 1.0
    assert labs.age_days(Lab("inr", 1.0, "1", None), NOW) is None
    summer, winter = (dt.datetime(2026, 10, day, 12, tzinfo=BERLIN) for day in (24, 25))
    assert labs.age_days(Lab("inr", 1.0, "1", summer), winter) == 25 / 24
    assert labs.age_days(Lab("inr", 1.0, "1", NOW), NOW) == 0.0
    with pytest.raises(CareError, match="after now"):
        labs.age_days(Lab("inr", 1.0, "1", NOW + dt.timedelta(seconds=1)), NOW)
    with pytest.raises(CareError, match="no zone"):
        labs.age_days(Lab("inr", 1.0, "1", taken), NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        ("µmol/l", "umol/L"),
        ("μmol/L", "umol/L"),
        ("mg/dl", "mg/dL"),
        ("10^9/L", "10*9/L"),
        ("mL/min", "mL/min"),
        ("mg", "mg"),
    ],
)
def test_a_unit_may_be_spelled_as_laboratories_do(told: str, unit: str) -> None:
    assert labs.spell_unit(told) == unit


# --- drugs and conditions -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ("Eliquis", ["apixaban"]),
        ("APIXABAN", ["apixaban"]),
        ("acetylsalicylic acid", ["aspirin"]),
        ("DuoPlavin", ["clopidogrel", "aspirin"]),
        ("Janumet", ["sitagliptin", "metformin"]),
        ("sitagliptin/metformin", ["sitagliptin", "metformin"]),
        ("insulin glargine", ["insulin-glargine"]),
        ("sitagliptin/nonsense", []),
        ("nonsense", []),
        ("", []),
    ],
)
def test_names_mean_drugs(told: str, names: list[str]) -> None:
    assert [one.name for one in drugs.find(told)] == names


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("apixaban", {"anticoagulant", "doac", "factor-xa-inhibitor"}),
        ("dabigatran", {"anticoagulant", "doac", "direct-thrombin-inhibitor"}),
        ("warfarin", {"anticoagulant", "anticoagulant-vka"}),
        ("heparin", {"anticoagulant", "heparin"}),
        ("enoxaparin", {"anticoagulant", "lmwh"}),
        ("fondaparinux", {"anticoagulant"}),
        ("clopidogrel", {"antiplatelet", "p2y12"}),
        ("aspirin", {"antiplatelet"}),
        ("cilostazol", {"antiplatelet"}),
        ("ibuprofen", {"nsaid"}),
        ("metformin", {"metformin", "antidiabetic"}),
        ("semaglutide", {"glp1", "antidiabetic"}),
        ("empagliflozin", {"sglt2", "antidiabetic"}),
    ],
)
def test_what_rules_ask_about_has_its_classes(name: str, kinds: set[str]) -> None:
    assert drugs.drug(name).classes == kinds


def test_a_combination_becomes_its_parts_without_a_dose(tmp_path: Path) -> None:
    text = "[patient]\ndrugs_complete = true\n[[drug]]\nname = 'Synjardy'\ndose_mg = 1000"
    read = load(tmp_path, text)
    told = [(one.name, one.told, one.dose_mg) for one in read.drugs]
    assert told == [("empagliflozin", "Synjardy", None), ("metformin", "Synjardy", None)]
    assert drugs.takes_class(read, "metformin") is True
    assert drugs.takes_class(read, "glp1") is False


def test_an_unknown_name_is_kept_and_said_and_hides_nothing(tmp_path: Path) -> None:
    text = "[patient]\ndrugs_complete = true\n[[drug]]\nname = 'Apixabam'\ndose_mg = 5"
    read = load(tmp_path, text)
    (drug,) = read.drugs
    assert (drug.name, drug.told, drug.dose_mg) == ("apixabam", "Apixabam", 5.0)
    said = drugs.describe_unrecognised(drug)
    assert said is not None
    assert "not recognised: nothing is judged of it; did you mean apixaban" in said
    assert drugs.list_unrecognised(read) == read.drugs
    assert read.takes("apixaban") is None
    assert drugs.takes_class(read, "doac") is None


def test_a_class_that_is_not_there_is_refused() -> None:
    with pytest.raises(CareError, match="no class of drugs is called 'doacs'"):
        drugs.drugs_of_class(PatientFile().to_patient(), "doacs")


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("coronary-stent", "coronary-stent"),
        ("Coronary stent", "coronary-stent"),
        ("Deep vein thrombosis", "recent-vte"),
        ("TIA", "recent-stroke"),
        ("hepaticojejunostomy", "biliary-enteric-anastomosis"),
    ],
)
def test_names_mean_conditions(told: str, key: str) -> None:
    assert conditions.condition(told).key == key


def test_conditions_that_rules_ask_about_are_there() -> None:
    asked = {
        "coronary-stent",
        "mechanical-valve",
        "atrial-fibrillation",
        "recent-vte",
        "recent-stroke",
        "pacemaker",
        "icd",
        "liver-cirrhosis",
        "biliary-enteric-anastomosis",
        "sphincterotomy",
        "biliary-stent",
        "chronic-kidney-disease",
        "heart-failure",
        "diabetes",
        "other",
    }
    assert asked <= set(conditions.conditions())


def test_a_reason_in_other_words_is_kept() -> None:
    assert conditions.parse_reason("atrial fibrillation") == "atrial-fibrillation"
    assert conditions.parse_reason("after my hip operation") == "after my hip operation"


# --- in a larger file -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Procedure:
    """What another page may ask for beside the patient."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Larger(PatientFile):
    """A file that embeds a patient."""

    procedure: Procedure


def test_the_sections_stand_beside_others() -> None:
    data: dict[str, Any] = {
        "procedure": {"name": "biopsy"},
        "patient": {"age_years": 40},
        "lab": [{"name": "inr", "value": 1.0, "unit": "1"}],
    }
    read = records.checked(Larger, data, "case.toml", CareError)
    assert read.procedure.name == "biopsy"
    assert read.to_patient().age_years == 40.0
    with pytest.raises(CareError, match=r"case.toml: \[procedure\] has no key 'nam'; did you mean"):
        records.checked(Larger, {"procedure": {"name": "x", "nam": "y"}}, "case.toml", CareError)
    with pytest.raises(CareError, match=r"procedure.* is missing"):
        records.checked(Larger, {}, "case.toml", CareError)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.datetimes(),
    st.dates(),
    st.times(),
)
NAMES = st.sampled_from(
    sorted(
        {
            *(one.name for one in fields(PatientFile)),
            "name",
            "value",
            "unit",
            "taken",
            "times",
            "last",
            "since",
        }
        | {"reason", "time_zone", "birth_date", "sex", "pregnant", "to"}
    )
)


@given(
    st.dictionaries(
        NAMES,
        st.recursive(
            SCALARS,
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
            max_leaves=12,
        ),
        max_size=4,
    )
)
def test_no_file_ends_in_a_traceback(data: dict[str, Any]) -> None:
    with contextlib.suppress(CareError):
        read = records.checked(PatientFile, data, "patient.toml", CareError)
        assert isinstance(read.to_patient(NOW), Patient)
