"""The border of outlook: pages of ``care/data/outlook`` become checked models."""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seldinger.care import toml_border

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OptionRow(_Row):
    """One ``[[option]]``: facts for it, against it, and what it costs in time."""

    name: Text
    kind: Literal["this", "surgical", "conservative", "image-guided", "other"]
    benefit: tuple[Text, ...] = ()
    harm: tuple[Text, ...] = ()
    burden: tuple[Text, ...] = ()
    confounding: str = ""
    not_read: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        listed = (*self.benefit, *self.harm, *self.burden)
        if not listed and not self.not_read:
            raise ValueError(f"{self.name!r} has no fact: say in not_read what was not read")
        if len(set(listed)) < len(listed):
            raise ValueError(f"{self.name!r} lists a fact twice")
        return self


class OutlookPage(_Row):
    """One page: a procedure, in one organ or in any."""

    procedure: Name
    organ: Name | None = None
    names: tuple[Name, ...] = ()
    title: Text
    answer: Text
    confounding: Text
    indicated: Annotated[tuple[Text, ...], Field(min_length=1)]
    think_again: Annotated[tuple[Text, ...], Field(min_length=1)]
    transplant: str = ""
    option: Annotated[tuple[OptionRow, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _has_an_alternative(self) -> Self:
        kinds = [one.kind for one in self.option]
        if kinds.count("this") != 1 or kinds[0] != "this":
            raise ValueError("the first option, and it alone, is the procedure itself ('this')")
        if not {"surgical", "conservative"} & set(kinds):
            raise ValueError("a surgical or a conservative alternative is missing")
        return self


def pages() -> tuple[OutlookPage, ...]:
    """Every page that ships, in the order of their files.

    Raises:
        CareError: a page does not hold together.
    """
    folder = resources.files("seldinger.care") / "data" / "outlook"
    files = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return tuple(toml_border.packaged(OutlookPage, f"outlook/{name}") for name in files)
