"""Form: commented files to fill in, a case or a department's profile; both load as they are.

What they say is data (``data/forms``); here stands only what depends on the procedure or the rules.
"""

from __future__ import annotations

from importlib import resources
from string import Template

from seldinger.care import procedures
from seldinger.care.clearance import alarms, inputs, profile, rules, thrombosis

_ABLATED = "ablation"
_ORGANED = ("ablation", "biopsy", "embolization")


def case_form(procedure: str, organ: str | None) -> str:
    """A case to fill in: every key, what it means, what may stand there.

    Args:
        procedure: key or alias of a procedure that may be cleared.
        organ: where, if it is told.

    Raises:
        CareError: no procedure that may be cleared is called so.
    """
    kind = rules.tables().procedures[procedures.clearance_key(procedure, organ)]
    organs = '# organ = "liver"                 # left kidney, lung, spleen, lymph node, ...'
    asked = {
        "organ": (organs, kind.key in _ORGANED),
        "depth": (
            '# depth = "deep"                  # or superficial: of a collection or a node',
            kind.key in {"drainage", "biopsy"},
        ),
        "complex": (
            "# complex = false                 # is the removal complex",
            kind.key == "filter-retrieval",
        ),
        "technique": (
            '# technique = "microwave"         # radiofrequency, microwave, cold',
            kind.key == _ABLATED,
        ),
        "sheath": ("# sheath_french = 5", kind.vessel != "none"),
        "emboli": (
            "# renal_emboli = false            # may a catheter send emboli to the kidneys",
            kind.vessel == "artery",
        ),
    }
    lines = {key: f"\n{line}" if needed else "" for key, (line, needed) in asked.items()}
    if organ is not None:
        lines["organ"] = f'\norgan = "{organ}"'
    return Template(_form("case.txt")).substitute(lines, name=kind.name, key=kind.key)


def profile_form() -> str:
    """A department's profile to fill in: everything that sources leave open, with its id."""
    known = rules.tables()
    edges = [one for alarm in alarms.alarms().values() for one in alarm.edges.values()]
    assumed = (*edges, *inputs.FERTILE, inputs.INR_ON_VKA, thrombosis.FRESH)
    lines = {
        "classes": [f'{key} = "high"  # {kind.name}' for key, kind in known.procedures.items()],
        "edges": [
            f'"{one.id}" = {one.strict:g}  # {one.strict:g} to {one.lax:g}'
            for one in known.thresholds
            if one.strict is not None and one.lax is not None and one.strict != one.lax
        ],
        "holds": [
            f'"{rule.id}" = {rule.spans[0].high:g}  # {rule.spans[0].words}'
            for rule in known.holds
            if len(rule.spans) == 1 and rule.spans[0].low != rule.spans[0].high
        ],
        "settled": [
            f'"{one.id}" = ""  # {one.asks}'
            for one in known.questions
            if one.decides or any(rule.status != "met" for rule in one.rules)
        ],
        "assumptions": [
            f'"{one.name}" = {one.value:g}  # {one.low:g} to {one.high:g} {one.unit}'
            for one in assumed
        ],
    }
    return Template(_form("profile.txt")).substitute(
        {key: "\n".join(f"# {line}" for line in some) for key, some in lines.items()},
        base=profile.DEFAULT,
        validity=f"{profile.LAB_VALIDITY.value:g}",
    )


def _form(name: str) -> str:
    """A form as it ships: ``$key`` stands for what fills it."""
    page = resources.files("seldinger.care") / "data" / "forms" / name
    return page.read_text(encoding="utf-8")
