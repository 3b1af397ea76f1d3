"""What many leaflets say alike: fasting, the way in, the breath, driving, going home.

A page only tells what its procedure is like; the sentences stand once per language, and the hours
in them are facts, which are cited where the leaflet lists its numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence

if TYPE_CHECKING:
    from seldinger.evidence.model import Fact
    from seldinger.report.sheet import Released
    from seldinger.report.sheet_text import Common, Page

_HOURS = {
    "drinks": "fasting_sedation.clear_liquids",
    "meal": "fasting_sedation.light_meal",
    "heavy": "fasting_sedation.fatty_meal",
}


def describe_before(common: Common, page: Page, released: Released | None) -> tuple[str, ...]:
    """Fasting, by the clock where a clinician released it; and who goes home how."""
    shared = common.shared
    if released is not None and released.fasting:
        fasts = tuple(
            getattr(shared.fasting_clock, what).format(when=when) for what, when in released.fasting
        )
    elif page.care.fasting:
        hours = {
            name: f"{evidence.driving_value(fact, secondary=True):.0f}"
            for name, fact in _HOURS.items()
        }
        fasts = tuple(line.format(**hours) for line in shared.fasting)
    else:
        fasts = shared.no_fasting
    return (*fasts, getattr(shared.stay, page.care.stay))


def list_facts(page: Page, released: Released | None) -> tuple[Fact, ...]:
    """The facts behind the hours that are printed."""
    by_the_clock = released is not None and bool(released.fasting)
    if not page.care.fasting or by_the_clock:
        return ()
    return tuple(evidence.fact(fact) for fact in _HOURS.values())


def describe_during(common: Common, page: Page) -> tuple[str, ...]:
    """The breath."""
    return () if page.care.breath == "no" else (getattr(common.shared.breath, page.care.breath),)


def describe_after(common: Common, page: Page) -> tuple[str, ...]:
    """By the way in; soreness; driving."""
    shared, care = common.shared, page.care
    lines = [getattr(shared.way_in, way) for way in care.way_in]
    if care.sore:
        lines.append(shared.sore)
    if care.sedation:
        lines += shared.driving
    return tuple(lines)
