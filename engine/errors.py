"""The one family of errors that a user can cause and mend.

Each message is a sentence that names the value and the file and ends in what to do. The command
line catches ``LabError`` in one place (exit code 2, no traceback) and the app in one place.
"""


class LabError(Exception):
    """A mistake or mishap the user can act on; ``str(error)`` is the whole sentence to show."""


class CheckpointError(LabError):
    """A checkpoint that does not exist, is damaged or is half-written."""


class RequestError(LabError):
    """A request for text that cannot be served: prompt too long, bad sampling values."""


class EngineUnavailableError(LabError):
    """The engine process cannot be started or was lost in the middle of a stream."""


class RunError(LabError):
    """A training run that cannot be started, resumed or continued."""


class TrainingDivergedError(RunError):
    """A loss or gradient that is NaN or infinite: the run stops loudly and keeps its last state."""
