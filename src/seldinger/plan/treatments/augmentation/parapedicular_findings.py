"""What a needle beside a pedicle says: why it goes there, and what lies along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.plan.treatments.augmentation.needles import WALL, Way
from seldinger.plan.wording import cite, state_fact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seldinger.plan.approach.percutaneous.spine.approach import SpineCase
    from seldinger.plan.treatments.augmentation.needles import NeedleWay, Pedicled

_SERIES = "vertebra.path.parapedicular.series"
_ZONE = "vertebra.path.parapedicular.zone"
_SPACE = "vertebra.path.parapedicular.thoracic"
_ARTERY = {
    "L1": "vertebra.path.parapedicular.artery.l1",
    "L4": "vertebra.path.parapedicular.artery.l4",
    "L5": "vertebra.path.parapedicular.artery.l5",
}
_ADVISED_AGAINST = frozenset({"L4", "L5"})
_CHEST = ("left lung", "right lung", "pleural recess")


def judge_parapedicular(
    case: SpineCase, way: NeedleWay, tried: Sequence[Pedicled]
) -> Iterator[Finding]:
    """All that is said of one needle beside a pedicle.

    Args:
        case: with its vertebra.
        way: of the needle.
        tried: every way that was looked for.
    """
    yield _tell_why(case, way, tried)
    yield _judge_body(case, way)
    yield _judge_vessels(case, way)
    if case.vertebra.level[0] == "T" or case.vertebra.level in {"L1", "L2"}:
        yield _judge_pleura(way)
        yield _judge_rib(way)


def _tell_why(case: SpineCase, way: NeedleWay, tried: Sequence[Pedicled]) -> Finding:
    facts = (_SERIES, *((_SPACE,) if case.vertebra.level[0] == "T" else ()))
    said = " ".join(state_fact(one) for one in facts)
    whys = dict.fromkeys(
        one.why
        for one in tried
        if one.side is way.side and one.kind is Way.TRANSPEDICULAR and one.why
    )
    why = f"because {'; '.join(whys)}" if whys else "as it was asked"
    assert way.passage is not None  # noqa: S101  it goes beside
    text = (
        f"The {way.side.value} needle goes beside the pedicle, {why}. It comes from "
        f"{way.passage.angle_deg:.0f} degrees to the middle plane, crosses "
        f"{way.passage.bone_mm:.0f} mm of the vertebra's other bone and errs as a needle that "
        f"nothing guides. {said}"
    )
    return Finding(f"way-{way.side.value}", Status.NOT_MET, Severity.CAUTION, text, cite(*facts))


def _judge_body(case: SpineCase, way: NeedleWay) -> Finding:
    """Whether it stays in the body and off the canal, as far as voxels can tell."""
    name, blur = f"beside-{way.side.value}", 0.5 * max(case.vertebra.source_voxel_mm)
    wanted = case.assumed.get_value(WALL.name)
    if way.canal_mm is None:
        text = "No canal shows, so that nothing tells how far the needle stays off it."
        return Finding(name, Status.UNKNOWN, Severity.STOP, text)
    text = f"{way.wall_mm:.1f} mm of the body around the needle, {way.canal_mm:.1f} mm to the canal"
    least = min(way.wall_mm, way.canal_mm)
    if least < 0.0:
        text = f"The needle leaves the body or meets the canal: {text}. Take another line."
        return Finding(name, Status.NOT_MET, Severity.STOP, text)
    if least < wanted:
        text = f"Close: {text}; {wanted:g} mm are wanted. Take another line."
        return Finding(name, Status.NOT_MET, Severity.ACTION, text)
    if least < blur:
        text = (
            f"By the labels {text}, but voxels of {2.0 * blur:.1f} mm cannot tell that from none."
        )
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text)
    return Finding(name, Status.MET, Severity.ACTION, f"{text}, by labels.")


def _judge_vessels(case: SpineCase, way: NeedleWay) -> Finding:
    """Where the body is entered; the vessels themselves are not labelled."""
    level = case.vertebra.level
    facts = (_ZONE, *((_ARTERY[level],) if level in _ARTERY else ()))
    assert way.passage is not None  # noqa: S101  it goes beside
    text = (
        f"The body is entered {way.passage.above_mm:.0f} mm above the middle of the pedicle. "
        f"Segmental vessels are not labelled: how near they run is unknown. "
        f"{' '.join(state_fact(one) for one in facts)}"
    )
    name = f"segmental-vessels-{way.side.value}"
    if level in _ADVISED_AGAINST:
        text = f"{text} At {level} its authors advise against this way: look at the arteries first."
        return Finding(name, Status.NOT_MET, Severity.ACTION, text, cite(*facts))
    return Finding(name, Status.UNKNOWN, Severity.CAUTION, text, cite(*facts))


def _judge_pleura(way: NeedleWay) -> Finding:
    name, known = f"pleura-{way.side.value}", way.path.clearances_mm
    own = f"{way.side.value} lung"
    away = [mm for one in _CHEST if (mm := known.get(one)) is not None]
    if known.get(own) is None:
        text = f"The {own} is not labelled here: how near the needle passes to it is unknown."
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text)
    text = (
        f"{min(away):.1f} mm from the needle to lung or pleural recess, as labelled. The lung "
        "moves and the pleura does not show: look for a pneumothorax afterwards."
    )
    return Finding(name, Status.MET, Severity.CAUTION, text)


def _judge_rib(way: NeedleWay) -> Finding:
    name, gap = f"rib-{way.side.value}", way.path.clearances_mm.get("ribs")
    if gap is None:
        text = "No rib is labelled: whether the needle meets one is unknown."
        return Finding(name, Status.UNKNOWN, Severity.ACTION, text)
    text = f"{gap:.1f} mm from the needle to the nearest rib."
    return Finding(name, Status.MET, Severity.CAUTION, text)
