"""Texts of the patient's sheet: TOML pages become checked values.

One folder per language, one page per procedure (and organ, where it differs), and ``common.toml``.
No page holds a number of medicine: risks and benefits name a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from annotated_types import MinLen

from seldinger.care import procedures
from seldinger.core.errors import CareError
from seldinger.evidence import records
from seldinger.evidence.packages import Extended, OfferedPage, extend_records
from seldinger.evidence.records import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

COMMON = "common.toml"
Lines = Annotated[tuple[Text, ...], MinLen(1)]
XRays = Literal["none", "ct", "maybe_ct", "fluoroscopy"]
Band = Literal["common", "uncommon", "rare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A sentence, and the fact that says how often; none: nothing is known that may be printed."""

    text: Text
    fact: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Counted):
    """What can go wrong, and under which heading it stands."""

    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicines:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FastingClock:
    """Fasting by the clock."""

    drinks: Text
    light_meal: Text
    heavy_meal: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """How long one stays."""

    home: Text
    home_alone: Text
    home_or_night: Text
    night: Text
    hospital: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Breath:
    """Holding the breath."""

    yes: Text
    maybe: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WayIn:
    """What is to be done after each way in."""

    groin: Text
    wrist: Text
    neck: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What many pages say alike; hours come from facts."""

    fasting: Lines
    no_fasting: Lines
    fasting_clock: FastingClock
    stay: Stay
    breath: Breath
    way_in: WayIn
    sore: Text
    driving: Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class XRayWords:
    """What is said of X-rays, by how the procedure is seen."""

    none: Lines
    ct: Lines
    maybe_ct: Lines
    fluoroscopy: Lines
    pregnancy: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The whole of ``common.toml``."""

    language: Text
    title: Text
    lead: Text
    headings: Headings
    words: Words
    medicines: Medicines
    shared: Shared
    xrays: XRayWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
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
    other_choices: Annotated[tuple[Counted, ...], MinLen(2)]
    before: Lines
    on_the_day: Lines
    during: Lines
    after: Lines
    call: Lines
    questions: Lines
    benefit: Annotated[tuple[Counted, ...], MinLen(1)]
    risk: Annotated[tuple[Risk, ...], MinLen(1)]

    def __post_init__(self) -> None:
        said = [c.text for c in self.other_choices]
        if len(set(said)) != len(said):
            raise CareError("a choice stands there twice")


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
        for name, text in _texts(language).items()
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
    found = procedures.find(procedure, organ)
    return (procedure, organ) if found is None else (found.id, organ or found.organ)


@cache
def _texts(language: str) -> Mapping[str, str]:
    if language not in languages():
        raise CareError(
            f"no sheets in {language!r}; there are: {', '.join(languages())}; another language is "
            "another folder of texts"
        )
    return records.shipped("seldinger.report", f"sheets/{language}")


def _checked(kind: type[T], name: str, text: str) -> T:
    return records.checked(kind, records.parsed(text, name, CareError), name, CareError)
