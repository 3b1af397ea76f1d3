"""A stranger's section of a report, and one that is not a section."""

from seldinger.report.blocks import Note
from seldinger.report.sections import Part, Section

SECTION = Section(Part.FIRST, 65, lambda plan: (Note(f"A stranger on {plan.target.label}."),))
NO_SECTION = "a word"
