"""Everything that can go wrong, as one tree.

Each message says what was got, what is allowed, what to do.

SeldingerError            the caller's mistake or the input's: the command line exits with 2
├── ImageError            a study cannot be read, or is not what it claims
├── LabelError            a label map, its key or a name in it does not fit
├── AnatomyError          the study cannot become the anatomy that was asked for
├── CatalogueError        a device, term or vocabulary is missing or malformed
├── EvidenceError         a fact or source is missing, or may not drive a rule
├── PlanError             the request cannot be planned, or a plan breaks a stated rule
├── CareError             a patient's file, dose report, score or record does not hold together
├── SimulationError       an experiment cannot be simulated as it is described
├── CaseError             a case file is malformed
├── OutputError           the output path is not ours, or cannot be written
└── Cancelled             the user stopped a long computation
"""


class SeldingerError(Exception):
    """Base of every error this package raises on purpose."""


class ImageError(SeldingerError):
    """A study cannot be read, or is not what it claims."""


class LabelError(SeldingerError):
    """A label map, its key or a name in it does not fit."""


class AnatomyError(SeldingerError):
    """The study cannot become the anatomy that was asked for."""


class CatalogueError(SeldingerError):
    """A device, term or vocabulary is missing or malformed."""


class EvidenceError(SeldingerError):
    """A fact or source is missing, or may not drive a rule."""


class PlanError(SeldingerError):
    """The request cannot be planned, or a plan breaks a stated rule."""


class CareError(SeldingerError):
    """A patient's file, dose report, score or record does not hold together."""


class SimulationError(SeldingerError):
    """An experiment cannot be simulated as it is described."""


class CaseError(SeldingerError):
    """A case file is malformed."""


class OutputError(SeldingerError):
    """The output path is not ours, or cannot be written."""


class Cancelled(SeldingerError):  # noqa: N818  an act of the user, not a fault
    """The user stopped a long computation."""
