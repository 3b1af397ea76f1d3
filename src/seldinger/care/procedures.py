"""Procedures: one id each for outcomes, leaflet and recovery, whatever somebody calls it.

In:    ``catalogue.procedures``, the names of a clearance's keys, the names of the outcomes' pages.
Out:   ``Procedure``: its id, the organ that the name tells, the keys a clearance knows it by.
Never: a guess: a name that is close is offered, and a name that says not which is asked about.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.clearance.rules import tables
from seldinger.care.outcomes_pages import outcomes_pages
from seldinger.catalogue.procedures import list_entries, shipped_entries
from seldinger.catalogue.techniques import find_territory, list_techniques
from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a name stands for.

    Attributes:
        id: of outcomes, leaflet and recovery.
        organ: that the name tells ("kidney-biopsy"), or where it is mostly done ("cryoablation":
            kidney); None: none.
        fixed: whether the name tells the organ, so that another one contradicts it.
        keys: of a clearance that belong to it; one alone where the name tells which.
    """

    id: str
    organ: str | None
    fixed: bool
    keys: tuple[str, ...]


_SAME = (("isation", "ization"), ("tunneled", "tunnelled"), ("tumour", "tumor"))
"""Two spellings of one word."""
_HOW = ("percutaneous-", "image-guided-", "ct-guided-", "ultrasound-guided-", "us-guided-")
_DONE = ("-placement", "-insertion", "-creation", "-procedure")
"""Words that say how a procedure is guided, or that it is done, and not which it is."""
_BY_ORGAN = ("ablation", "biopsy", "embolization")
"""Procedures whose names may tell an organ."""
_OF = {"kidney": "renal", "spleen": "splenic", "pelvis": "pelvic"}
"""The other word by which a name tells an organ."""


def normalise(name: str) -> str:
    """A name in the one spelling in which names are compared."""
    spelling = "-".join(name.lower().replace("_", " ").replace("-", " ").split())
    for other, ours in _SAME:
        spelling = spelling.replace(other, ours)
    return spelling


def list_ids() -> tuple[str, ...]:
    """Every id."""
    return tuple(sorted({one.id for one in list_names().values()}))


def name_there(name: str, organ: str | None) -> str | None:
    """The name under which a technique is known in a place; any other name as it is.

    "angioplasty" of the "left renal artery" is "renal-angioplasty".

    Args:
        name: of a technique or a procedure.
        organ: the place; None: not told, and then the name stays.

    Returns:
        None for a technique in a place of which nothing is entered.
    """
    technique = list_techniques().get(normalise(name))
    if technique is None or organ is None:
        return name
    return technique.keys.get(find_territory(organ) or "")


def find(name: str, organ: str | None = None) -> Procedure | None:
    """What a name stands for, in a place if one is told; None where no procedure has it."""
    there = name_there(name, organ)
    if there is None:
        return None
    whole = normalise(there)
    short = whole
    for word in _HOW:
        short = short.removeprefix(word)
    for word in _DONE:
        short = short.removesuffix(word)
    return list_names().get(whole) or list_names().get(short)


def get(name: str, organ: str | None = None) -> Procedure:
    """What a name stands for, in a place if one is told.

    Raises:
        CareError: no procedure has that name, and the nearest is offered; or it is a technique of
            which nothing is entered there.
    """
    match = find(name, organ)
    if match is None:
        _refuse_place(name, organ)
        hint = did_you_mean(normalise(name), list_names())
        raise CareError(
            f"no procedure is called {name!r}; {hint}there are: {', '.join(list_ids())}"
        )
    return match


def _refuse_place(name: str, organ: str | None) -> None:
    """Refuse a technique in a place of which nothing is entered; ``CareError`` says where."""
    if name_there(name, organ) is None:
        there = ", ".join(list_techniques()[normalise(name)].keys)
        raise CareError(f"nothing is entered for {name!r} of the {organ!r}; there are: {there}")


def clearance_key(name: str, organ: str | None = None) -> str:
    """The key by which a clearance knows a procedure, in a place if one is told.

    Raises:
        CareError: no procedure has that name, it is a technique of which nothing is entered
            there, or it says not which of several is to be done.
    """
    match = find(name, organ)
    if match is None:
        _refuse_place(name, organ)
        keys = dict.fromkeys(key for one in list_names().values() for key in one.keys)
        hint = did_you_mean(normalise(name), list_names())
        raise CareError(
            f"no procedure that may be cleared is called {name!r}; {hint}there are: "
            f"{', '.join(sorted(keys))}"
        )
    if len(match.keys) != 1:
        raise CareError(f"{name!r} does not say what is to be done: name {', '.join(match.keys)}")
    return match.keys[0]


def has_outcomes(name: str, organ: str | None) -> bool:
    """Whether outcomes are entered for a procedure there; never for one that nobody knows."""
    match = find(name, organ)
    if match is None:
        return False
    if match.fixed and organ is not None and match.organ not in normalise(organ).split("-"):
        return False
    return list_entries()[match.id].has_outcomes(
        match.organ if match.fixed else organ or match.organ
    )


def has_leaflet(name: str, organ: str | None) -> bool:
    """Whether a patient's leaflet is written for a procedure there."""
    found = find(name, organ)
    return found is not None and list_entries()[found.id].has_leaflet(organ or found.organ)


def missing_pages(name: str, organ: str | None) -> tuple[tuple[str, str], ...]:
    """Pages that nobody has written for a procedure there: "outcomes page" and a sentence.

    Args:
        name: any name of the procedure; of one that nobody knows, every page is missing.
        organ: where, e.g. "left lung"; None: not told.
    """
    match = find(name, organ)
    there = {
        "outcomes page": has_outcomes(name, organ),
        "leaflet": has_leaflet(name, organ),
        "recovery page": match is not None and list_entries()[match.id].recovery,
    }
    where = " where no organ is named" if organ is None else f" of the {organ}"
    return tuple(
        (page, f"No {page} has been written for {name}{where}.")
        for page, written in there.items()
        if not written
    )


@cache
def list_names() -> Mapping[str, Procedure]:
    """Every name in its plain spelling, and what it stands for.

    Raises:
        CareError: the table does not fit, a key of a clearance is in no procedure or in two, or
            a name stands for two procedures.
    """
    listed = Counter(key for row in shipped_entries().values() for key in row.clearance)
    known = tables().procedures
    wrong = sorted(key for key in {*listed, *known} if listed[key] != 1 or key not in known)
    if wrong:
        raise CareError(
            "procedures.toml: each key of a clearance is a table of bleeding_class.toml and "
            f"belongs to one procedure; not so: {', '.join(wrong)}"
        )
    names: dict[str, Procedure] = {}
    for name, procedure in _all():
        before = names.setdefault(name, procedure)
        if procedure.id not in shipped_entries():  # another package takes no name of ours
            continue
        if before.id != procedure.id or before.organ != procedure.organ:
            raise CareError(f"{name!r} stands for {before.id} and for {procedure.id}")
        if len(procedure.keys) < len(before.keys):
            names[name] = procedure
    return MappingProxyType(names)


def _all() -> Iterator[tuple[str, Procedure]]:
    """Each name beside what it stands for; a clearance's key names itself alone."""
    for id_, row in list_entries().items():
        for name in (id_, *row.aliases):
            yield normalise(name), Procedure(id_, None, fixed=False, keys=row.clearance)
        for key in row.clearance if id_ in shipped_entries() else ():
            for name in (key, *tables().procedures[key].aliases):
                yield normalise(name), Procedure(id_, None, fixed=False, keys=(key,))
    for page in outcomes_pages():
        keys = list_entries()[page.procedure].clearance
        for name in page.names:
            organ = page.organ if page.procedure in _BY_ORGAN else None
            narrow = tables().procedures
            alone = tuple(k for k in keys if normalise(name) in {k, *narrow[k].aliases})
            yield (
                normalise(name),
                Procedure(page.procedure, organ, fixed=_tells(name, organ), keys=alone or keys),
            )


def _tells(name: str, organ: str | None) -> bool:
    """Whether a name says the organ; "cryoablation" does not."""
    return organ is not None and bool({organ, _OF.get(organ, organ)} & set(name.split("-")))
