"""What a clinician released about medicines, read back from a released clearance.

The seal is checked: it belongs to exactly what the file says. A drug about which somebody still
has to decide is not told to the patient.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import CareError
from seldinger.report.sheet import MedicineLine, Released

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LARGEST_BYTES = 4_000_000


def read(path: Path) -> Released:
    """The release in a clearance's JSON, as ``seldinger clear --release`` writes it.

    Raises:
        CareError: no such file, not a clearance, not released, or changed since.
    """
    told = _loaded(path)
    seal = told.pop("release", None)
    if not isinstance(seal, dict):
        raise CareError(
            f"{path.name} is not released: a clinician does that with `seldinger clear CASE.toml "
            "--release NAME --role ROLE`"
        )
    said = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    if hashlib.sha256(said.encode("utf-8")).hexdigest() != seal.get("sha256"):
        raise CareError(f"{path.name} was changed since it was released: release it anew")
    try:
        lines = tuple(line for drug in told["drugs"] for line in _lines(drug))
        at = dt.datetime.fromisoformat(seal["at"])
        return Released(seal["name"], seal["role"], at.date().isoformat(), lines)
    except (KeyError, TypeError, ValueError) as wrong:
        raise CareError(f"{path.name} does not hold a clearance: {wrong!r} is missing") from wrong


def _loaded(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise CareError(f"{path.name} is too large for a clearance")
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise CareError(f"{path.name}: {wrong.strerror or 'cannot be read'}") from wrong
    except ValueError as wrong:
        raise CareError(f"{path.name} is not JSON: {wrong}") from wrong
    if not isinstance(told, dict) or "drugs" not in told:
        raise CareError(f"{path.name} is no clearance: give what `seldinger clear --out` wrote")
    return told


def _lines(drug: Mapping[str, Any]) -> tuple[MedicineLine, ...]:
    """What a patient may be told of one drug; nothing while somebody still has to decide."""
    decision = drug["decision"]
    decided = "" if decision is None else str(decision["decided"]).lower()
    if decided.startswith("continue") or drug["act"] == "continue":
        return (MedicineLine(drug["told"], None, None),)
    if drug["act"] != "withhold" or drug["last_dose"] is None or (drug["decides"] and not decided):
        return ()
    back = [_when(one["not_before"]) for one in drug["restarts"]]
    return (MedicineLine(drug["told"], _when(drug["last_dose"]), back[0] if back else None),)


def _when(told: str) -> str:
    return f"{dt.datetime.fromisoformat(told):%a %d %b, %H:%M}"
