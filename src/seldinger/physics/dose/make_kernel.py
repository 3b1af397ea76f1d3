"""Make the point kernels that the package brings; the same seed gives the same bytes.

    python -m seldinger.physics.dose.make_kernel y90 [FOLDER]

writes ``y90.csv`` into the folder, or over the one in the package.
"""

from __future__ import annotations

import sys
from pathlib import Path

from seldinger.physics.dose.emitters import EMITTERS
from seldinger.physics.dose.point_kernel import make_point_kernel, write_point_kernel
from seldinger.physics.dose.steps import TransportSettings

ELECTRONS = {"y90": 100_000_000, "ho166": 40_000_000}
SEED = 90166
SETTINGS = TransportSettings(cut_mev=0.04, loss_per_step=0.03)
HERE = Path(__file__).parent / "kernels"
_MOST_WORDS = 2


def _tell(what: str, fraction: float) -> None:
    sys.stderr.write(f"\r{what}: {100.0 * fraction:.0f} %")
    sys.stderr.flush()


def main(words: list[str]) -> int:
    """Make the kernel that ``words`` name; 2 where they name none."""
    if not 1 <= len(words) <= _MOST_WORDS or words[0] not in EMITTERS:
        sys.stderr.write(f"say which, and perhaps a folder; there are: {', '.join(EMITTERS)}\n")
        return 2
    name = words[0]
    folder = Path(words[1]) if len(words) == _MOST_WORDS else HERE
    folder.mkdir(parents=True, exist_ok=True)
    kernel = make_point_kernel(EMITTERS[name], ELECTRONS[name], SEED, SETTINGS, _tell)
    write_point_kernel(kernel, folder / f"{name}.csv")
    sys.stderr.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
