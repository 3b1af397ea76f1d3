"""Synthetic dose reports, built with pydicom: no real sample of these was at hand.

``xray`` follows the legacy template (TID 10001), ``enhanced`` the newer (TID 10040) as its codes
are named, ``ct`` that of CT (TID 10011). Whoever builds one gives every number.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LEGACY = "1.2.840.10008.5.1.4.1.1.88.67"
ENHANCED = "1.2.840.10008.5.1.4.1.1.88.76"
NAME = "Doe^Jane"
PLANES = {"single": "113622", "a": "113620", "b": "113621"}


def coded(value: str, scheme: str = "DCM", meaning: str = "x") -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code


def item(kind: str, concept: str, relation: str = "CONTAINS", scheme: str = "DCM") -> Dataset:
    made = Dataset()
    made.RelationshipType, made.ValueType = relation, kind
    made.ConceptNameCodeSequence = [coded(concept, scheme)]
    return made


def number(concept: str, value: str | float, unit: str, scheme: str = "DCM") -> Dataset:
    made, measured = item("NUM", concept, scheme=scheme), Dataset()
    measured.NumericValue = str(value)
    measured.MeasurementUnitsCodeSequence = [coded(unit, "UCUM")]
    made.MeasuredValueSequence = [measured]
    return made


def code(concept: str, value: str, scheme: str = "DCM", meaning: str = "x") -> Dataset:
    made = item("CODE", concept, "HAS CONCEPT MOD")
    made.ConceptCodeSequence = [coded(value, scheme, meaning)]
    return made


def uid(concept: str, value: str) -> Dataset:
    made = item("UIDREF", concept)
    made.UID = value
    return made


def container(concept: str, children: Sequence[Dataset]) -> Dataset:
    made = item("CONTAINER", concept)
    made.ContentSequence = list(children)
    return made


@dataclass(frozen=True)
class Shot:
    """One irradiation of a synthetic report, in SI but for mm and degrees."""

    kerma: str | None = "0.1"
    pka: str | None = "0.001"
    plane: str = "single"
    fluoroscopy: bool = True
    primary: float | None = 0.0
    secondary: float | None = 0.0
    height: float | None = 200.0
    longitudinal: float = 0.0
    lateral: float = 1000.0
    isocentre: float | None = 785.0
    detector: float | None = 1071.0
    area_m2: float | None = 0.03
    point: str = "113860"
    seconds: float = 10.0
    kerma_unit: str = "Gy"
    pka_unit: str = "Gy.m2"
    region: str = "Abdomen"
    more: tuple[Dataset, ...] = ()
    uid: str = field(default_factory=lambda: str(generate_uid()))


def _parts(shot: Shot) -> list[Dataset]:
    fluoro = ("P5-06000", "SRT", "Fluoroscopy")
    kind = fluoro if shot.fluoroscopy else ("113611", "DCM", "Stationary Acquisition")
    numbers = (
        ("113738", shot.kerma, shot.kerma_unit), ("122130", shot.pka, shot.pka_unit),
        ("112011", shot.primary, "deg"), ("112012", shot.secondary, "deg"),
        ("113753", shot.height, "mm"), ("113751", shot.longitudinal, "mm"),
        ("113752", shot.lateral, "mm"), ("113748", shot.isocentre, "mm"),
        ("113750", shot.detector, "mm"), ("113790", shot.area_m2, "m2"),
        ("113742", shot.seconds, "s"),
    )  # fmt: skip
    return [
        code("113764", PLANES[shot.plane]),
        uid("113769", shot.uid),
        code("113721", *kind),
        code("113780", shot.point),
        code("123014", "T-D4000", "SRT", shot.region),
        *(number(concept, value, unit) for concept, value, unit in numbers if value is not None),
        *shot.more,
    ]


def totals(plane: str, concept: str = "113702", **told: str) -> Dataset:
    """Told totals by the report's own codes: kerma, pka, fluoro_kerma, ..., each "value unit"."""
    codes = {
        "kerma": "113725", "fluoro_kerma": "113728", "acquisition_kerma": "113729",
        "pka": "113722", "fluoro_pka": "113726", "acquisition_pka": "113727",
        "fluoro_time": "113730",
    }  # fmt: skip
    children = [code("113764", PLANES[plane])]
    for name, text in told.items():
        value, unit = text.split()
        children.append(number(codes[name], value, unit))
    return container(concept, children)


def xray(shots: Sequence[Shot], *sums: Dataset, **tags: Any) -> Dataset:
    return _report(LEGACY, [*sums, *(container("113706", _parts(s)) for s in shots)], tags)


def enhanced(shots: Sequence[Shot], *sums: Dataset, **tags: Any) -> Dataset:
    """Doses in the summaries, geometry in the details of the same uid, as the codes are named."""
    content = list(sums)
    for shot in shots:
        doses = [p for p in _parts(shot) if p.ConceptNameCodeSequence[0].CodeValue in _DOSES]
        rest = [p for p in _parts(shot) if p.ConceptNameCodeSequence[0].CodeValue not in _DOSES]
        kept = [p for p in doses if p.ConceptNameCodeSequence[0].CodeValue in {"113738", "122130"}]
        other = [p for p in doses if p not in kept]
        content.append(container("130501", [*other, container("130502", kept)]))
        content.append(container("130505", [uid("113769", shot.uid), *rest]))
    return _report(ENHANCED, content, tags)


_DOSES = frozenset({"113738", "122130", "113764", "113769", "113721"})


def ct(scans: Sequence[tuple[str | None, str | None, str]], dlp: str, count: str) -> Dataset:
    """Scans as (CTDIvol mGy, DLP mGy.cm, phantom "113690" head or "113691" body)."""
    content = [
        container("113811", [number("113812", count, "{events}"), number("113813", dlp, "mGy.cm")])
    ]
    for ctdi, product, phantom in scans:
        doses = [code("113835", phantom)]
        if ctdi is not None:
            doses.append(number("113830", ctdi, "mGy"))
        if product is not None:
            doses.append(number("113838", product, "mGy.cm"))
        parts = [uid("113769", str(generate_uid())), code("113820", "P5-08001", "SRT", "Spiral")]
        content.append(container("113819", [*parts, container("113829", doses)]))
    return _report(LEGACY, content, {})


def _report(sop: str, content: list[Dataset], tags: dict[str, Any]) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = UID(sop)
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID = generate_uid()
    made.SOPClassUID, made.Modality, made.StudyDate = UID(sop), "SR", "20260301"
    made.Manufacturer, made.ManufacturerModelName = "Siemens", "AXIOM-Artis"
    made.PatientName = NAME
    made.ValueType, made.CompletionFlag = "CONTAINER", "COMPLETE"
    made.ConceptNameCodeSequence = [coded("113701")]
    named = item("PNAME", "113870", "HAS OBS CONTEXT")
    named.PersonName = NAME
    told = item("TEXT", "121106")
    told.TextValue = f"for {NAME}"
    made.ContentSequence = [named, told, *content]
    for keyword, value in tags.items():
        setattr(made, keyword, value)
    return made


def as_bytes(made: Dataset) -> bytes:
    stream = io.BytesIO()
    made.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def saved(made: Dataset, path: Path) -> Path:
    path.write_bytes(as_bytes(made))
    return path
