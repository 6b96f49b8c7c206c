"""The one family of errors that a user can cause and mend.

Each message is a sentence that names the value and the file and ends in what to do. The command
line catches ``LabError`` in one place (exit code 2, no traceback) and the app in one place.
"""


class LabError(Exception):
    """A mistake or mishap the user can act on; ``str(error)`` is the whole sentence to show."""


class CheckpointError(LabError):
    """A checkpoint that does not exist, is damaged or is half-written."""


class RequestError(LabError):
    """A request for text that cannot be served: prompt too long, bad sampling values.

    Args:
        sentence: what to show.
        param: the field of the request that is to be mended, where it is one.
    """

    def __init__(self, sentence: str, *, param: str | None = None) -> None:
        super().__init__(sentence)
        self.param = param


class PromptTooLongError(RequestError):
    """A prompt of more tokens than the model reads, or of more text than the engine takes."""


class RequestTooLargeError(RequestError):
    """A request of more bytes than the engine reads."""


class AccessError(LabError):
    """A request without the server's token."""


class ForeignPageError(LabError):
    """A request that a page of another site has sent, or could have."""


class EngineBusyError(LabError):
    """More requests wait already than the engine keeps."""


class EngineMemoryError(LabError):
    """The engine's machine has no memory left for this."""


class EngineUnavailableError(LabError):
    """The engine process cannot be started or was lost in the middle of a stream."""


class RunError(LabError):
    """A training run that cannot be started, resumed or continued."""


class TrainingDivergedError(RunError):
    """A loss or gradient that is NaN or infinite: the run stops loudly and keeps its last state."""


class ProbeError(LabError):
    """A probe of what a model knows that cannot be started, resumed or read."""


class DataError(LabError):
    """A corpus, a crawl or a run of the funnel that cannot be read, started or resumed."""


class RemoteError(LabError):
    """Another server that cannot be reached, refuses, or says what nobody understands."""
