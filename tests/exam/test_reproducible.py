"""The same inputs give the same bytes: in another process, hashed and threaded otherwise.

Within one process neither the order of sets nor the number of threads could differ.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numba
from tests import demo_plans as beside
from tests.demo_plans import DemoPlans, fingerprint

if TYPE_CHECKING:
    from seldinger.plan import Plan

CASES = (("biopsy", "lung-nodule-1"),)
ELSEWHERE = """
import importlib.util, json, sys
import numba
from seldinger import anatomy, demo

# By its path: another package called tests may be installed.
found = importlib.util.spec_from_file_location("demo_plans", sys.argv[1])
demo_plans = importlib.util.module_from_spec(found)
found.loader.exec_module(demo_plans)
voxel_mm = float(sys.argv[2])
study = demo.patient(voxel_mm).study
built = anatomy.build(study, settings=anatomy.Settings(voxel_mm=voxel_mm))
made = [demo_plans.proposed(built, tuple(case)) for case in json.loads(sys.argv[3])]
made.append(demo_plans.small_ablation(built))
prints = [demo_plans.fingerprint(one) for one in made]
print(json.dumps([numba.get_num_threads(), hash("seldinger"), prints]))
"""


def test_another_process_gives_the_same_bytes(
    demo_plans: DemoPlans, small_ablation: Plan, demo_voxel_mm: float
) -> None:
    mine = numba.get_num_threads()
    # Beside the other worker two threads would spend most of their time waiting for each other.
    other = {
        "PYTHONHASHSEED": "4711",
        "NUMBA_NUM_THREADS": "2" if mine == 1 else "1",
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    where = str(Path(beside.__file__).resolve())
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, where, str(demo_voxel_mm), json.dumps(CASES)],
        env=os.environ | other,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    threads, hashed, found = json.loads(done.stdout)
    assert threads != mine
    assert hashed != hash("seldinger")
    here = [*(demo_plans[case] for case in CASES), small_ablation]
    assert found == [fingerprint(one) for one in here]
    assert set(found[-1]) > {"plan.json", "zone", "temperature"}
