"""A finding of care: a rule, whether it holds, and everything a reader needs to distrust it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seldinger.core.verdict import Met, Severity  # noqa: TC001  the same
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP

SECONDARY = SECONDARY_STAMP
MEMORY = MEMORY_STAMP
"""The stamps of evidence, under the names that this room uses."""


@dataclass(frozen=True, slots=True)
class CareFinding:
    """What one rule says of one patient.

    Attributes:
        rule: id of the rule, e.g. "sir2019.high.apixaban.crcl_50".
        topic: heading under which it is shown: "bleeding", "drugs", "contrast", "fasting", ...
        status: met: nothing stands against; not met; unknown: an input is missing or the source is
            silent. Unknown never clears.
        severity: what it asks of the reader while it is not met.
        text: one or two short sentences.
        inputs: what it was judged on, name -> as told.
        missing: what would have to be known.
        facts: ids of evidence.
        stamp: ``SECONDARY``, ``MEMORY`` or empty.
        profile: the profile that the rule belongs to.
        decides: who decides while it is open; empty: nobody but the rule.
        considers: what was told and is looked at here: "condition.sepsis", "lab.potassium",
            "drug.apixaban", "allergy.latex", "intake.light_meal".
        settled_by: what the person's decision that settles it is about; empty: none does.
    """

    rule: str
    topic: str
    status: Met
    severity: Severity
    text: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    stamp: str = ""
    profile: str = ""
    decides: str = ""
    considers: tuple[str, ...] = ()
    settled_by: str = ""
