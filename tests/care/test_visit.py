"""One door for the patient besides the images: a patient.toml, or a case with what was decided."""

from __future__ import annotations

import datetime as dt
import hashlib
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from seldinger import care
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from pathlib import Path

NOW = dt.datetime(2026, 12, 4, 8, tzinfo=dt.UTC)
DEMO = (resources.files("seldinger.demo") / "patient.toml").read_text(encoding="utf-8")
PATIENT = "[patient]\nbirth_date = 1960-12-05\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "patient.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_patient_alone_comes_for_whatever_is_planned(tmp_path: Path) -> None:
    path = written(tmp_path, PATIENT)
    found = care.load(str(path), NOW)
    assert (found.request, found.profile, found.now) == (None, None, NOW)
    assert found.patient.age_years == 65.0
    digest = hashlib.sha256(PATIENT.encode()).hexdigest()
    assert [(i.role, i.name, i.sha256) for i in found.inputs] == [
        ("patient", "patient.toml", digest)
    ]


def test_a_case_brings_what_was_decided(tmp_path: Path) -> None:
    found = care.load(written(tmp_path, DEMO), NOW)
    assert found.request is not None
    assert found.request.procedure == "biopsy"
    assert len(found.request.decisions) == 3


def test_without_a_time_it_is_judged_now(tmp_path: Path) -> None:
    before = dt.datetime.now(dt.UTC).replace(microsecond=0)
    found = care.load(written(tmp_path, PATIENT))
    assert before <= found.now <= dt.datetime.now(dt.UTC)


def test_a_time_without_its_offset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CareError, match="with its offset"):
        care.load(written(tmp_path, PATIENT), NOW.replace(tzinfo=None))


@pytest.mark.parametrize("text", ["[[decision]]\nabout = 'x'\n", "[procedur]\nname = 'biopsy'\n"])
def test_a_slip_in_what_is_asked_is_no_patient_without_a_request(tmp_path: Path, text: str) -> None:
    with pytest.raises(CareError, match="has no key"):
        care.load(written(tmp_path, text), NOW)
