"""A stranger's section of a report, and one that is not a section."""

from matplotlib.figure import Figure as Drawing

from seldinger.report.blocks import Figure, Note
from seldinger.report.sections import Part, Section

SECTION = Section(Part.FIRST, 65, lambda plan: (Note(f"A stranger on {plan.target.label}."),))
SHOWN = Section(
    Part.BODY,
    1,
    lambda _: (Figure("pictures/theirs.png", "a square", ""),),
    lambda _: (("theirs", lambda: Drawing(figsize=(1.0, 1.0))),),
)
NOT_DRAWN = Section(Part.BODY, 1, SHOWN.blocks)
NO_SECTION = "a word"
