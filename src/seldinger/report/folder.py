"""Folder: an output folder that is replaced as a whole, or not at all.

Everything is written into a hidden sibling, flushed, and swapped in. A kill leaves the old or the
new folder; what a killed run left beside it is cleared away by the next one. A manifest in the
folder names what was written: a folder with anything else in it is never replaced.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import secrets
import shutil
import sys
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from seldinger.core.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = ".seldinger"
"""Names every file that was written into the folder: what is not in it is somebody else's."""
_BY = "written by seldinger; replaced as a whole"
_GENERATOR = '<meta name="generator" content="seldinger">'
_AT_WORKING_FOLDER = -100
_EXCHANGE = 2


@contextmanager
def replace_folder(out: Path) -> Iterator[Path]:
    """A new empty folder that takes the place of ``out`` when the block ends without an error.

    Raises:
        OutputError: ``out`` is a file or a folder that is not ours, or cannot be written.
    """
    target = Path(os.path.realpath(out))
    check_folder(target)
    new_folders: list[Path] = []
    staging = target.parent / f".{target.name}.seldinger-{os.getpid()}-{secrets.token_hex(3)}"
    try:
        new_folders = _parents_made(target.parent)
        with _locked(target.parent, target.name):
            _clear_leftovers(target)
            staging.mkdir()
            yield staging
            _write_manifest(staging)
            _flush(staging)
            _swap(staging, target)
    except OSError as error:
        raise OutputError(
            f"cannot write {out}: {error.strerror or error}; choose another --out, or make room"
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        if not target.exists():
            for parent in reversed(new_folders):
                with suppress(OSError):
                    parent.rmdir()


def check_folder(target: Path) -> None:
    """``OutputError`` unless ``target`` is absent, empty, or a folder that is ours alone."""
    if not target.exists():
        return
    what = "allowed: a new folder, an empty one, or an earlier report; choose another --out"
    if not target.is_dir():
        raise OutputError(f"{target.name} is a file; {what}")
    try:
        foreign = _foreign(target)
    except OSError as error:
        raise OutputError(f"cannot look into {target.name}: {error.strerror}; {what}") from error
    if foreign:
        shown = ", ".join(foreign[:3])
        raise OutputError(f"{target.name} holds files that are not ours ({shown}); {what}")


def check_ahead(out: Path) -> None:
    """Refuse what ``replace_folder`` would refuse, before long work; making it is tried.

    Raises:
        OutputError: ``out`` is a file or a folder that is not ours, or cannot be written.
    """
    target = Path(os.path.realpath(out))
    check_folder(target)
    parent = next(p for p in target.parents if p.exists())
    probe = parent / f".{target.name}.seldinger-{os.getpid()}-{secrets.token_hex(3)}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError as error:
        raise OutputError(
            f"cannot write {target}: {error.strerror or error}; choose another --out, or make room"
        ) from error


def check_page(page: Path) -> None:
    """``OutputError`` unless ``page`` is absent or a page that we wrote."""
    if not page.exists():
        return
    try:
        ours = _GENERATOR in page.read_text(encoding="utf-8")
    except (OSError, ValueError):
        ours = False
    if not ours:
        raise OutputError(f"{page.name} is there and not ours; choose another --out")


def write_file(path: Path, text: str) -> None:
    """One text file, replaced as a whole; ``OutputError`` where it cannot be."""
    staging = path.parent / f".{path.name}.seldinger-{os.getpid()}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        staging.write_text(text, encoding="utf-8")
        with staging.open("rb") as stream:
            os.fsync(stream.fileno())
        staging.replace(path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            staging.unlink()


def _write_manifest(staging: Path) -> None:
    """Name what every writer has written below ``staging``."""
    files = [p.relative_to(staging).as_posix() for p in staging.rglob("*") if not p.is_dir()]
    text = json.dumps({"by": _BY, "files": sorted(files)}, indent=2, ensure_ascii=False)
    (staging / MANIFEST).write_text(f"{text}\n", encoding="utf-8")


def _foreign(target: Path) -> list[str]:
    """What lies in ``target`` and was not written by us, in alphabetical order."""
    ours = _manifest(target)
    if ours is None:  # Somebody's folder, perhaps a large one: a look at its top is enough.
        return sorted(entry.name for entry in target.iterdir())
    known = {MANIFEST, *ours}
    for name in ours:
        known.update(parent.as_posix() for parent in PurePosixPath(name).parents)
    found = (entry.relative_to(target).as_posix() for entry in target.rglob("*"))
    return sorted(name for name in found if name not in known)


def _manifest(target: Path) -> list[str] | None:
    """The files that we have written into ``target``; None where we have written none."""
    try:
        data = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    files = data.get("files") if isinstance(data, dict) and data.get("by") == _BY else None
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        return None
    return files


def _parents_made(parent: Path) -> list[Path]:
    """Make ``parent``; the folders that were missing, outermost first."""
    missing = [p for p in (parent, *parent.parents) if not p.exists()]
    parent.mkdir(parents=True, exist_ok=True)
    return list(reversed(missing))


@contextmanager
def _locked(parent: Path, name: str) -> Iterator[None]:
    """One writer per output folder; without file locks in the system, writers trust each other."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    lock = parent / f".{name}.seldinger-lock"
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise OutputError(f"{name} is being written by another run; wait for it") from error
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        os.close(handle)


def _clear_leftovers(target: Path) -> None:
    """Remove what killed runs left; a folder that was moved away and never replaced comes back."""
    prefix = f".{target.name}.seldinger-"
    for entry in sorted(target.parent.iterdir()):
        if not entry.name.startswith(prefix) or not entry.is_dir():
            continue
        if entry.name.endswith("-old") and not target.exists():
            entry.rename(target)
        else:
            shutil.rmtree(entry)


def _flush(folder: Path) -> None:
    """Everything below ``folder`` onto the disk."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(staging: Path, target: Path) -> None:
    """Put ``staging`` in the place of ``target``, in one act where the system can."""
    if not target.exists():
        staging.rename(target)
    elif not _exchanged(staging, target):
        old = staging.with_name(staging.name + "-old")
        target.rename(old)
        try:
            staging.rename(target)
        except OSError:
            old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    _flush_folder(target.parent)


def _exchanged(staging: Path, target: Path) -> bool:
    """Both names swapped in one act, ``staging`` then is the old; False where that cannot be."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    done = rename(
        _AT_WORKING_FOLDER, os.fsencode(staging), _AT_WORKING_FOLDER, os.fsencode(target), _EXCHANGE
    )
    if done == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code))
