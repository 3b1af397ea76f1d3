"""Visit: a patient who comes for something, as they stand at one time, and the file of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.core.errors import CareError
from seldinger.core.formatting import short_repr
from seldinger.evidence import records

if TYPE_CHECKING:
    from seldinger.care.clearance.model import Request
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Patient
    from seldinger.core.record import InputFile


@dataclass(frozen=True, slots=True, eq=False)
class Visit:
    """A patient who comes for something, besides the images.

    Attributes:
        patient: labs, drugs, what else counts.
        now: when all of it is judged; aware.
        request: what they come for, with what was decided about it; a plan puts in organ, technique
            and access where they are not told. None: for what is planned, and nobody has decided
            anything about it.
        profile: by which clearance is judged; None: the shipped one.
        inputs: the file that it was read from.
    """

    patient: Patient
    now: dt.datetime
    request: Request | None = None
    profile: Profile | None = None
    inputs: tuple[InputFile, ...] = ()

    __repr__ = short_repr


def load(path: str | Path, now: dt.datetime | None = None) -> Visit:
    """The patient in a TOML file: a patient.toml, or a case of `seldinger clear`.

    Args:
        path: of the file; a department's profile that it names lies beside it.
        now: when it is judged, aware; this instant by default: give it to get the same plan again.

    Raises:
        CareError: there is no such file, it is not TOML, or it does not fit the schema.
    """
    from seldinger import image
    from seldinger.care.clearance import case_file, profile_file
    from seldinger.care.files import PatientFile

    file = Path(path)
    if now is not None and now.utcoffset() is None:
        raise CareError(f"now is {now.isoformat()}: give it with its offset")
    at = now or dt.datetime.now(dt.UTC).replace(microsecond=0)
    told = records.tables(file, CareError)
    inputs = (image.identify_input("patient", file),)
    if "procedure" not in told:
        who = records.checked(PatientFile, told, file.name, CareError).to_patient(at)
        return Visit(who, at, inputs=inputs)
    case, beside = case_file.load(file, at)
    profile = None if beside is None else profile_file.load(beside)
    return Visit(case.patient, at, case.request, profile, inputs)
