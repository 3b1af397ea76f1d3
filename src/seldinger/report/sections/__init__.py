"""Sections: what a report of a plan tells, part by part, ours and others' by the same door.

A section is a function from a plan, or from an outcome of it, to blocks, with its place; it gives
none where it has nothing to say. Sections are found by the entry-point group
``seldinger.report_sections``. One that cannot be used harms no other: it is left out, and named in
the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from seldinger.core.errors import OutputError
from seldinger.plan.model import Plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from seldinger.report.blocks import Block

    Drawing = tuple[str, Callable[[], Figure]]

GROUP = "seldinger.report_sections"
_OURS = "seldinger.report.sections."


class Part(IntEnum):
    """Where a section stands: on page one, after it, or in the appendix."""

    FIRST = 1
    BODY = 2
    APPENDIX = 3


def _none(told: object) -> tuple[()]:
    """No pictures, no details."""
    del told
    return ()


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a report.

    Attributes:
        part: where it stands.
        order: within its part, the smallest first; ours are multiples of ten.
        blocks: what it says of a plan; the file of a figure is ``pictures/NAME.png``.
        pictures: the pictures that it shows, each a name and how it is drawn.
        of: what it tells of: a plan, or an outcome such as ``guide.Rehearsal``.
        details: what it adds to the appendix, before the appendix's own sections.
        approach: kind of the approach whose plans it tells of; "": of every one.
    """

    part: Part
    order: int
    blocks: Callable[[Any], tuple[Block, ...]]
    pictures: Callable[[Any], tuple[Drawing, ...]] = _none
    of: type = Plan
    details: Callable[[Any], tuple[Block, ...]] = _none
    approach: str = ""

    def concerns(self, *told: object) -> tuple[object, ...]:
        """Those of a plan and its outcomes that it tells of."""
        return tuple(one for one in told if isinstance(one, self.of) and self._covers(one))

    def _covers(self, told: object) -> bool:
        return not (
            self.approach and isinstance(told, Plan) and told.approach.kind != self.approach
        )


def load_sections(group: str = GROUP) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """Every section in its order, and a sentence for each that cannot be used.

    Raises:
        OutputError: ours are not among them: the package was not installed as a whole.
    """
    points = sorted(entry_points(group=group), key=lambda p: (p.name, p.value))
    if not any(point.value.startswith(_OURS) for point in points):
        raise OutputError(
            "seldinger is installed without its report sections: install it again (uv sync, or "
            "pip install)"
        )
    loaded: list[tuple[Part, int, str, Section]] = []
    left_out = []
    for point in points:
        try:
            section = _loaded(point)
        except OutputError as wrong:
            left_out.append(str(wrong))
            continue
        loaded.append((section.part, section.order, point.name, section))
    loaded.sort(key=lambda entry: entry[:3])
    return tuple(section for *_, section in loaded), tuple(left_out)


def _loaded(point: EntryPoint) -> Section:
    """What an entry point leads to; whatever goes wrong in it is told with its name."""
    package = point.value if point.dist is None else f"{point.dist.name} ({point.value})"
    named = f"the report section {point.name!r} of {package}"
    try:
        section = point.load()
    # A stranger's module may raise anything at import, or leave the program.
    except (Exception, SystemExit) as wrong:
        raise OutputError(
            f"{named} cannot be loaded ({type(wrong).__name__}: {wrong}): mend, update or "
            "uninstall that package"
        ) from wrong
    if not isinstance(section, Section):
        raise OutputError(
            f"{named} is a {type(section).__name__}, not a Section: mend, update or uninstall that "
            "package"
        )
    return section
