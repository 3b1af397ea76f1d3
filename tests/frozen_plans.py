"""What the plans of the built-in patient said when they were last frozen, and how it is compared.

A move of code changes nothing that a plan says: numbers agree within ``WITHIN``, words are equal.
Where a change is meant, freeze anew and let the difference of ``tests/frozen/`` be read with it:

    python tests/frozen_plans.py write DIRECTORY        every plan of this checkout
    python tests/frozen_plans.py compare BEFORE AFTER   two of them; exit 1 if bytes differ

With ``SELDINGER_DATA`` set, ``write`` adds plans of the real liver; those are never kept here.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.plan import Plan

FROZEN = Path(__file__).parent / "frozen"
WITHIN = 1e-6
"""Of numbers: of their size, or of one where they are smaller."""
NOT_SAID = frozenset({"version"})
"""Keys of provenance that say who made the plan, not what it says."""


def file_name(case: tuple[str, str]) -> str:
    """The file of a case."""
    return f"{case[0]}-{case[1]}.json"


def said(plan: Plan) -> Any:
    """All that a plan says, as its file has it."""
    from seldinger.plan import file

    return json.loads(file.to_json(plan))


def differences(before: Any, after: Any, place: str = "") -> Iterator[str]:
    """Every place where two plans do not say the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after} - NOT_SAID):
            where = f"{place}.{key}" if place else key
            if key not in after or key not in before:
                word, side = ("is gone, was", before) if key in before else ("is new:", after)
                yield f"{where}: {word} {side[key]!r}"
            else:
                yield from differences(before[key], after[key], where)
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield f"{place}: {len(before)} entries became {len(after)}"
        for n, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from differences(one, other, f"{place}[{n}]")
    elif not _same(before, after):
        yield f"{place}: {before!r} became {after!r}"


def _same(before: Any, after: Any) -> bool:
    numbers = [type(v) in (int, float) for v in (before, after)]
    if all(numbers):
        return math.isclose(before, after, rel_tol=WITHIN, abs_tol=WITHIN)
    return bool(type(before) is type(after) and before == after)


def frozen(case: tuple[str, str]) -> Any:
    """What a case said when it was frozen."""
    return json.loads((FROZEN / file_name(case)).read_text(encoding="utf-8"))


def _write(folder: Path, name: str, plan: Plan) -> None:
    text = json.dumps(said(plan), indent=1, ensure_ascii=False, sort_keys=True)
    (folder / name).write_text(text + "\n", encoding="utf-8")


def _write_all(folder: Path) -> None:
    # Beside this file: of a script, its own folder is searched first.
    import demo_plans  # type: ignore[import-not-found]
    from seldinger import anatomy, demo

    folder.mkdir(parents=True, exist_ok=True)
    study = demo.patient(3.0).study
    built = anatomy.build(study, settings=anatomy.Settings(voxel_mm=3.0))
    for case in demo_plans.CASES:
        _write(folder, file_name(case), demo_plans.proposed(built, case))
    if "SELDINGER_DATA" in os.environ:
        _write_real(folder, Path(os.environ["SELDINGER_DATA"]) / "liver-ircad17")


def _write_real(folder: Path, place: Path) -> None:
    from demo_plans import STILL
    from seldinger import anatomy, image
    from seldinger.anatomy import targets
    from seldinger.plan import Settings, propose

    study = image.load(
        place / "ct.nii.gz", labels=place / "labels.nii.gz", label_key=place / "labels.json"
    )
    liver = anatomy.build(study)
    goal = targets.from_sphere(liver, (129.3, 155.3, 123.2), 22.0, "tumour")
    _write(folder, "real-biopsy.json", propose("biopsy", liver, goal))
    words = Settings(answers={"modality": "microwave"}, assume=STILL)
    _write(folder, "real-ablation.json", propose("ablation", liver, goal, settings=words))


def _compare(before: Path, after: Path) -> Iterator[str]:
    """A line for each file, and under it its differences; nothing said where bytes are equal."""
    names = sorted({p.name for p in before.glob("*.json")} | {p.name for p in after.glob("*.json")})
    for name in names:
        if not (before / name).is_file() or not (after / name).is_file():
            yield f"{name}: only in one of them"
            continue
        texts = [(folder / name).read_text(encoding="utf-8") for folder in (before, after)]
        found = list(differences(*(json.loads(text) for text in texts)))
        if texts[0] != texts[1]:
            yield f"{name}: {len(found)} differences, and bytes"
        yield from (f"  {line}" for line in found)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        _write_all(Path(sys.argv[2]))
    else:
        lines = list(_compare(Path(sys.argv[2]), Path(sys.argv[3])))
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.exit(1 if lines else 0)
