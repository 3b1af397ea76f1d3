"""Allergy: what a patient does not bear meets what the procedure brings, material by material.

Contrast has questions of its own. Everything told is printed; what is not recognised is asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seldinger.care import allergies
from seldinger.care.clearance.findings import finding, settle
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seldinger.care.allergies import Allergen, Material
    from seldinger.care.clearance.model import Case
    from seldinger.care.clearance.profile import Profile
    from seldinger.care.patient import Allergy
    from seldinger.core.finding import Finding

TOPIC = "allergies"
BY_QUESTION = frozenset({"contrast", "iodine"})
"""Materials that have questions of their own."""
_NONE = "none"
_ANY = "local-anaesthetic"
_FASTED = frozenset({"minimal", "moderate", "deep", "general"})


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
        elif not recognised.allergens:
            yield _told(allergy, "no allergy is meant.", case, profile)
        for allergen in recognised.allergens:
            met = list(_met(allergy, allergen, case, profile, planned))
            yield from met
            if not met and not set(allergen.meets) & BY_QUESTION:
                words = f"{allergen.name}: nothing that this procedure is known to bring."
                yield _told(allergy, words, case, profile)
            if set(allergen.meets) & BY_QUESTION and case.request.contrast == _NONE:
                yield _told(
                    allergy, f"{allergen.name}: no iodinated contrast is planned.", case, profile
                )
        yield from _taken(allergy, recognised.allergens, case, profile)


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
    allergy: Allergy, allergen: Allergen, case: Case, profile: Profile, planned: tuple[str, ...]
) -> Iterator[Finding]:
    for key in allergen.meets:
        material = allergies.table().materials[key]
        if key in BY_QUESTION:
            continue
        if key == "anaesthetic":
            yield _anaesthetic(allergy, allergen, case, profile)
        elif key == "antibiotic":
            yield _antibiotic(allergy, allergen, case, profile, planned)
        elif key == "egg-soya":
            yield _egg(allergy, case, profile)
        elif key in {"sedation", "premedication", "dye", "analgesia"}:
            yield _drug(allergy, allergen, material, case, profile)
        elif material.used(case.request.procedure):
            yield _material(allergy, allergen, material, case, profile)


def _material(
    allergy: Allergy, allergen: Allergen, material: Material, case: Case, profile: Profile
) -> Finding:
    return _made(
        allergy, material.key, Status.UNKNOWN, Severity.ACTION,
        f"{allergen.name} may come with {material.name}. {material.asks}.",
        case, profile, material.decides,
    )  # fmt: skip


def _drug(
    allergy: Allergy, allergen: Allergen, material: Material, case: Case, profile: Profile
) -> Finding:
    """Drugs that are given on the day: they stand where such drugs are planned."""
    sedated = case.request.sedation in _FASTED or case.request.sedation is None
    planned = {
        "sedation": sedated,
        "premedication": case.request.contrast != _NONE,
        "dye": False,
        "analgesia": False,
    }[material.key]
    words = f"{allergen.name}: not given."
    if planned:
        return _made(
            allergy, material.key, Status.UNKNOWN, Severity.ACTION,
            f"{allergen.name} may come with {material.name}. {material.asks}.",
            case, profile, material.decides,
        )  # fmt: skip
    return _made(allergy, material.key, Status.MET, Severity.CAUTION, words, case, profile, "")


def _egg(allergy: Allergy, case: Case, profile: Profile) -> Finding:
    sedated = case.request.sedation in {"moderate", "deep", "general", None}
    text = (
        "egg or soya is not by itself a reason against propofol, whose emulsion holds both in "
        "refined form; after anaphylaxis who gives the sedation is asked. No source was read."
    )
    if not sedated:
        return _made(allergy, "egg-soya", Status.MET, Severity.INFO, text, case, profile, "")
    severe = allergy.reaction != "mild"
    return _made(
        allergy, "egg-soya", Status.UNKNOWN if severe else Status.MET, Severity.CAUTION, text, case,
        profile, "who gives the sedation",
    )  # fmt: skip


def _anaesthetic(allergy: Allergy, allergen: Allergen, case: Case, profile: Profile) -> Finding:
    planned, who = case.request.local_anaesthetic, "the operator with allergology"
    rule = "anaesthetic.allergy"
    if planned == _NONE:
        text = "no local anaesthetic is planned."
        return _made(allergy, rule, Status.MET, Severity.INFO, text, case, profile, "")
    if planned is None:
        return _made(
            allergy, rule, Status.UNKNOWN, Severity.ACTION,
            f"{allergen.name}: which local anaesthetic is planned is not told.", case, profile, who,
        )  # fmt: skip
    given = allergies.recognise(planned).allergens
    if any(g.key == allergen.key for g in given):
        return _made(
            allergy, "anaesthetic.allergy.reacted", Status.NOT_MET, Severity.STOP,
            "the local anaesthetic is among the patient's allergies.", case, profile, who,
        )  # fmt: skip
    if not given or allergen.key in {_ANY, "anaesthetic-additive"}:
        return _made(
            allergy, rule, Status.UNKNOWN, Severity.ACTION,
            f"{allergen.name}, and {planned} is planned: whether it was that one, or an additive, "
            "is found out before.", case, profile, who,
        )  # fmt: skip
    if any(g.group == allergen.group for g in given):
        return _made(
            allergy, rule, Status.NOT_MET, Severity.ACTION,
            f"{allergen.name} is of the same class as {planned}.", case, profile, who,
        )  # fmt: skip
    return _made(
        allergy, rule, Status.MET, Severity.CAUTION,
        f"{allergen.name} is of another class than {planned}; an additive may be the cause.",
        case, profile, "",
    )  # fmt: skip


def _planned_antibiotics(case: Case, profile: Profile, ordered: frozenset[str]) -> tuple[str, ...]:
    """What was decided to be given, by a person or else by the profile."""
    persons = [one.decided for one in case.request.decisions if one.about.startswith("antibiotics")]
    local = [words for key, words in profile.settled.items() if key in ordered]
    return tuple(one for one in persons or local if not one.lower().startswith("no"))


def _antibiotic(
    allergy: Allergy, allergen: Allergen, case: Case, profile: Profile, planned: tuple[str, ...]
) -> Finding:
    who = "the operator with infectious diseases"
    rule = "antibiotics.allergy"
    if not planned:
        return _made(
            allergy, rule, Status.MET, Severity.CAUTION,
            f"no {allergen.name} where an antibiotic is ordered.", case, profile, "",
        )  # fmt: skip
    allergens = [a for words in planned for a in allergies.recognise(words).allergens
             if "antibiotic" in a.meets]  # fmt: skip
    words = "; ".join(planned)
    groups = {_class(a) for a in allergens}
    own = _class(allergen)
    if own in groups or any(a.key == allergen.key for a in allergens):
        return _made(
            allergy, rule, Status.NOT_MET, Severity.STOP,
            f"the antibiotic that is planned ({words}) is one of {allergen.name}.", case, profile,
            who,
        )  # fmt: skip
    if groups & set(allergen.cross) or not allergens or own == "other-antibiotic":
        return _made(
            allergy, rule, Status.UNKNOWN, Severity.ACTION,
            f"a reaction to {allergen.name} may carry over to what is planned ({words}), or that "
            "is not recognised.", case, profile, who,
        )  # fmt: skip
    return _made(
        allergy, rule, Status.MET, Severity.CAUTION,
        f"what is planned ({words}) is of another class.", case, profile, "",
    )  # fmt: skip


def _class(allergen: Allergen) -> str:
    """The class of an antibiotic, also where the table of drugs names it."""
    if not allergen.key.startswith("drug-"):
        return allergen.group
    named = allergies.recognise(allergen.name).allergens
    return named[0].group if named else allergen.group


def _taken(
    allergy: Allergy, allergens: tuple[Allergen, ...], case: Case, profile: Profile
) -> Iterator[Finding]:
    """A drug that is taken although it stands among the allergies."""
    keys = {a.key for a in allergens}
    for drug in case.patient.drugs:
        same = {a.key for a in allergies.recognise(drug.name).allergens} & keys
        if same:
            yield _made(
                allergy, f"taken.{drug.name}", Status.UNKNOWN, Severity.CAUTION,
                f"{drug.told} is taken all the same: which of the two is right is asked.",
                case, profile, "who prescribes it",
            )  # fmt: skip


def _told(one: Allergy, words: str, case: Case, profile: Profile) -> Finding:
    return _made(one, "told", Status.MET, Severity.INFO, words, case, profile, "")


def _made(
    allergy: Allergy,
    rule: str,
    status: Status,
    severity: Severity,
    words: str,
    case: Case,
    profile: Profile,
    decides: str,
) -> Finding:
    name = rule if rule == "anaesthetic.allergy.reacted" else f"allergy.{_id(allergy)}.{rule}"
    result = finding(
        name, TOPIC, status, severity, f"Allergy to {_words(allergy)}: {words}", profile=profile,
        inputs={"allergy": _words(allergy)}, considers=_considers(allergy), decides=decides,
    )  # fmt: skip
    return settle(result, case.request, profile)


def _considers(one: Allergy) -> tuple[str, ...]:
    return (f"allergy.{allergies.fold(one.to)}",)


def _id(one: Allergy) -> str:
    return allergies.fold(one.to).replace(" ", "-")


def _words(one: Allergy) -> str:
    return f"{one.to} ({one.reaction or 'reaction not told'})"
