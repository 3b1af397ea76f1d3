"""Verdict: the words in which a rule answers, the same in every room."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Whether a rule holds."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """What a finding asks of the reader."""

    STOP = "stop"
    ACTION = "action"
    CAUTION = "caution"
    INFO = "info"
