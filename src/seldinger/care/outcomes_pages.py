"""Pages of ``care/data/outcomes``: which facts speak for and against which option."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from annotated_types import MinLen

from seldinger.care import pages
from seldinger.core.errors import CareError
from seldinger.evidence.records import Key, Text, written


@dataclass(frozen=True, slots=True)
class OptionPage:
    """An option as its page declares it: ids of facts for it, against it, and of what it costs.

    Attributes:
        name: in words.
        kind: the procedure of the page itself ("this"), or what else can be done.
        benefit, harm, burden: ids of evidence.
        confounding: why its figures cannot be held against others.
        not_read: what no figure was read for.
    """

    name: Text
    kind: Literal["this", "surgical", "conservative", "image-guided", "other"]
    benefit: tuple[Text, ...] = ()
    harm: tuple[Text, ...] = ()
    burden: tuple[Text, ...] = ()
    confounding: str = ""
    not_read: str = ""

    def __post_init__(self) -> None:
        listed = (*self.benefit, *self.harm, *self.burden)
        if not listed and not self.not_read:
            raise CareError(f"{self.name!r} has no fact: say in not_read what was not read")
        if len(set(listed)) < len(listed):
            raise CareError(f"{self.name!r} lists a fact twice")


@dataclass(frozen=True, slots=True)
class OutcomesPage:
    """A file of ``care/data/outcomes``: a procedure in one organ, or in any.

    Attributes:
        procedure, organ: of which it speaks; no organ: of any.
        title: the question.
        answer: one to three sentences.
        confounding: why the options cannot simply be compared.
        indicated, think_again: ids of evidence.
        options: the procedure itself first.
        names: other names of the procedure.
        transplant: what is known of downstaging to one.
    """

    procedure: Key
    title: Text
    answer: Text
    confounding: Text
    indicated: Annotated[tuple[Text, ...], MinLen(1)]
    think_again: Annotated[tuple[Text, ...], MinLen(1)]
    options: Annotated[tuple[OptionPage, ...], MinLen(2)] = field(metadata=written("option"))
    organ: Key | None = None
    names: tuple[Key, ...] = ()
    transplant: str = ""

    def __post_init__(self) -> None:
        kinds = [one.kind for one in self.options]
        if kinds.count("this") != 1 or kinds[0] != "this":
            raise CareError("the first option, and it alone, is the procedure itself ('this')")
        if not {"surgical", "conservative"} & set(kinds):
            raise CareError("a surgical or a conservative alternative is missing")


@cache
def outcomes_pages() -> tuple[OutcomesPage, ...]:
    """Every page that ships, in the order of their files.

    Raises:
        CareError: a page does not hold together.
    """
    folder = resources.files("seldinger.care") / "data" / "outcomes"
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return tuple(pages.read_page(OutcomesPage, f"outcomes/{name}") for name in files)
