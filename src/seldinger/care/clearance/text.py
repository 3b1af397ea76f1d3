"""Text: a clearance for tired people: the answer, what is missing, the last doses, the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.clearance import headline, rules
from seldinger.core.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seldinger.care.clearance.model import Clearance, Release
    from seldinger.core.finding import Finding

NOT_A_DEVICE = "Research and education software, not a medical device."
_WHEN = "%a %d %b %Y %H:%M %Z"


def format_lines(
    clearance: Clearance, release: Release | None = None, *, everything: bool = True
) -> tuple[str, ...]:
    """The clearance, one line after the other.

    Args:
        clearance: what is printed.
        release: a clinician's, printed at its end.
        everything: the rules that are met, too, and values without a source.
    """
    return tuple(_lines(clearance, release, everything=everything))


def format_title(clearance: Clearance) -> str:
    """What is to be done, where and when."""
    request = clearance.case.request
    kind = rules.tables().procedures[request.procedure]
    name = kind.name if request.organ is None else f"{kind.name}, {request.organ}"
    start = "start not told" if request.start is None else f"{request.start:{_WHEN}}"
    number = f"; case {request.case_number}" if request.case_number else ""
    return f"{name}; {start}{number}"


def _lines(clearance: Clearance, release: Release | None, *, everything: bool) -> Iterator[str]:
    yield headline.headline_line(clearance)
    yield f"{format_title(clearance)}; bleeding risk {clearance.bleeding.value or 'not settled'}"
    yield "; ".join(f"{use.topic} {use.answer.words}" for use in clearance.topics)
    ready = clearance.answer in {"clear", "conditional"}
    if ready and not headline.make_headline(clearance).whole:
        yield from _block("Ready if", clearance.conditions)
    yield from _block("As understood", clearance.understood)
    yield from _block("Missing", clearance.missing)
    yield from _block("Who decides", clearance.decides)
    if not ready:
        yield from _block("To be kept besides", clearance.conditions)
    yield from _block("To be ordered", [_order(use) for use in clearance.orders])
    yield from _block(
        "Timetable", [f"{use.when:{_WHEN}}  {use.what}" for use in clearance.timetable]
    )
    worst = [use for use in clearance.findings if _is_open(use)]
    noted = [use for use in clearance.findings if not _is_open(use) and use.severity != "info"]
    rest = [use for use in clearance.findings if not _is_open(use) and use.severity == "info"]
    yield from _block("Open", [_finding(use) for use in worst])
    yield from _block("Other ways in", [_finding(use) for use in clearance.alternatives])
    yield from _block("To be noted", [_finding(use) for use in noted])
    if everything:
        yield from _block("In order, or to be known", [_finding(use) for use in rest])
    elif rest:
        yield ""
        yield f"{len(rest)} more rules are in order, or only to be known: --all shows them."
    yield ""
    yield f"Profile {clearance.profile.text}"
    for use in clearance.assumptions if everything else ():
        edited = ", edited" if use.edited else ""
        yield (
            f"Assumed: {use.name} = {use.value:g} {use.unit}{edited} "
            f"({use.low:g} to {use.high:g}): {use.reason}"
        )
    if release is not None:
        yield (
            f"Released by {release.name}, {release.role}, {release.at:{_WHEN}}, "
            f"sha256 {release.sha256}"
        )
    yield f"Judged at {clearance.now:{_WHEN}}. {NOT_A_DEVICE}"


def _is_open(one: Finding) -> bool:
    return one.status is not Status.MET and one.severity != "info"


def _order(one: Finding) -> str:
    stamp = f" ({one.stamp})" if one.stamp and one.status is not Status.MET else ""
    return f"{one.topic}: {one.text}{stamp}"


def _block(title: str, found: Iterable[str]) -> Iterator[str]:
    rows = list(found)
    if rows:
        yield ""
        yield f"{title}:"
        yield from (f"  {row}" for row in rows)


def _finding(item: Finding) -> str:
    status = {Status.MET: "met", Status.NOT_MET: "NOT MET", Status.UNKNOWN: "unknown"}[item.status]
    facts = f"; {', '.join(item.facts)}" if item.facts else ""
    stamp = f"; {item.stamp}" if item.stamp else ""
    return f"{item.severity}, {status}: {item.text} [{item.id}{facts}{stamp}]"
