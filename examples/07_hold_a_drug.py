"""When the last dose before a liver biopsy may be taken, by a file that a nurse can write."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from zoneinfo import ZoneInfo

from seldinger.care.clearance import assess, case_file, profile_file

HERE = Path(__file__).parent
NOW = dt.datetime(2026, 11, 25, 14, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def last_dose() -> dict[str, str | float | None]:
    """The last permitted dose of apixaban, and the hours from it to the biopsy."""
    case, profile = case_file.load(HERE / "clear" / "01_liver_biopsy.toml", NOW)
    local = None if profile is None else profile_file.load(profile)
    (apixaban,) = assess(case, NOW, local).drugs
    return {"drug": apixaban.drug, "last_dose": str(apixaban.last_dose), "hours": apixaban.hours}


if __name__ == "__main__":
    print(json.dumps(last_dose()))
