"""A department's pneumothorax drains after lung biopsy, held against an audit threshold."""

from __future__ import annotations

import json
from dataclasses import asdict

from seldinger.care.quality import audit


def audited(events: int = 3, cases: int = 60, threshold: float = 0.10) -> dict[str, object]:
    """The rate with its interval: 3 of 60 are too few to tell 5 % from 10 %."""
    return asdict(audit(events, cases, threshold))


if __name__ == "__main__":
    print(json.dumps(audited()))
