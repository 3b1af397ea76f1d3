"""What cohorts saw: side by side, by the fracture's age, and never as a patient's probability."""

from __future__ import annotations

import pytest

from seldinger.core.errors import SimulationError
from seldinger.simulate.cement import published


def ids(table: published.CohortTable) -> set[str]:
    return {row.fact_id.removeprefix("vertebra.") for row in table.rows}


def test_age_chooses_the_bands_and_cohorts_stand_side_by_side() -> None:
    fresh = published.list_height_rows(1.0, kyphoplasty=True)
    assert {"height.angle.palmowski.under_2wk", "height.angle.timing.within_2wk"} <= ids(fresh)
    assert "height.angle.palmowski.2_6wk" not in ids(fresh)
    assert not fresh.outside_domain
    angles = [row for row in fresh.rows if row.applies and ".angle." in row.fact_id]
    # Three cohorts by age, and a pool that tells none.
    assert {row.value for row in angles} == {3.8, 8.8, 5.4, 4.8}
    assert any(row.conflicts for row in angles)
    assert published.find_conflicts(next(row for row in angles if row.conflicts))


def test_an_unknown_age_shows_all_and_applies_to_none() -> None:
    unknown = published.list_height_rows(None, kyphoplasty=True)
    assert {"height.angle.palmowski.under_2wk", "height.angle.palmowski.6_51wk"} <= ids(unknown)
    aged = [row for row in unknown.rows if "palmowski" in row.fact_id]
    assert all(row.applies is None for row in aged)


def test_older_than_the_cohorts_is_outside() -> None:
    old = published.list_height_rows(80.0, kyphoplasty=True)
    assert "80 weeks old" in old.outside_domain
    assert not any("palmowski" in name or "timing" in name for name in ids(old))
    between = published.list_height_rows(12.0, kyphoplasty=True)
    assert not any("crandall" in name for name in ids(between))
    with pytest.raises(SimulationError, match="0 or more"):
        published.list_height_rows(-1.0, kyphoplasty=True)


def test_height_by_age_is_of_kyphoplasty_alone() -> None:
    plain = published.list_height_rows(1.0, kyphoplasty=False)
    assert "vertebroplasty" in plain.outside_domain
    assert "height.angle.vertebroplasty" in ids(plain)
    assert not ids(plain) & {"height.angle.kyphoplasty", "height.angle.palmowski.under_2wk"}


def test_a_range_has_no_value() -> None:
    rows = {row.fact_id: row for row in published.list_height_rows(1.0, kyphoplasty=True).rows}
    front = rows["vertebra.height.front.palmowski"]
    assert front.value is None
    assert front.interval == (8.9, 12.9)
    heat = {row.fact_id: row for row in published.list_heat_rows().rows}
    canal = heat["vertebra.mechanics.cement.heat.canal"]
    assert (canal.value, canal.interval, canal.unit) == (None, (39.0, 57.0), "Cel")
    assert "dead" not in canal.population


def test_leaks_by_technique_viscosity_and_what_is_not_known() -> None:
    table = published.list_leak_rows(kyphoplasty=False, thick=True, cleft=False, broken=None)
    rows = {row.fact_id.removeprefix("vertebra."): row for row in table.rows}
    assert rows["leak.any.vertebroplasty2023"].applies is True
    assert rows["leak.any.kyphoplasty2023"].applies is False
    assert rows["leak.thick.any"].applies is True
    assert rows["leak.odds.low_viscosity"].applies is False
    assert rows["leak.odds.cortex"].applies is None
    assert rows["leak.cleft.any"].applies is False
    assert rows["leak.lungs.volume.over_7"].applies is None
    assert rows["leak.any.vertebroplasty2023"].horizon
    own = published.list_leak_rows(
        kyphoplasty=True, thick=None, cleft=True, broken=True, tumour=True
    )
    assert any("tumour" in name for name in ids(own))
    assert {row.applies for row in own.rows if ".thick." in row.fact_id} == {None}


def test_sinking_again_turns_on_the_endplates() -> None:
    both = published.list_recollapse_rows(both_endplates=True, cleft=False, junction=True)
    rows = {row.fact_id.removeprefix("vertebra."): row for row in both.rows}
    assert rows["filling.endplates.both"].applies is True
    assert rows["filling.endplates.missed"].applies is False
    assert rows["filling.recollapse.junction"].applies is True
    assert rows["filling.recollapse.lump"].applies is None


def test_every_table_has_rows_with_a_source() -> None:
    tables = (
        published.list_pain_rows(), published.list_next_fracture_rows(),
        published.list_heat_rows(), published.list_filling_rows(),
    )  # fmt: skip
    for table in tables:
        assert table.rows
        assert all(row.source and row.population for row in table.rows)
    shown = published.list_facts(tables)
    assert len(set(shown)) == len(shown)
    stamped = [row for row in tables[3].rows if row.fact_id.endswith("puncture_side")]
    assert stamped[0].stamp
