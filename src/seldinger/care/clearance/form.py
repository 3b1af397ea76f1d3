"""Form: commented files to fill in, a case or a department's profile; both load as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care import procedures
from seldinger.care.clearance import alarms, inputs, profile, rules, thrombosis

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABS = (
    ("inr", "{INR}"), ("platelets", "10*9/L"), ("haemoglobin", "g/dL"), ("creatinine", "mg/dL"),
)  # fmt: skip
_ABLATED = "ablation"
_ORGANED = ("ablation", "biopsy")


def case_form(procedure: str, organ: str | None) -> str:
    """A case to fill in: every key, what it means, what may stand there.

    Args:
        procedure: key or alias of a procedure that may be cleared.
        organ: where, if it is told.

    Raises:
        CareError: no procedure that may be cleared is called so.
    """
    kind = rules.tables().procedures[procedures.clearance_key(procedure)]
    return "\n".join(_case(kind, organ)) + "\n"


def _case(kind: rules.ProcedureKind, organ: str | None) -> Iterator[str]:
    yield f"# {kind.name}. Take away the # before a line and fill it in; what stays away is"
    yield "# unknown, and unknown never clears. No names, no numbers of patients."
    yield "# Times are local, by time_zone; or write their offset: 2026-12-03T10:00:00+01:00."
    yield ""
    yield "[procedure]"
    yield f'name = "{kind.key}"'
    if organ is not None:
        yield f'organ = "{organ}"'
    elif kind.key in _ORGANED:
        yield '# organ = "liver"                 # left kidney, lung, spleen, lymph node, ...'
    if kind.key in {"drainage", "biopsy"}:
        yield '# depth = "deep"                  # or superficial: of a collection or a node'
    if kind.key == "filter-retrieval":
        yield "# complex = false                 # is the removal complex"
    if kind.key == _ABLATED:
        yield '# technique = "microwave"         # radiofrequency, microwave, cold'
    yield '# access = "percutaneous"         # femoral-artery, radial, femoral-vein, jugular, ...'
    if kind.vessel != "none":
        yield "# sheath_french = 5"
    yield '# urgency = "elective"            # urgent, emergency'
    yield "# start = 2026-12-03T10:00:00"
    yield "# duration_min = 45"
    yield '# contrast = "none"               # intravenous, intra-arterial: iodinated contrast'
    if kind.vessel == "artery":
        yield "# renal_emboli = false            # may a catheter send emboli to the kidneys"
    yield '# sedation = "moderate"           # none, minimal, moderate, deep, general'
    yield '# local_anaesthetic = "lidocaine" # or none'
    yield '# case_number = "2026-0417"       # as the department counts; never a name'
    yield '# profile = "local.toml"          # of the department, beside this file'
    yield ""
    yield from _patient()


def _patient() -> Iterator[str]:
    yield "[patient]"
    yield "# age_years = 66"
    yield '# sex = "female"                  # male: as formulas know it'
    yield "# weight_kg = 70"
    yield "# height_cm = 168"
    yield "# asa_class = 2                   # as a clinician says"
    yield '# pregnant = "no"                 # yes, unknown'
    yield "# dialysis = false"
    yield "# acute_kidney_injury = false"
    yield '# time_zone = "Europe/Berlin"'
    yield "drugs_complete = false            # true: [[drug]] names all of them"
    yield "allergies_complete = false        # true: [[allergy]] names all of them"
    yield "conditions_complete = false       # true: [[condition]] names all of them"
    yield ""
    for name, unit in _LABS:
        yield "# [[lab]]"
        yield f'# name = "{name}"'
        yield "# value = 1.0"
        yield f'# unit = "{unit}"'
        yield "# taken = 2026-12-01T08:00:00"
        yield ""
    yield "# [[drug]]"
    yield '# name = "Eliquis"                # generic or brand'
    yield "# dose_mg = 5"
    yield '# times = ["08:00", "20:00"]'
    yield '# reason = "atrial-fibrillation"  # a condition, or words'
    yield '# intent = "therapeutic"          # or prophylactic; of heparins'
    yield '# route = "sc"                    # oral, sc, iv, other'
    yield "# last = 2026-12-01T08:00:00"
    yield ""
    yield "# [[allergy]]"
    yield '# to = "penicillin"               # substance, class or brand'
    yield '# reaction = "severe"             # mild, moderate, severe'
    yield ""
    yield "# [[condition]]"
    yield '# name = "coronary-stent"         # or "other", with a detail that says what'
    yield "# since = 2025-11-05"
    yield '# detail = "drug-eluting"'
    yield ""
    yield "# [intake]                        # the last of each"
    yield "# clear_fluids = 2026-12-03T07:30:00"
    yield ""
    yield "# [[decision]]                    # decided by a person: a drug, or a finding's id"
    yield '# about = "apixaban"'
    yield '# decided = "hold"                # of a drug hold or continue'
    yield '# name = "B. Vale"'
    yield '# role = "cardiologist"'
    yield "# at = 2026-11-25T12:00:00"


def profile_form() -> str:
    """A department's profile to fill in: everything that sources leave open, with its id."""
    return "\n".join(_profile()) + "\n"


def _profile() -> Iterator[str]:
    known = rules.tables()
    yield "# What your department settles where sources are ambiguous, give a range or are silent."
    yield "# Take away the # before a line, fill it in, and have it signed: without a signature it"
    yield "# settles nothing. Outside the ranges that stand here a value is refused."
    yield 'name = "our-hospital"'
    yield 'title = "Interventional radiology"'
    yield f'# base = "{profile.DEFAULT}"'
    yield ""
    yield "# [signed]"
    yield '# name = "Head of department"'
    yield '# role = "head of interventional radiology"'
    yield "# at = 2026-10-01T09:00:00+02:00"
    yield ""
    yield "# [class]                         # where the source has both classes, or none"
    for key, kind in known.procedures.items():
        yield f'# {key} = "high"  # {kind.name}'
    yield ""
    yield "# [edges]                         # within the range that the source gives"
    for one in known.thresholds:
        if one.strict is not None and one.lax is not None and one.strict != one.lax:
            yield f'# "{one.id}" = {one.strict:g}  # {one.strict:g} to {one.lax:g}'
    yield ""
    yield "# [holds]"
    for rule in known.holds:
        if len(rule.spans) == 1 and rule.spans[0].low != rule.spans[0].high:
            yield f'# "{rule.id}" = {rule.spans[0].high:g}  # {rule.spans[0].words}'
    yield ""
    yield "# [validity_d]                    # for how many days a lab counts"
    yield f"# any = {profile.LAB_VALIDITY.value:g}"
    yield ""
    yield "# [settled]                       # in words: what is done where no source decides"
    for question in known.questions:
        if question.decides or any(rule.status != "met" for rule in question.rules):
            yield f'# "{question.id}" = ""  # {question.asks}'
    yield ""
    yield "# [local_anaesthetic.lidocaine]   # the department's maximum"
    yield "# mg_per_kg = 3"
    yield '# source = "our pharmacy"'
    yield ""
    yield "# [assumptions]                   # values without a source, within their range"
    edges = [one for alarm in alarms.alarms().values() for one in alarm.edges.values()]
    for assumed in (*edges, *inputs.FERTILE, inputs.INR_ON_VKA, thrombosis.FRESH):
        yield (
            f'# "{assumed.name}" = {assumed.value:g}  # {assumed.low:g} to {assumed.high:g} '
            f"{assumed.unit}"
        )
