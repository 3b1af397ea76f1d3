"""Kernels of heat and damage against their plain twins, on fields with every phase and material."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from seldinger.kernels import heat, heat_damage, heat_plain
from seldinger.physics.thermal.properties import Boiling, Freezing, Tissue, enthalpy_curves

SHAPE = (9, 8, 11)
TISSUES = (
    Tissue(
        "a", 3.8e6, 0.5, 0.01, Freezing(-1.0, -8.0, 2.5e8, 1.8e6, 2.0),
        Boiling(100.0, 101.0, 1.6e9, 1.9e6, 0.2),
    ),
    Tissue("b", 2.0e6, 0.2, 0.0, None, None),
)  # fmt: skip
BOX = np.array([1, 9, 0, 7, 2, 11], dtype=np.int64)

Fields = dict[str, NDArray[Any]]


def fields(dtype: type[np.floating[Any]], *, mixed: bool) -> Fields:
    rng = np.random.default_rng(3)
    made: Fields = {
        name: rng.normal(0.0, scale, SHAPE).astype(dtype)
        for name, scale in (("first", 1e8), ("last", 1e8), ("before", 1e8), ("rate", 1e5))
    }
    table = enthalpy_curves(TISSUES, 37.0).astype(dtype)
    material = rng.integers(0, 3, SHAPE) if mixed else np.ones(SHAPE)
    made["material"] = material.astype(np.uint8)
    made["curves"] = table
    made["h"] = (rng.normal(0.0, 1.0, SHAPE) * (2e9 if mixed else 1e7)).astype(dtype)
    made["theta"], made["cond"] = np.zeros(SHAPE, dtype), np.zeros(SHAPE, dtype)
    heat_plain._refresh(
        made["h"], made["material"], table, made["theta"], made["cond"],
        np.array([0, 9, 0, 8, 0, 11]),
    )  # fmt: skip
    made["source"] = rng.uniform(0.0, 1e6, SHAPE).astype(dtype)
    made["cooling"] = rng.uniform(0.0, 6e4, SHAPE).astype(dtype)
    made["theta_out"], made["cond_out"] = np.zeros(SHAPE, dtype), made["cond"].copy()
    uniform = (made["material"] == made["material"][:, :, :1]).all(axis=2)
    made["uniform"] = np.where(uniform, made["material"][:, :, 0], 0).astype(np.uint8)
    made["calm"] = np.full(SHAPE[:2], 0 if mixed else heat.CALM, np.uint8)
    made["calm_out"] = np.zeros(SHAPE[:2], np.uint8)
    return made


def numbers(dtype: type[np.floating[Any]], dt: float) -> NDArray[Any]:
    return np.array([2.0 * dt / 1e-6, dt, 0.5, 1e-30, 0.0, 0.5], dtype=dtype)


@pytest.mark.parametrize("mixed", [True, False])
def test_euler(mixed: bool) -> None:
    # The long loops are tried in the precision of runs: another would be compiled for this alone.
    rtol = 2e-5
    ours, theirs = fields(np.float32, mixed=mixed), fields(np.float32, mixed=mixed)
    for loops, f in ((heat, ours), (heat_plain, theirs)):
        loops.euler(
            BOX, numbers(np.float32, 0.3), f["h"], f["theta"], f["cond"], f["source"], f["cooling"],
            f["material"], f["curves"], f["theta_out"], f["cond_out"], f["uniform"], f["calm"],
            f["calm_out"],
        )  # fmt: skip
    for name in ("h", "theta_out", "cond_out"):
        scale = float(np.abs(theirs[name]).max())
        assert ours[name] == pytest.approx(theirs[name], rel=rtol, abs=rtol * scale)


@pytest.mark.parametrize("begins", [True, False])
@pytest.mark.parametrize("mixed", [True, False])
def test_stage(mixed: bool, begins: bool) -> None:
    ours, theirs = fields(np.float32, mixed=mixed), fields(np.float32, mixed=mixed)
    weights = np.array([1.2, -0.4, 0.5, 0.3, -0.1], dtype=np.float32)
    for loops, f in ((heat, ours), (heat_plain, theirs)):
        loops.stage(
            BOX, numbers(np.float32, 1.0), weights, f["first"], f["last"], f["before"], f["rate"],
            f["theta"], f["cond"], f["source"], f["cooling"], f["material"], f["curves"],
            f["before"], f["theta_out"], f["cond_out"], f["uniform"], f["calm"], f["calm_out"],
            begins,
        )  # fmt: skip
    for name in ("before", "rate", "theta_out", "cond_out"):
        scale = float(np.abs(theirs[name]).max())
        assert ours[name] == pytest.approx(theirs[name], rel=2e-5, abs=2e-6 * scale)


def test_rows_are_calm_after_two_steps_and_wake_when_they_boil() -> None:
    f = fields(np.float32, mixed=False)
    calm, calm_out = np.zeros(SHAPE[:2], np.uint8), np.zeros(SHAPE[:2], np.uint8)
    hot = (3, 3)
    for step in range(4):
        if step == 3:
            f["h"][3, 3, 5] = 1.0e9
        heat.euler(
            BOX, numbers(np.float32, 0.1), f["h"], f["theta"], f["cond"], f["source"],
            f["cooling"], f["material"], f["curves"], f["theta_out"], f["cond_out"], f["uniform"],
            calm, calm_out,
        )  # fmt: skip
        f["theta"], f["theta_out"] = f["theta_out"], f["theta"]
        f["cond"], f["cond_out"] = f["cond_out"], f["cond"]
        calm, calm_out = calm_out, calm
        assert calm[5, 3] == min(step + 1, heat.CALM)
    assert calm[hot] == 0
    assert f["cond"][3, 3, 5] < 0.5


@pytest.mark.parametrize("mixed", [True, False])
def test_dried(mixed: bool) -> None:
    dtype, rtol = np.float32, 2e-5
    ours, theirs = fields(dtype, mixed=mixed), fields(dtype, mixed=mixed)
    lost = np.array([0.0, 0.9, 0.0], dtype=dtype)
    for loops, f in ((heat_damage, ours), (heat_plain, theirs)):
        loops.dry(
            BOX, np.array([2.0, 0.0, 1.0], dtype=dtype), lost, f["curves"], f["h"], f["material"],
            f["cooling"], f["source"], f["theta_out"], f["rate"],
        )  # fmt: skip
    for name in ("theta_out", "rate"):
        assert ours[name] == pytest.approx(theirs[name], rel=rtol, abs=rtol * 1e6)
    wet = ours["h"] <= ours["curves"][1, 2]
    dry = (ours["h"] > 2e9) & (ours["material"] == 1)
    here = np.zeros(SHAPE, dtype=bool)
    here[1:9, 0:7, 2:11] = True
    whole = ours["cooling"] + ours["source"]
    assert ours["theta_out"][here & wet] == pytest.approx(whole[here & wet], rel=1e-6)
    if mixed:
        left = (ours["cooling"] + 0.1 * ours["source"])[here & dry]
        assert left.size
        assert ours["theta_out"][here & dry] == pytest.approx(left, rel=1e-5)


def test_damage() -> None:
    rng, kind = np.random.default_rng(5), np.float32
    theta = rng.uniform(-60.0, 300.0, SHAPE).astype(kind)
    names = ("peak", "coldest", "omega", "minutes", "cooling")
    ours: Fields = {name: np.abs(rng.normal(0.0, 1.0, SHAPE)).astype(kind) for name in names}
    ours["coldest"] -= 40.0
    ours["under"] = rng.integers(0, 2, SHAPE).astype(np.uint8)
    ours["counted"] = np.zeros(SHAPE, np.uint8)
    ours["sums"] = np.zeros(SHAPE[0])
    theirs = {name: values.copy() for name, values in ours.items()}
    base = rng.uniform(0.0, 6e4, SHAPE).astype(kind)
    arrhenius = np.array([2.0, 91.8, 30994.0, 310.15, 3.0, heat_damage.CAP], kind)
    dose = np.array([2.0 / 60.0, np.log(0.5), np.log(0.25), 6.0, 3.0, heat_damage.CAP], kind)
    for loops, f in ((heat_damage, ours), (heat_plain, theirs)):
        loops.extremes(BOX, theta, f["peak"], f["coldest"])
        loops.arrhenius(BOX, arrhenius, theta, f["omega"])
        loops.cem43(BOX, dose, theta, f["minutes"])
        loops.count_cycles(BOX, np.array([-50.0, -30.0], kind), theta, f["under"], f["counted"])
        loops.perfuse(
            BOX, np.array([-38.0, 0.1, 0.3, 1.0, 0.0, 0.9], kind), theta, f["coldest"],
            f["omega"], base, f["cooling"],
        )  # fmt: skip
        loops.sum_perfusion(BOX, np.array([0.5, 0.0], kind), theta, f["cooling"], f["sums"])
    assert ours["counted"].any()
    for name, values in ours.items():
        assert values == pytest.approx(theirs[name], rel=2e-5), name
