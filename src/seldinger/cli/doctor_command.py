"""Doctor: what this machine has, told without importing any of it."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib import metadata
from pathlib import Path

import typer

from seldinger import __version__
from seldinger.cli.terminal import AsJson, print_json, print_table

Answer = str | int | float | bool | None


def doctor(as_json: AsJson = False) -> None:
    """Say what this machine has.

    Python, cores, memory, packages, the cache of compiled kernels, and the folder of real studies.
    """
    machine = _machine()
    packages = _packages()
    if as_json:
        print_json({**machine, "packages": packages})
    else:
        rows = [(key.replace("_", " "), _said(value)) for key, value in machine.items()]
        print_table(("what", "this machine"), rows)
        typer.echo()
        print_table(
            ("package", "version"), [(k, v or "NOT INSTALLED") for k, v in packages.items()]
        )
    missing = [name for name, version in packages.items() if version is None]
    if missing:
        typer.secho(f"not installed: {', '.join(missing)}", fg=typer.colors.RED, err=True)
        raise typer.Exit(1)


def _machine() -> dict[str, Answer]:
    """Facts of the machine, by name; None is unknown."""
    folder, compiled = _numba_cache()
    data = os.environ.get("SELDINGER_DATA")
    return {
        "seldinger": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
        "compiler_cache": str(folder),
        "compiler_cache_writable": os.access(_standing(folder), os.W_OK),
        "compiled_kernels": compiled,
        "data": data,
        "data_present": None if data is None else Path(data).is_dir(),
    }


def _memory_gb() -> float | None:
    """Physical memory; None where the system does not say."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None
    return round(total / 1e9, 1)


def _numba_cache() -> tuple[Path, int]:
    """Where numba keeps compiled kernels, and how many there are."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    kernels = Path(__file__).parents[1] / "kernels"
    folder = Path(named) if named else kernels / "__pycache__"
    return folder, sum(1 for _ in folder.glob("**/*.nbi")) if folder.is_dir() else 0


def _standing(folder: Path) -> Path:
    """The nearest folder above that exists."""
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def _packages() -> dict[str, str | None]:
    """Version of every package that ours requires; None when it is missing."""
    found: dict[str, str | None] = {}
    for line in sorted(metadata.requires("seldinger") or [], key=str.lower):
        name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _said(value: Answer) -> str:
    if value is None:
        return "not known or not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
