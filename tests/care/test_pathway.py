"""The pathway: its order, what each move needs, and that nothing gets past it."""

from __future__ import annotations

import itertools

import pytest

from seldinger.care import pathway
from seldinger.core.errors import CareError

ORDER = [
    "referred",
    "assessed",
    "planned",
    "cleared",
    "consented",
    "checked-in",
    "time-out",
    "treated",
    "recovered",
    "discharged",
    "followed-up",
    "closed",
]

NEEDS = {
    "referred": "",
    "assessed": "indication imaging_date alternatives_discussed pregnancy allergies drugs",
    "planned": "procedure side plan",
    "cleared": "bleeding_class labs kidney_function hold_dates fasting contrast antibiotics access "
    "asa_class escort",
    "consented": "consent sheet_version",
    "checked-in": "identity fasted held new_since_clearance",
    "time-out": "time_out",
    "treated": "devices medication contrast_ml kerma_mgy pka_gycm2 fluoroscopy_min",
    "recovered": "rest_until observations",
    "discharged": "restart_dates adverse_event sheet_given",
    "followed-up": "imaging_done skin_checked late_event",
    "closed": "",
}
STEPS = [*itertools.pairwise(ORDER)]


def needed(to: str) -> list[str]:
    """Keys of a state and of all before it."""
    return [key for name in ORDER[: ORDER.index(to) + 1] for key in NEEDS[name].split()]


def test_the_states_and_what_they_need() -> None:
    assert [one.name for one in pathway.states()] == ORDER
    assert {s.name: " ".join(n.key for n in s.needs) for s in pathway.states()} == NEEDS
    assert all(need.ask for state in pathway.states() for need in state.needs)


@pytest.mark.parametrize(("now", "to"), STEPS)
def test_a_case_moves_when_everything_is_known(now: str, to: str) -> None:
    assert pathway.list_missing(to, needed(to)) == ()
    pathway.check_move(now, to, needed(to))


@pytest.mark.parametrize(("now", "to"), STEPS)
def test_a_case_does_not_move_while_one_thing_is_missing(now: str, to: str) -> None:
    for gone in needed(to):
        known = [key for key in needed(to) if key != gone]
        assert [need.key for need in pathway.list_missing(to, known)] == [gone]
        with pytest.raises(CareError, match=gone):
            pathway.check_move(now, to, known)


def test_no_state_is_skipped_and_none_comes_back() -> None:
    everything = needed("closed")
    for now in ORDER[:-1]:
        for to in ORDER:
            if (now, to) in STEPS:
                continue
            with pytest.raises(CareError, match="next comes"):
                pathway.check_move(now, to, everything)
    with pytest.raises(CareError, match="moves no further"):
        pathway.check_move("closed", "referred", everything)


def test_what_follows_and_what_is_unknown() -> None:
    last = pathway.next_state("followed-up")
    assert last is not None
    assert last.name == "closed"
    assert pathway.next_state("closed") is None
    with pytest.raises(CareError, match=r"no state is called 'lost'.*referred"):
        pathway.state("lost")
