"""Texts of the patient's sheet: TOML pages become checked values.

One folder per language, one page per procedure (and organ, where it differs), and ``common.toml``.
No page holds a number of medicine: risks and benefits name a fact. pydantic stands here because
bytes come in here.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from seldinger.care import procedures
from seldinger.core.errors import CareError
from seldinger.evidence import records
from seldinger.evidence.packages import Extended, OfferedPage, extend_records

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMON = "common.toml"
Text = Annotated[str, Field(min_length=1)]
Lines = Annotated[tuple[Text, ...], Field(min_length=1)]
XRays = Literal["none", "ct", "maybe_ct", "fluoroscopy"]
Band = Literal["common", "uncommon", "rare"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_S = TypeVar("_S", bound=_Section)


class Counted(_Section):
    """A sentence, and the fact that says how often; none: nothing is known that may be printed."""

    text: Text
    fact: Text | None = None


class Risk(Counted):
    """What can go wrong, and under which heading it stands."""

    band: Band


class Headings(_Section):
    """Of the sections, as the reader knows them."""

    what_for: Text
    benefits: Text
    other_choices: Text
    contested: Text
    before: Text
    medicines: Text
    on_the_day: Text
    during: Text
    after: Text
    risks: Text
    common: Text
    uncommon: Text
    rare: Text
    xrays: Text
    call: Text
    questions: Text
    numbers: Text


class Words(_Section):
    """How numbers are said."""

    about: Text
    between: Text
    range: Text
    fewer: Text
    none: Text
    all: Text
    group: Text
    not_you: Text
    phone: Text
    stamp: Text
    undated: Text
    secondary: Text


class Medicines(_Section):
    """What is said of drugs, with and without a clinician's release."""

    silent: Lines
    released: Text
    start: Text
    last: Text
    passed: Text
    restart: Text
    ask_back: Text
    go_on: Text
    ask: Text
    dye: Text


class FastingClock(_Section):
    """Fasting by the clock."""

    drinks: Text
    light_meal: Text
    heavy_meal: Text


class Stay(_Section):
    """How long one stays."""

    home: Text
    home_alone: Text
    home_or_night: Text
    night: Text
    hospital: Text


class Breath(_Section):
    """Holding the breath."""

    yes: Text
    maybe: Text


class WayIn(_Section):
    """What is to be done after each way in."""

    groin: Text
    wrist: Text
    neck: Text


class Shared(_Section):
    """What many pages say alike; hours come from facts."""

    fasting: Lines
    no_fasting: Lines
    fasting_clock: FastingClock
    stay: Stay
    breath: Breath
    way_in: WayIn
    sore: Text
    driving: Lines


class Care(_Section):
    """What a procedure is like, where many pages say it alike.

    Attributes:
        fasting: whether one usually comes without having eaten.
        sedation: whether drugs that make one calm or asleep are given, always or often.
        way_in: of a tube into a vessel that asks for care afterwards.
        breath: whether one is asked to hold it.
        stay: "home" (taken home), "home_alone", "home_or_night", "night", "hospital".
        sore: whether soreness and tiredness for some days are usual.
    """

    fasting: bool = True
    sedation: bool = True
    way_in: tuple[Literal["groin", "wrist", "neck"], ...] = ()
    breath: Literal["yes", "maybe", "no"] = "no"
    stay: Literal["home", "home_alone", "home_or_night", "night", "hospital"] = "home"
    sore: bool = False


class XRayWords(_Section):
    """What is said of X-rays, by how the procedure is seen."""

    none: Lines
    ct: Lines
    maybe_ct: Lines
    fluoroscopy: Lines
    pregnancy: Text


class Common(_Section):
    """The whole of ``common.toml``."""

    language: Text
    title: Text
    lead: Text
    headings: Headings
    words: Words
    medicines: Medicines
    shared: Shared
    xrays: XRayWords


class Page(_Section):
    """One procedure's text."""

    procedure: Text
    organs: tuple[Text, ...]
    name: Text
    xrays: XRays
    pregnancy: bool = True
    """Whether it is asked about beside X-rays; false where nobody can be pregnant."""
    care: Care = Care()
    what_for: Lines
    contested: tuple[Text, ...] = ()
    other_choices: Annotated[tuple[Counted, ...], Field(min_length=2)]
    before: Lines
    on_the_day: Lines
    during: Lines
    after: Lines
    call: Lines
    questions: Lines
    benefit: Annotated[tuple[Counted, ...], Field(min_length=1)]
    risk: Annotated[tuple[Risk, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _nothing_is_a_choice(self) -> Self:
        said = [c.text for c in self.other_choices]
        if len(set(said)) != len(said):
            raise ValueError("a choice stands there twice")
        return self


def languages() -> tuple[str, ...]:
    """The languages there are sheets in."""
    folder = resources.files("seldinger.report") / "sheets"
    return tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir()))


@cache
def common(language: str) -> Common:
    """What all sheets of a language share.

    Raises:
        CareError: there is no such language, or its page does not hold together.
    """
    return _checked(Common, COMMON, _texts(language)[COMMON])


def pages(language: str) -> Mapping[str, Page]:
    """Every procedure's page of a language, by its file's name without the ending."""
    return _pages(language).records


def left_out(language: str) -> tuple[str, ...]:
    """A sentence for each page of another package that cannot be used."""
    return _pages(language).left_out


@cache
def _pages(language: str) -> Extended[Page]:
    ours = {
        name.removesuffix(".toml"): _checked(Page, name, text)
        for name, text in sorted(_texts(language).items())
        if name != COMMON
    }
    _told_once(ours)

    def read_page(page: OfferedPage) -> Mapping[str, Page]:
        more = {page.name.removesuffix(".toml"): _checked(Page, page.label, page.text)}
        _told_once({**ours, **more})
        return more

    return extend_records(ours, f"leaflets/{language}", read_page)


def _told_once(every_page: Mapping[str, Page]) -> None:
    """Refuse two pages of one procedure in one organ; ``CareError`` names the second."""
    seen: set[tuple[str, str]] = set()
    for name, page in every_page.items():
        for organ in page.organs or ("",):
            if (page.procedure, organ) in seen:
                raise CareError(f"{name}.toml: {page.procedure} of {organ or 'any organ'} is told")
            seen.add((page.procedure, organ))


def page(procedure: str, organ: str | None, language: str) -> Page:
    """The page for a procedure in an organ; the general one where no page names the organ.

    Args:
        procedure: as the pages call it, or another name of it that the outcomes know.
        organ: where, if that matters.
        language: of ``languages()``.

    Raises:
        CareError: there is none.
    """
    own = [p for p in pages(language).values() if p.procedure == procedure]
    if not own:
        procedure, organ = _otherwise(procedure, organ)
        own = [p for p in pages(language).values() if p.procedure == procedure]
    for candidate in own:
        if organ is not None and organ in candidate.organs:
            return candidate
    for candidate in own:
        if not candidate.organs:
            return candidate
    there = sorted({p.procedure for p in pages(language).values()})
    if not own:
        raise CareError(f"no sheet for {procedure!r}; there are: {', '.join(there)}")
    organs = sorted({o for p in own for o in p.organs})
    raise CareError(
        f"the sheet for {procedure} needs an organ, got {organ or 'none'}; there are: "
        f"{', '.join(organs)}"
    )


def _otherwise(procedure: str, organ: str | None) -> tuple[str, str | None]:
    """The one id of a procedure ("kidney-biopsy" names its organ); else as it came."""
    found = procedures.find(procedure)
    return (procedure, organ) if found is None else (found.id, organ or found.organ)


@cache
def _texts(language: str) -> Mapping[str, str]:
    if language not in languages():
        raise CareError(
            f"no sheets in {language!r}; there are: {', '.join(languages())}; another language is "
            "another folder of texts"
        )
    folder = resources.files("seldinger.report") / "sheets" / language
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }


def _checked(model: type[_S], name: str, text: str) -> _S:
    return records.checked(model, records.parsed(text, name, CareError), name, CareError)
