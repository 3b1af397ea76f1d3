"""Extend: the public door for procedures of other packages.

A package declares a ``Procedure`` and names it in its ``pyproject.toml``::

    [project.entry-points."seldinger.procedures"]
    inject = "my_package:PROCEDURE"

It then gets the search, the gates, plan.json, reports and the exam
(``seldinger.testing.check_procedure``). A section of the report goes by the group
``seldinger.report_sections``; devices, facts with their sources, outcomes, leaflets and the entry
among the procedures are TOML pages laid out as ours, by the group ``seldinger.data``. Everything it
may lean on has a name here; what has none may change without notice.
"""

from __future__ import annotations

from seldinger.core.finding import Finding
from seldinger.core.quantity import Quantity, Spread
from seldinger.core.record import Assumption
from seldinger.core.shapes import Curve
from seldinger.core.space import Grid
from seldinger.core.verdict import Severity, Status
from seldinger.core.volume import Volume
from seldinger.evidence.records import Positive, describe
from seldinger.plan.answers import among
from seldinger.plan.approach.percutaneous.approach import Percutaneous
from seldinger.plan.approach.percutaneous.guidance import choose as choose_guidance
from seldinger.plan.approach.percutaneous.model import (
    Instrument,
    Limits,
    NeedleCase,
    TargetPoint,
    Toward,
)
from seldinger.plan.approach.percutaneous.options import PercutaneousOptions
from seldinger.plan.declared import DemoCase, Question
from seldinger.plan.model import (
    Approach,
    DeviceUse,
    Gate,
    Guidance,
    Path,
    Plan,
    Step,
    Treatment,
)
from seldinger.plan.procedure import (
    ApproachLogic,
    Case,
    Decision,
    Procedure,
    Reach,
    Ruled,
    Search,
    Settings,
    TreatmentLogic,
)
from seldinger.report.blocks import Block, Heading, Note, Row, Table, Text
from seldinger.report.sections import Part, Section
from seldinger.simulate.effect import (
    Effect,
    Fields,
    Measure,
    Option,
    ScalarSurface,
    StructureEffect,
    Trace,
)
from seldinger.simulate.placement import Phase, Placement

__all__ = [
    "Approach",
    "ApproachLogic",
    "Assumption",
    "Block",
    "Case",
    "Curve",
    "Decision",
    "DemoCase",
    "DeviceUse",
    "Effect",
    "Fields",
    "Finding",
    "Gate",
    "Grid",
    "Guidance",
    "Heading",
    "Instrument",
    "Limits",
    "Measure",
    "NeedleCase",
    "Note",
    "Option",
    "Part",
    "Path",
    "Percutaneous",
    "PercutaneousOptions",
    "Phase",
    "Placement",
    "Plan",
    "Positive",
    "Procedure",
    "Quantity",
    "Question",
    "Reach",
    "Row",
    "Ruled",
    "ScalarSurface",
    "Search",
    "Section",
    "Settings",
    "Severity",
    "Spread",
    "Status",
    "Step",
    "StructureEffect",
    "Table",
    "TargetPoint",
    "Text",
    "Toward",
    "Trace",
    "Treatment",
    "TreatmentLogic",
    "Volume",
    "among",
    "choose_guidance",
    "describe",
]


def __dir__() -> list[str]:
    """The public names."""
    return __all__
