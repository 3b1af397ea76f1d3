"""Visit: the built-in patient comes for a procedure, with labs, drugs and decisions."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from importlib import resources

from seldinger import care
from seldinger.care.clearance import Request
from seldinger.care.patient import Sex

FILE = "patient.toml"
_SPINE_FILE = "spine_patient.toml"
JUDGED_AT = dt.datetime(2026, 12, 4, 8, 0, tzinfo=dt.UTC)
"""When clearance is judged: three days before, so that the holds can still be kept."""

OF_A_WOMAN = frozenset({"fibroid-embolization"})
_HER_AGE_YEARS = 44.0
OF_THIN_BONE = frozenset({"vertebroplasty", "kyphoplasty"})
"""The built-in spine patient comes for these: an old woman who takes no anticoagulant."""


def visit(
    procedure: str = "biopsy",
    organ: str | None = "liver",
    depth: str = "deep",
    antibiotics: str | None = None,
) -> care.Visit:
    """The built-in patient's visit, a woman's where only a woman can have it; always the same.

    The built-in spine patient's, with what was decided about her, for bone cement in the spine.

    Args:
        procedure: for which it is made.
        organ: in which; None: not told.
        depth: of what is reached, "deep" or "superficial": the bleeding class turns on it.
        antibiotics: what the invented operator decided about them for this procedure; with it the
            others decided as they did about the biopsy.

    Returns:
        For the biopsy of the liver with all that was decided about it; for anything else without
        decisions unless ``antibiotics`` is told, because nobody took them, and without a way in.
    """
    of_thin_bone = procedure in OF_THIN_BONE
    page = resources.files("seldinger.demo") / (_SPINE_FILE if of_thin_bone else FILE)
    with resources.as_file(page) as path:
        loaded = care.load(path, JUDGED_AT)
    wanted = loaded.request or Request(procedure)
    if of_thin_bone:
        # Bone cement is one plan, with or without a balloon before it.
        wanted = replace(wanted, procedure=procedure)
    same = (procedure, organ) == (wanted.procedure, wanted.organ)
    decisions = wanted.decisions if same or antibiotics is not None else ()
    if antibiotics is not None:
        decisions = tuple(
            replace(one, decided=antibiotics) if one.about == "antibiotics" else one
            for one in decisions
        )
    request = replace(
        wanted, procedure=procedure, organ=organ, depth=depth, decisions=decisions,
        access=wanted.access if same else None,
    )  # fmt: skip
    if procedure in OF_A_WOMAN:
        woman = replace(
            loaded.patient, sex=Sex.FEMALE, age_years=_HER_AGE_YEARS, pregnant=False
        )  # fmt: skip
        loaded = replace(loaded, patient=woman)
    return replace(loaded, request=request, inputs=())
