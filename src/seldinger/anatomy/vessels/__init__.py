"""Vessels: masks of vessels become centrelines, sections and stenoses."""

from __future__ import annotations

from seldinger.anatomy.vessels.extract import Centrelines, extract_centrelines
from seldinger.anatomy.vessels.sections import Sections, measure_sections
from seldinger.anatomy.vessels.stenosis import Stenosis, find_stenoses

__all__ = [
    "Centrelines",
    "Sections",
    "Stenosis",
    "extract_centrelines",
    "find_stenoses",
    "measure_sections",
]
