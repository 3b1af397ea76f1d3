"""The ledger as JSON: every record of it, for an archive, another program, or a pair of eyes."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from seldinger.care.ledger_records import Implant
from seldinger.care.ledger_tables import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.care.ledger_records import CaseRecord, Incident

HEAD = "seldinger_ledger"
"""The first key of the file; its value is the schema's version."""

_LAST = ("owner", "due", "resolved", "how")


def to_plain(value: object) -> Any:
    """A record as JSON takes it; instants and days as ISO 8601, an implant with its last word."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value)]
        names += _LAST if isinstance(value, Implant) else ()
        return {name: to_plain(getattr(value, name)) for name in names}
    if isinstance(value, (tuple, list)):
        return [to_plain(one) for one in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return value


def to_json(cases: Sequence[CaseRecord], incidents: Sequence[Incident]) -> str:
    """The whole ledger.

    Args:
        cases: all of them.
        incidents: those that belong to no case.

    Returns:
        JSON that ends with a newline.
    """
    whole = {HEAD: SCHEMA_VERSION, "cases": to_plain(cases), "incidents": to_plain(incidents)}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
