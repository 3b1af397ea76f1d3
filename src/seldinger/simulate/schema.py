"""Schema: the numbers and names of requests that are read from files."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(allow_inf_nan=False, gt=0)]
LpsMm = tuple[Finite, Finite, Finite]
Name = Annotated[str, Field(min_length=1)]
