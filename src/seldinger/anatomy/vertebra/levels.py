"""Levels: names of labels become names of vertebrae, in the order of the spine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seldinger.core.errors import AnatomyError

if TYPE_CHECKING:
    from seldinger.image import Study

ORDER = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    "S1",
)
"""From the head down; C1 has no body, S1 serves only as a neighbour."""
LEVELS = ORDER[1:-1]
"""Those that can be asked for."""

_NAME = re.compile(
    r"^(?:vertebrae?|vertebral|vert|spine|body|level)?[\s_.:-]*"
    r"(?P<region>cervical|thoracic|lumbar|sacral|th|d|c|t|l|s)[\s_.:-]*0*(?P<number>\d{1,2})"
    r"(?:[\s_.-]*(?:vertebrae?|body|vert))?$",
    re.IGNORECASE,
)
_REGION = {"d": "T"}


def parse_level(name: str) -> str:
    """The level, "C2" to "L5", that ``name`` means: "L1", "vertebra L1", "vertebrae_L1", "th12".

    Raises:
        AnatomyError: ``name`` is no such level.
    """
    found = read_level(name)
    if found not in LEVELS:
        raise AnatomyError(
            f"{name!r} is no level with a body above the sacrum: use C2 to C7, T1 to T12 or L1 "
            'to L5, such as "L1", "th12" or "vertebrae_L1"'
        )
    return found


def read_level(name: str) -> str | None:
    """The level in ``ORDER`` that a label's ``name`` means; None: none of a vertebra."""
    match = _NAME.match(name.strip())
    if match is None:
        return None
    region = match["region"].lower()
    level = f"{_REGION.get(region, region[0].upper())}{int(match['number'])}"
    return level if level in ORDER else None


def find_levels(study: Study) -> dict[str, str]:
    """Levels that ``study`` has labels of, from the head down, each with its label's raw name.

    Raises:
        AnatomyError: two labels mean the same level.
    """
    return {level: raw for level, raw in list_labelled(study).items() if level in LEVELS}


def list_labelled(study: Study) -> dict[str, str]:
    """As ``find_levels``, with C1 and S1.

    Raises:
        AnatomyError: two labels mean the same level.
    """
    found: dict[str, str] = {}
    for raw in () if study.labels is None else study.labels.names:
        level = read_level(raw)
        if level is None:
            continue
        if level in found:
            raise AnatomyError(
                f"the labels {found[level]!r} and {raw!r} both mean {level}: rename or join them"
            )
        found[level] = raw
    return {level: found[level] for level in ORDER if level in found}
