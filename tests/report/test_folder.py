"""An output folder is replaced as a whole or not at all, and only when it is ours."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from seldinger.core.errors import Cancelled, OutputError
from seldinger.report import folder


def write(out: Path, text: str) -> None:
    with folder.replace_folder(out) as staging:
        (staging / "plan.json").write_text(text)


def names(where: Path) -> set[str]:
    return {p.name for p in where.iterdir()}


def test_a_new_folder_and_its_parents_appear(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b", "one")
    assert (tmp_path / "a" / "b" / "plan.json").read_text() == "one"
    assert names(tmp_path / "a") == {"b"}


def test_our_own_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with folder.replace_folder(out) as staging:
        (staging / "plan.json").write_text("one")
        (staging / "pictures").mkdir()
        (staging / "pictures" / "ü.png").write_text("one")
    write(out, "two")
    assert names(out) == {".seldinger", "plan.json"}
    assert (out / "plan.json").read_text() == "two"
    assert names(tmp_path) == {"out"}


def test_the_manifest_names_what_every_writer_wrote(tmp_path: Path) -> None:
    for _ in range(2):
        with folder.replace_folder(tmp_path / "out") as staging:
            (staging / "deep" / "er").mkdir(parents=True)
            (staging / "deep" / "er" / "b.png").write_text("b")
            (staging / "a-file-of-a-new-writer.xyz").write_text("a")
    told = json.loads((tmp_path / "out" / folder.MANIFEST).read_text(encoding="utf-8"))
    assert told["files"] == ["a-file-of-a-new-writer.xyz", "deep/er/b.png"]


def test_the_same_without_a_swap_in_one_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_exchanged", lambda *_: False)
    write(tmp_path / "out", "one")
    write(tmp_path / "out", "two")
    assert (tmp_path / "out" / "plan.json").read_text() == "two"
    assert names(tmp_path) == {"out"}


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", "one")
    assert (tmp_path / "out" / "plan.json").exists()


@pytest.mark.parametrize(
    "manifest",
    ["written by seldinger", "[]", '{"files": ["plan.json"]}', '{"by": "me", "files": []}', None],
)
def test_a_folder_without_our_manifest_is_not_ours(tmp_path: Path, manifest: str | None) -> None:
    out = tmp_path / "out"
    write(out, "one")
    (out / folder.MANIFEST).unlink()
    if manifest is not None:
        (out / folder.MANIFEST).write_text(manifest)
    with pytest.raises(OutputError, match=r"plan\.json"):
        write(out, "two")
    assert (out / "plan.json").read_text() == "one"


def test_a_link_to_our_folder_stays_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real", "one")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", "two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "plan.json").read_text() == "two"


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="out is a file"):
        write(tmp_path / "out", "x")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("name", ["thesis.txt", "plan.json", "pictures/holiday.jpg"])
def test_a_folder_of_someone_else_is_refused(tmp_path: Path, name: str) -> None:
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("{}")
    with pytest.raises(OutputError, match=r"not ours .*choose another --out"):
        write(tmp_path / "out", "x")
    assert mine.read_text() == "{}"


@pytest.mark.parametrize("name", ["notes.txt", "pictures/mine.png", "empty/"])
def test_our_folder_with_something_of_the_users_in_it_is_refused(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    write(out, "one")
    mine = out / name
    mine.parent.mkdir(exist_ok=True)
    if name.endswith("/"):
        mine.mkdir()
    else:
        mine.write_text("mine")
    with pytest.raises(OutputError, match=name.strip("/")):
        write(out, "two")
    assert mine.exists()
    assert (out / "plan.json").read_text() == "one"


def test_a_full_disk_is_one_clear_error_and_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write(out, "one")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write(out, "two")
    with pytest.raises(OutputError, match="No space left on device"):
        write(tmp_path / "new" / "er", "two")
    assert (out / "plan.json").read_text() == "one"
    assert names(tmp_path) == {"out"}


def test_where_nothing_may_be_written_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(OutputError, match="Permission denied"):
        write(tmp_path / "out", "x")
    assert names(tmp_path) == set()


def test_a_cancelled_run_leaves_nothing(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"

    def stopped() -> None:
        with folder.replace_folder(out) as staging:
            (staging / "plan.json").write_text("half")
            raise Cancelled("stopped by the user")

    with pytest.raises(Cancelled):
        stopped()
    assert names(tmp_path) == set()


KILLED = """
import os, signal, sys
from pathlib import Path
from seldinger.report import folder
if sys.argv[2] == "between":
    folder._exchanged = lambda *_: False
    rename = Path.rename
    def first_only(self, target):
        done = rename(self, target)
        os.kill(os.getpid(), signal.SIGKILL)
    Path.rename = first_only
if sys.argv[2] == "after":
    swap = folder._swap
    def killed_after(*paths):
        swap(*paths)
        os.kill(os.getpid(), signal.SIGKILL)
    folder._swap = killed_after
with folder.replace_folder(Path(sys.argv[1])) as staging:
    (staging / "plan.json").write_text("two")
    if sys.argv[2] == "writing":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("when", "left"), [("writing", "one"), ("between", None), ("after", "two")]
)
def test_a_kill_leaves_the_old_or_the_new_folder_and_the_next_run_clears_up(
    tmp_path: Path, when: str, left: str | None
) -> None:
    out = tmp_path / "out"
    write(out, "one")
    done = subprocess.run([sys.executable, "-c", KILLED, str(out), when], check=False)
    assert done.returncode == -signal.SIGKILL
    if left is None:
        # Without a swap in one act the old folder stands beside, whole, until the next run.
        assert not out.exists()
        (beside,) = (p for p in tmp_path.iterdir() if p.name.endswith("-old"))
        assert (beside / "plan.json").read_text() == "one"
    else:
        assert (out / "plan.json").read_text() == left
    write(out, "three")
    assert (out / "plan.json").read_text() == "three"
    assert names(tmp_path) == {"out"}


def test_two_writers_of_one_folder_do_not_meet(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def at_once() -> None:
        with folder.replace_folder(out):
            write(out, "second")

    with pytest.raises(OutputError, match="another run"):
        at_once()
    assert names(tmp_path) == set()
