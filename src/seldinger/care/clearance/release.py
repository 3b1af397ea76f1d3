"""Release: a clinician answers for exactly this clearance; whoever changes it breaks the seal."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from seldinger.care.clearance import file
from seldinger.care.clearance.model import Release
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    import datetime as dt

    from seldinger.care.clearance.model import Clearance


def digest(clearance: Clearance) -> str:
    """SHA-256 of everything a clearance says."""
    return hashlib.sha256(file.to_json(clearance).encode("utf-8")).hexdigest()


def release(clearance: Clearance, name: str, role: str, at: dt.datetime) -> Release:
    """A clinician's release of a clearance, whatever its answer: they answer for it.

    Args:
        clearance: what is released.
        name: of the clinician.
        role: of the clinician.
        at: aware.

    Raises:
        CareError: no name or role, or a time without a zone or before the clearance.
    """
    if not name.strip() or not role.strip():
        raise CareError("a release needs the clinician's name and role")
    if at.utcoffset() is None:
        raise CareError("a release needs a time with its zone")
    if at.timestamp() < clearance.now.timestamp():
        raise CareError(
            f"a release at {at.isoformat()} comes before the clearance of "
            f"{clearance.now.isoformat()}: check the time"
        )
    return Release(name.strip(), role.strip(), at, digest(clearance))


def matches(found: Release, clearance: Clearance) -> bool:
    """Whether a release is of exactly this clearance."""
    return found.sha256 == digest(clearance)


def verify(sealed: Release, clearance: Clearance) -> None:
    """Refuse a release of another clearance.

    Raises:
        CareError: the clearance is not the one that was released.
    """
    if not matches(sealed, clearance):
        raise CareError(
            f"the release by {sealed.name} is of another clearance: this one says something else "
            "and must be released anew"
        )
