"""What a treatment lets somebody answer is declared once, as a record, and read from it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import pytest

from seldinger.core.errors import PlanError
from seldinger.plan import Settings, load_procedures
from seldinger.plan.answers import among, list_words, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Two questions."""

    wall: str | None = among("thick", "thin")
    outside_table: str | None = among("yes", "no")


def test_a_record_is_its_words_and_what_was_answered() -> None:
    assert list_words(Told) == {"wall": ("thick", "thin"), "outside-table": ("yes", "no")}
    assert list_words(None) == {}
    given = Settings(answers={"outside-table": "no", "clearance": "yes", "spleen": "absent"})
    assert read(Told, given) == Told(outside_table="no")
    assert read(Told, Settings()) == Told(), "nobody answered: unknown"


def test_a_word_that_nobody_offers_is_refused_with_those_that_are() -> None:
    said = "the answer 'fat' to 'wall' is not known; allowed: thick, thin; leave it out when it"
    with pytest.raises(PlanError, match=said):
        read(Told, Settings(answers={"wall": "fat"}))


def test_every_treatment_of_ours_offers_words_and_nothing_is_answered_by_default() -> None:
    kinds = {one.treatment.answers for one in load_procedures().values()} - {None}
    assert {kind.__name__ for kind in kinds if kind} == {
        "AblationAnswers", "AugmentationAnswers", "BiopsyAnswers", "CavalFilterAnswers",
        "ChemoembolizationAnswers",
        "DrainageAnswers",
        "IrradiationAnswers",
    }  # fmt: skip
    for kind in kinds:
        assert kind is not None
        assert all(list_words(kind).values())
        assert all(getattr(kind(), one.name) is None for one in fields(kind))
