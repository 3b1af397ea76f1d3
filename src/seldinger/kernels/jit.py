"""The package's only spelling of njit: compiled once, cached on disk, safe maths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba as nb

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

prange = nb.prange


def kernel(function: F) -> F:
    """A parallel, cached kernel; typed as the function it wraps."""
    return cast("F", nb.njit(function, parallel=True, cache=True, nogil=True))


def inlined(function: F) -> F:
    """A small helper called inside kernels."""
    return cast("F", nb.njit(function, cache=True, nogil=True, inline="always"))


def stencil(function: F) -> F:
    """A parallel, cached kernel whose divisions follow IEEE, so that its rows vectorise."""
    return cast("F", nb.njit(function, parallel=True, cache=True, nogil=True, error_model="numpy"))


def row(function: F) -> F:
    """A helper over one row of a stencil, inlined into it."""
    return cast(
        "F", nb.njit(function, cache=True, nogil=True, error_model="numpy", inline="always")
    )


def serial(function: F) -> F:
    """A cached kernel of one thread, for arrays too small to be worth sharing."""
    return cast("F", nb.njit(function, cache=True, nogil=True, error_model="numpy"))
