"""Scores: numbers that follow from a few inputs, each with its sources, its domain and its stamp.

In:    inputs with units, or a ``Patient``.
Out:   ``Score``: value, band, facts, stamp, what is missing.
Never: a guess for a missing input, a value between two rows of a table, a probability for one
       patient.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores import (
    contrast,
    kidney_bleeding,
    kidney_function,
    kidney_tumour,
    limb,
    liver,
    lung,
    meld,
    vein,
)
from seldinger.care.scores.model import Form, Score
from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean, match_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seldinger.care.patient import Patient

__all__ = ["FORMS", "Form", "Score", "form", "read"]

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        one.name: one
        for page in (
            liver,
            meld,
            kidney_function,
            kidney_tumour,
            kidney_bleeding,
            lung,
            limb,
            contrast,
            vein,
        )
        for one in page.FORMS
    }
)
"""By name."""


def form(name: str) -> Form:
    """The score called that, whatever its case and separators.

    Raises:
        CareError: there is none; close ones are offered.
    """
    called = match_name(name, FORMS)
    if called is None:
        raise CareError(
            f"no score is called {name!r}; {did_you_mean(name, FORMS)}there are: {', '.join(FORMS)}"
        )
    return FORMS[called]


def read(
    name: str,
    words: Mapping[str, str],
    patient: Patient | None = None,
    *,
    insist: bool = False,
    others_no: bool = False,
) -> Score:
    """A score of inputs as somebody wrote them, and of what a patient's file knows.

    Args:
        name: of the score.
        words: by key, "1.2 mg/dL", "yes", "unknown"; they go before the patient's.
        patient: fills the rest.
        insist: work out a score that is off by default.
        others_no: every yes or no that neither tells is no, because the caller says so.

    Raises:
        CareError: no such score or input, a unit or a value that is not allowed.
    """
    wanted = form(name)
    if wanted.off and not insist:
        return wanted.unasked()
    return wanted.read(words, patient, others_no=others_no)


def __dir__() -> list[str]:
    """The public names."""
    return __all__
