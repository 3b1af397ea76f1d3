"""Whole: closing the artery of a whole organ, and so much of the bowel that it may die."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.embolization.bleeding.regions import LOWER_GUT, PELVIS
from seldinger.plan.treatments.embolization.bleeding.spared import is_main
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan.treatments.embolization.bleeding.places import ClosingPlace, Places

_PLACE = "haemostasis.spleen.site.place"
_MOST, _VAS = "haemostasis.lower_gut.vasa_recta.most", "haemostasis.lower_gut.vas_rectum.diameter"


def judge_whole(places: Places) -> Iterator[Finding]:
    """Whether the artery of a whole organ is closed, and whether a source does so there.

    Args:
        places: where it is closed.
    """
    if not places.chosen or places.tree is None:
        return
    yield from _judge_bowel(places)
    whole = [one for one in places.chosen if _is_whole(places, one)]
    if places.strategy != "proximal" and not whole and not _is_all(places):
        return
    region, one = places.region, (whole or list(places.chosen))[0]
    if not region.proximal_facts:
        text = (
            f"The {one.name} is the artery of all of it, as far as traced, and no source that was "
            f"read closes it for a bleeding of the {region.name}: close it at the bleeding, or a "
            "covered stent."
        )
        yield Finding("strategy", Status.NOT_MET, Severity.ACTION, text)
        return
    if region.after and region.before:
        yield from _judge_between(places, one)
        return
    if region is PELVIS and places.strategy != "proximal":
        text = (
            f"The {one.name} is the artery of that whole side, as far as traced, and only the "
            "place of the bleeding was asked for: trace its branches, or say --strategy proximal."
        )
        yield Finding("strategy", Status.NOT_MET, Severity.ACTION, text)
        return
    if region is PELVIS and places.tree.degree[places.tree.edges[one.edge].end] == 1:
        text = f"No branch of the {one.name} was traced: what else loses its blood is not known."
        yield Finding("strategy", Status.UNKNOWN, Severity.ACTION, text)
        return
    if places.strategy == "proximal":
        text = f"Closed before the whole organ, in the {one.name}."
        yield Finding("strategy", Status.MET, Severity.INFO, text)


def _is_whole(places: Places, one: ClosingPlace) -> bool:
    """By its name, or because every traced branch that ends in the organ lies beyond it."""
    tree, part = places.tree, places.partition
    assert tree is not None  # noqa: S101  there are places in it
    if is_main(tree.edges[one.edge].name, places.region.trunk):
        return True
    if part is None:
        return False
    return _list_last(places) <= {one.edge, *tree.below(one.edge)}


def _is_all(places: Places) -> bool:
    """Whether several places close together every branch that ends in the organ."""
    if places.partition is None or places.tree is None:
        return False
    shut = {n for one in places.chosen for n in (one.edge, *places.tree.below(one.edge))}
    return _list_last(places) <= shut


def _list_last(places: Places) -> set[int]:
    tree, part = places.tree, places.partition
    assert tree is not None  # noqa: S101  as above
    assert part is not None  # noqa: S101  asked for before
    return {n for n in part.edges if tree.degree[tree.edges[n].end] == 1}


def _judge_between(places: Places, one: ClosingPlace) -> Iterator[Finding]:
    """Between the two branches that a source names, whoever chose the place."""
    region, tree = places.region, places.tree
    assert tree is not None  # noqa: S101  there are places in it
    edge = tree.edges[one.edge]
    starts = any(e.start == edge.start and region.after in e.name for e in tree.edges)
    ends = any(e.start == edge.end and region.before in e.name for e in tree.edges)
    if starts and ends:
        text = f"Closed before the whole organ, in the {one.name}."
        yield Finding("strategy", Status.MET, Severity.INFO, text)
        return
    names = [e.name for e in tree.edges]
    traced = all(any(word in n for n in names) for word in (region.after, region.before))
    text = (
        f"The {one.name} does not lie between the {region.after} and the {region.before} artery."
        if traced
        else f"The {region.after} and the {region.before} artery were not both traced: the place "
        "between them is not known."
    )
    status = Status.NOT_MET if traced else Status.UNKNOWN
    yield Finding("strategy", status, Severity.ACTION, f"{text} {state_fact(_PLACE)}",
                  cite(_PLACE), facts=(_PLACE,))  # fmt: skip


def _judge_bowel(places: Places) -> Iterator[Finding]:
    """How many straight arteries of the bowel are closed."""
    if places.region is not LOWER_GUT:
        return
    ends = sum(one.ends for one in places.chosen)
    widest = max((one.diameter_mm or 0.0 for one in places.chosen), default=0.0)
    _, most_mm = evidence.fact(_VAS).interval or (0.0, 0.0)
    if ends >= evidence.driving_value(_MOST):
        text = (
            f"{ends} last branches to the bowel are closed, as far as traced. {state_fact(_MOST)} "
            "Close nearer to the bleeding."
        )
        yield Finding("bowel-at-risk", Status.NOT_MET, Severity.ACTION, text, cite(_MOST),
                      facts=(_MOST,))  # fmt: skip
    elif widest > most_mm:
        text = (
            f"With {widest:.1f} mm the artery is wider than a straight artery of the bowel: how "
            f"many of those it feeds was not traced. {state_fact(_VAS)}"
        )
        yield Finding("bowel-at-risk", Status.UNKNOWN, Severity.ACTION, text, cite(_VAS),
                      facts=(_VAS,))  # fmt: skip
