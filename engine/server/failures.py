"""Errors as HTTP answers: a status, and the sentence in the form of the route that was asked.

``/lab`` speaks :mod:`engine.protocol`, ``/v1`` speaks OpenAI's form. One table says what each kind
of error is in both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from engine import protocol, wire
from engine.errors import (
    AccessError,
    CheckpointError,
    EngineBusyError,
    EngineMemoryError,
    EngineUnavailableError,
    ForeignPageError,
    LabError,
    PromptTooLongError,
    RequestError,
    RequestTooLargeError,
)
from engine.server.faults import BUG_SENTENCE

RETRY_AFTER_S = 2
"""A row of a small model takes about as long."""


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A kind of error to HTTP and to clients of OpenAI's API."""

    status: int
    type: str
    code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


_CLOSE = ("connection", "close")
"""What the client still sends is not read, so the connection is of no use any more."""

_MEANINGS: dict[type[LabError], _Meaning] = {
    RequestError: _Meaning(400, "invalid_request_error"),
    PromptTooLongError: _Meaning(400, "invalid_request_error", "context_length_exceeded"),
    RequestTooLargeError: _Meaning(413, "invalid_request_error", "request_too_large", (_CLOSE,)),
    AccessError: _Meaning(
        401, "authentication_error", "invalid_api_key", (("www-authenticate", "Bearer"), _CLOSE)
    ),
    ForeignPageError: _Meaning(403, "permission_error", "foreign_page", (_CLOSE,)),
    CheckpointError: _Meaning(404, "invalid_request_error", "model_not_found"),
    EngineBusyError: _Meaning(
        429, "rate_limit_error", "engine_busy", (("retry-after", str(RETRY_AFTER_S)),)
    ),
    EngineUnavailableError: _Meaning(503, "server_error", "engine_unavailable"),
    EngineMemoryError: _Meaning(503, "server_error", "out_of_memory"),
    LabError: _Meaning(500, "server_error"),
}


def error_response(
    path: str,
    error: LabError,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to a request for ``path`` that ended in ``error``."""
    meaning = _meaning(error)
    body = openai_error(error) if _is_openai(path) else protocol.error_to_json(error)
    return Response(
        wire.dumps(body),
        status or meaning.status,
        headers={**dict(meaning.headers), **(headers or {})},
        media_type="application/json",
    )


def openai_error(error: LabError) -> dict[str, Any]:
    """``{"error": {"message", "type", "param", "code"}}``."""
    meaning = _meaning(error)
    param = error.param if isinstance(error, RequestError) else None
    return {
        "error": {
            "message": str(error),
            "type": meaning.type,
            "param": param,
            "code": meaning.code,
        }
    }


def handlers() -> dict[type[Exception], ExceptionHandler]:
    """Exception handlers for the application."""
    return {LabError: _on_lab_error, HTTPException: _on_http_error, Exception: _on_bug}


def _meaning(error: LabError) -> _Meaning:
    return next(_MEANINGS[kind] for kind in type(error).__mro__ if kind in _MEANINGS)


def _is_openai(path: str) -> bool:
    return path == "/v1" or path.startswith("/v1/")


async def _on_lab_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, LabError)
    return error_response(request.scope["path"], error)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.scope["path"]
    sentence = (
        f"The engine has no {request.method} {path[:80]} ({error.detail}). "
        "Its routes are /v1/models, /v1/completions, /v1/chat/completions and /lab/*."
    )
    return error_response(path, RequestError(sentence), error.status_code, error.headers)


async def _on_bug(request: Request, error: Exception) -> Response:
    # Starlette raises it again after this answer, and the server logs the traceback.
    return error_response(request.scope["path"], LabError(BUG_SENTENCE))
