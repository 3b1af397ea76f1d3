"""Names of procedures: ids, keys of a clearance, pages of outcomes in one checked mapping."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.clearance.rules import tables
from seldinger.care.outcomes_pages import outcomes_pages
from seldinger.care.procedures import Procedure, plain
from seldinger.catalogue import procedures as catalogue
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seldinger.catalogue.procedures import ProcedureEntry


def names() -> Mapping[str, Procedure]:
    """Every name, and what it stands for.

    Raises:
        CareError: the table does not fit, a key of a clearance is in no procedure or in two, or
            a name stands for two procedures.
    """
    entries = catalogue.entries()
    listed = sorted(key for row in entries.values() for key in row.clearance)
    if listed != sorted(tables().procedures):
        wrong = sorted(set(listed) ^ set(tables().procedures)) or listed
        raise CareError(f"procedures.toml: each key of a clearance stands once; see {wrong}")
    made: dict[str, Procedure] = {}
    for name, found in _all(entries):
        before = made.setdefault(name, found)
        if before.id != found.id or before.organ != found.organ:
            raise CareError(f"{name!r} stands for {before.id} and for {found.id}")
        if len(found.keys) < len(before.keys):
            made[name] = found
    return MappingProxyType(made)


def _all(entries: Mapping[str, ProcedureEntry]) -> Iterator[tuple[str, Procedure]]:
    """Each name beside what it stands for; a clearance's key names itself alone."""
    for id_, row in entries.items():
        for name in (id_, *row.aliases):
            yield plain(name), Procedure(id_, None, fixed=False, keys=row.clearance)
        for key in row.clearance:
            for name in (key, *tables().procedures[key].aliases):
                yield plain(name), Procedure(id_, None, fixed=False, keys=(key,))
    for one in outcomes_pages():
        keys = entries[one.procedure].clearance
        for name in one.names:
            organ = one.organ if one.procedure in {"ablation", "biopsy"} else None
            narrow = tables().procedures
            alone = tuple(k for k in keys if plain(name) in {k, *narrow[k].aliases})
            yield (
                plain(name),
                Procedure(one.procedure, organ, fixed=_tells(name, organ), keys=alone or keys),
            )


def _tells(name: str, organ: str | None) -> bool:
    """Whether a name says the organ; "cryoablation" does not."""
    words = {organ, "renal" if organ == "kidney" else organ}
    return organ is not None and bool(words & set(name.split("-")))
