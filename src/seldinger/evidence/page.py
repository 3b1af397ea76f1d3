"""Page: the reference page of all facts, made from the data; ``make facts`` writes it.

In:    the library.      Out: Markdown.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from seldinger.evidence import formatting
from seldinger.evidence.library import claims, fact, facts, sources
from seldinger.evidence.model import ClaimAssessment, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seldinger.evidence.model import Fact

_INTRODUCTION = """\
# Facts

Made from the data by `make facts`; edit the files in `src/seldinger/evidence/facts/`, not this
page.

A fact *to be confirmed* is from memory and drives nothing. One from a *secondary source* drives a
rule only where every output says so. A *primary* one was read in the source itself, mostly in its
abstract. A percentage stands with its horizon, the time by which it was counted; "horizon not
told" means that the source, as read, does not say.
"""

_TRUSTS = (
    (
        Trust.MEMORY,
        "What still needs its primary source",
        "From memory. Whoever opens the document that is named can make a line drive.",
    ),
    (
        Trust.SECONDARY,
        "Read in a secondary source",
        "The primary has not been opened.",
    ),
    (Trust.PRIMARY, "Read in the primary source", "These drive rules."),
)


_UNLOCATED = """\
## Sources whose identifier is to be found

Somebody read the record, or a text that quotes it, and wrote down no identifier. Facts read in the
record itself drive all the same. Whoever finds the identifier adds it to `sources.toml`.
"""

_CLAIMS = """\
## Popular claims, with their verdicts

What is often said, and what was found. A claim has no value and drives nothing.
"""


def markdown() -> str:
    """The whole page: by trust (memory first), unlocated sources, conflicts, claims."""
    parts = [_INTRODUCTION, _counts()]
    for trust, title, remark in _TRUSTS:
        found = [one for one in facts() if one.trust is trust and one.verdict is None]
        parts.append(f"## {title}\n\n{len(found)} facts. {remark}\n")
        parts.extend(_topics(found))
    parts.extend((_unlocated(), _conflicts(), _claims()))
    return "\n".join(parts)


def _counts() -> str:
    plain = [one for one in facts() if one.verdict is None]
    rows = [
        (title, str(sum(one.trust is trust for one in plain))) for trust, title, _remark in _TRUSTS
    ]
    rows.append(("Popular claims with a verdict", str(len(claims()))))
    return _table(("what", "how many"), rows)


def _topics(found: Iterable[Fact]) -> Iterable[str]:
    for topic, those in groupby(found, key=lambda one: one.topic):
        yield f"### {topic.replace('_', ' ')}\n"
        head = ("fact", "value", "what it says", "seen in", "where")
        yield _table(head, [_row(one) for one in those])


def _row(fact: Fact) -> tuple[str, ...]:
    where = f"{fact.source}, {fact.locator}" if fact.source != "memory" else fact.locator
    note = f" {fact.note}" if fact.trust is Trust.MEMORY else ""
    return (
        f"`{fact.id}`",
        formatting.format_value(fact),
        fact.statement,
        fact.population,
        where + "." + note,
    )


def _unlocated() -> str:
    rows = []
    for key, source in sources().items():
        if source.unlocated:
            standing = [f for f in facts() if f.source == key]
            drive = sum(f.drives and f.value is not None for f in standing)
            rows.append((key, source.text, ", ".join(f"`{f.id}`" for f in standing), str(drive)))
    head = ("source", "as it was cited", "facts", "of these drive")
    return f"{_UNLOCATED}\n{_table(head, rows)}"


def _conflicts() -> str:
    parts = ["## Conflicts, side by side\n\nNone of them wins silently.\n"]
    for group in formatting.group_conflicts(facts()):
        head = ("fact", "value", "trust", "what it says", "source")
        parts.append(_table(head, [_told(one) for one in group]))
    return "\n".join(parts)


def _claims() -> str:
    parts = [_CLAIMS]
    head = ("fact", "value", "trust", "what it says", "source")
    for verdict in ClaimAssessment:
        for claim in (c for c in claims() if c.verdict is verdict):
            said = f"{claim.statement} {claim.note}".rstrip()
            parts.append(f"**{verdict.value.capitalize()}** (`{claim.id}`): {said}\n")
            parts.append(_table(head, [_told(fact(other)) for other in claim.see]))
    return "\n".join(parts)


def _told(fact: Fact) -> tuple[str, ...]:
    return (
        f"`{fact.id}`",
        formatting.format_value(fact),
        formatting.format_trust(fact),
        fact.statement,
        fact.source,
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(_cell(c) for c in line)} |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main(path: str) -> None:
    """Write the page to ``path``."""
    Path(path).write_text(markdown(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1])
