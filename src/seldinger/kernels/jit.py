"""The package's only spelling of njit: compiled once, cached on disk, safe maths.

numba is imported by the first call, not by the definition: lists and refusals need no compiler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")


class _Ranged:
    """Stands for numba's parallel range until a kernel is compiled; a plain range before that."""

    def __call__(self, *ends: int) -> range:
        return range(*ends)


class _Waiting:
    """A function that is handed to the compiler when it is first called."""

    def __init__(self, function: Callable[..., Any], how: dict[str, Any]) -> None:
        self.function = function
        self.how = how
        self.compiled: Any = None
        self.__doc__ = function.__doc__

    def ready(self) -> Any:
        """Numba's own object; it and the helpers beside it take their places in the module."""
        if self.compiled is None:
            import numba as nb

            self.compiled = nb.njit(self.function, **self.how)
            # numba looks names up where the function was written, so helpers must be numba's too.
            names = self.function.__globals__
            for name, value in list(names.items()):
                if isinstance(value, _Ranged):
                    names[name] = nb.prange
                elif isinstance(value, _Waiting):
                    names[name] = value.ready()
        return self.compiled

    def __call__(self, *given: Any) -> Any:
        return self.ready()(*given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ready(), name)


prange = cast("type[range]", _Ranged())


def _waiting(function: F, **how: Any) -> F:
    return cast("F", _Waiting(function, {"cache": True, "nogil": True, **how}))


def kernel(function: F) -> F:
    """A parallel, cached kernel; typed as the function it wraps."""
    return _waiting(function, parallel=True)


def inlined(function: F) -> F:
    """A small helper called inside kernels."""
    return _waiting(function, inline="always")


def stencil(function: F) -> F:
    """A parallel, cached kernel whose divisions follow IEEE, so that its rows vectorise."""
    return _waiting(function, parallel=True, error_model="numpy")


def row(function: F) -> F:
    """A helper over one row of a stencil, inlined into it."""
    return _waiting(function, error_model="numpy", inline="always")


def serial(function: F) -> F:
    """A cached kernel of one thread, for arrays too small to be worth sharing."""
    return _waiting(function, error_model="numpy")
