"""Vessels: masks of vessels become centrelines, sections and stenoses."""

from __future__ import annotations

from seldinger.anatomy.vessels.enhance import enhance_vessels
from seldinger.anatomy.vessels.extract import Centrelines, extract_centrelines
from seldinger.anatomy.vessels.naming import name_edges, rename_edges
from seldinger.anatomy.vessels.routes import Route, measure_route
from seldinger.anatomy.vessels.sections import Sections, measure_sections
from seldinger.anatomy.vessels.segment import VesselMask, segment_vessels
from seldinger.anatomy.vessels.stenosis import Stenosis, find_stenoses
from seldinger.anatomy.vessels.trace import TraceRequest, VesselTrace, trace_vessels

__all__ = [
    "Centrelines",
    "Route",
    "Sections",
    "Stenosis",
    "TraceRequest",
    "VesselMask",
    "VesselTrace",
    "enhance_vessels",
    "extract_centrelines",
    "find_stenoses",
    "measure_route",
    "measure_sections",
    "name_edges",
    "rename_edges",
    "segment_vessels",
    "trace_vessels",
]
