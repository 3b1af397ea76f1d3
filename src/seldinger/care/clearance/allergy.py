"""Allergy: what a patient does not bear meets what the procedure brings, material by material.

Contrast has questions of its own. Everything told is printed; what is not recognised is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger.care import allergies
from seldinger.care.clearance.findings import finding, settle
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seldinger.care.allergies import Allergen, Material, RecognisedAllergy
    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Allergy
    from seldinger.core.finding import Finding

TOPIC = "allergies"
BY_QUESTION = frozenset({"contrast", "iodine"})
"""Materials that have questions of their own."""
_NONE = "none"
_ANY = "local-anaesthetic"
_REACTED = "anaesthetic.allergy.reacted"
_ON_THE_DAY = frozenset({"sedation", "premedication", "dye", "analgesia"})
"""Drugs that are given on the day: they stand where such drugs are planned."""
_FASTED = frozenset({"minimal", "moderate", "deep", "general"})


@dataclass(frozen=True, slots=True)
class _Word:
    """What is said of one allergy; attributes as in ``Finding``."""

    rule: str
    status: Status
    severity: Severity
    text: str
    decides: str = ""
    facts: tuple[str, ...] = ()


def assess_allergies(case: Case, profile: Profile, ordered: Iterable[str]) -> Iterator[Finding]:
    """What is said of every allergy that was told.

    Args:
        case: with the allergies.
        profile: by which it is judged.
        ordered: ids of the questions and rules about antibiotics that concern the case.
    """
    planned = _planned_antibiotics(case, profile, frozenset(ordered))
    for allergy in case.patient.allergies:
        recognised = allergies.recognise(allergy.to)
        if recognised.rest:
            yield _unrecognised(allergy, recognised.rest, case, profile)
        for word in _judge(allergy, recognised, case, planned):
            reacted = word.rule == _REACTED
            result = finding(
                word.rule if reacted else f"allergy.{_id(allergy)}.{word.rule}", TOPIC,
                word.status, word.severity, f"Allergy to {_words(allergy)}: {word.text}",
                profile=profile, inputs={"allergy": _words(allergy)}, facts=word.facts,
                considers=_considers(allergy), decides=word.decides,
            )  # fmt: skip
            yield settle(result, case.request, profile)


def _judge(
    allergy: Allergy, recognised: RecognisedAllergy, case: Case, planned: tuple[str, ...]
) -> Iterator[_Word]:
    if not recognised.rest and not recognised.allergens:
        yield _told("no allergy is meant.")
    for allergen in recognised.allergens:
        met = list(_met(allergy, allergen, case, planned))
        yield from met
        by_question = bool(set(allergen.meets) & BY_QUESTION)
        if not met and not by_question:
            yield _told(f"{allergen.name}: nothing that this procedure is known to bring.")
        if by_question and not met and case.request.contrast == _NONE:
            yield _told(f"{allergen.name}: no iodinated contrast is planned.")
    keys = {a.key for a in recognised.allergens}
    for drug in case.patient.drugs:
        if {a.key for a in allergies.recognise(drug.name).allergens} & keys:
            text = f"{drug.told} is taken all the same: which of the two is right is asked."
            yield _Word(
                f"taken.{drug.name}", Status.UNKNOWN, Severity.CAUTION, text, "who prescribes it"
            )


def _unrecognised(allergy: Allergy, rest: str, case: Case, profile: Profile) -> Finding:
    close = allergies.find_similar(rest)
    offered = f"; did you mean {' or '.join(close)}?" if close else ""
    stop = "" if offered else "."
    result = finding(
        f"allergy.unrecognised.{_id(allergy)}", TOPIC, Status.UNKNOWN, Severity.ACTION,
        f"Allergy to {_words(allergy)}: {rest!r} is not recognised{offered}{stop} "
        "Nothing is judged of it.",
        profile=profile, inputs={"allergy": _words(allergy)}, considers=_considers(allergy),
        decides="the operator",
    )  # fmt: skip
    result = settle(result, case.request, profile)
    if result.status is Status.MET:
        return result
    return replace(result, missing=(f"what the allergy to {allergy.to} is{offered}",))


def _met(
    allergy: Allergy, allergen: Allergen, case: Case, planned: tuple[str, ...]
) -> Iterator[_Word]:
    """Material by material; those that have questions of their own are passed over."""
    for key in allergen.meets:
        material = allergies.table().materials[key]
        if key in BY_QUESTION:
            continue
        if key == "anaesthetic":
            yield _anaesthetic(allergen, case)
        elif key == "antibiotic":
            yield _antibiotic(allergen, planned)
        elif key == "egg-soya":
            yield _egg(allergy, case)
        elif key in _ON_THE_DAY and not _given(key, case):
            yield _Word(key, Status.MET, Severity.CAUTION, f"{allergen.name}: not given.")
        elif key in _ON_THE_DAY or material.used(case.request.procedure):
            yield _brought(allergy, allergen, material)


def _brought(allergy: Allergy, allergen: Allergen, material: Material) -> _Word:
    """What is said where a procedure brings what the patient does not bear."""
    text = f"{allergen.name} may come with {material.name}. {material.asks}."
    if material.stops_after(allergy.reaction):
        status, severity = Status.NOT_MET, Severity.STOP
    else:
        status, severity = Status.UNKNOWN, Severity.ACTION
    return _Word(material.key, status, severity, text, material.decides, material.facts)


def _given(material: str, case: Case) -> bool:
    """Whether drugs of that kind are planned on the day."""
    if material == "sedation":
        return case.request.sedation in _FASTED or case.request.sedation is None
    return material == "premedication" and case.request.contrast != _NONE


def _egg(allergy: Allergy, case: Case) -> _Word:
    sedated = case.request.sedation in {"moderate", "deep", "general", None}
    text = (
        "egg or soya is not by itself a reason against propofol, whose emulsion holds both in "
        "refined form; after anaphylaxis who gives the sedation is asked. No source was read."
    )
    if not sedated:
        return _Word("egg-soya", Status.MET, Severity.INFO, text)
    status = Status.MET if allergy.reaction == "mild" else Status.UNKNOWN
    return _Word("egg-soya", status, Severity.CAUTION, text, "who gives the sedation")


def _anaesthetic(allergen: Allergen, case: Case) -> _Word:
    planned, who = case.request.local_anaesthetic, "the operator with allergology"
    rule = "anaesthetic.allergy"
    if planned == _NONE:
        return _Word(rule, Status.MET, Severity.INFO, "no local anaesthetic is planned.")
    if planned is None:
        text = f"{allergen.name}: which local anaesthetic is planned is not told."
        return _Word(rule, Status.UNKNOWN, Severity.ACTION, text, who)
    given = allergies.recognise(planned).allergens
    if any(g.key == allergen.key for g in given):
        text = "the local anaesthetic is among the patient's allergies."
        return _Word(_REACTED, Status.NOT_MET, Severity.STOP, text, who)
    if not given or allergen.key in {_ANY, "anaesthetic-additive"}:
        text = (
            f"{allergen.name}, and {planned} is planned: whether it was that one, or an additive, "
            "is found out before."
        )
        return _Word(rule, Status.UNKNOWN, Severity.ACTION, text, who)
    if any(g.group == allergen.group for g in given):
        text = f"{allergen.name} is of the same class as {planned}."
        return _Word(rule, Status.NOT_MET, Severity.ACTION, text, who)
    text = f"{allergen.name} is of another class than {planned}; an additive may be the cause."
    return _Word(rule, Status.MET, Severity.CAUTION, text)


def _planned_antibiotics(case: Case, profile: Profile, ordered: frozenset[str]) -> tuple[str, ...]:
    """What was decided to be given, by a person or else by the profile."""
    persons = [one.decided for one in case.request.decisions if one.about.startswith("antibiotics")]
    local = [words for key, words in profile.settled.items() if key in ordered]
    return tuple(one for one in persons or local if not one.lower().startswith("no"))


def _antibiotic(allergen: Allergen, planned: tuple[str, ...]) -> _Word:
    who, rule = "the operator with infectious diseases", "antibiotics.allergy"
    if not planned:
        text = f"no {allergen.name} where an antibiotic is ordered."
        return _Word(rule, Status.MET, Severity.CAUTION, text)
    named = [a for words in planned for a in allergies.recognise(words).allergens]
    allergens = [a for a in named if "antibiotic" in a.meets]
    words = "; ".join(planned)
    groups = {_class(a) for a in allergens}
    own = _class(allergen)
    if own in groups or any(a.key == allergen.key for a in allergens):
        text = f"the antibiotic that is planned ({words}) is one of {allergen.name}."
        return _Word(rule, Status.NOT_MET, Severity.STOP, text, who)
    if groups & set(allergen.cross) or not allergens or own == "other-antibiotic":
        text = (
            f"a reaction to {allergen.name} may carry over to what is planned ({words}), or that "
            "is not recognised."
        )
        return _Word(rule, Status.UNKNOWN, Severity.ACTION, text, who)
    text = f"what is planned ({words}) is of another class."
    return _Word(rule, Status.MET, Severity.CAUTION, text)


def _class(allergen: Allergen) -> str:
    """The class of an antibiotic, also where the table of drugs names it."""
    if not allergen.key.startswith("drug-"):
        return allergen.group
    named = allergies.recognise(allergen.name).allergens
    return named[0].group if named else allergen.group


def _told(text: str) -> _Word:
    return _Word("told", Status.MET, Severity.INFO, text)


def _considers(one: Allergy) -> tuple[str, ...]:
    return (f"allergy.{allergies.fold(one.to)}",)


def _id(one: Allergy) -> str:
    return allergies.fold(one.to).replace(" ", "-")


def _words(one: Allergy) -> str:
    return f"{one.to} ({one.reaction or 'reaction not told'})"
