"""Requests to a Hugging Face hub: waits where it says so, and tells in a sentence what it refuses.

By a client of our own: the library's keeps nothing of a download that a crash has cut off, and what
it raises when a network fails is of another package with each of its versions.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import httpx
from huggingface_hub import constants, get_token

from engine import __version__
from engine.data.corpora.corpus import Progress
from engine.errors import DataError

TRIES = 4
FIRST_PAUSE_S = 1.0
"""Before the second try where the hub names no time; it doubles with each."""
MOST_WAITED_S = 120.0
"""For one answer, all its tries together; a hub that asks for more is not waited for."""
TIMEOUT_S = 30.0
"""Without a byte."""
_TICK_S = 0.5
_TRY_AGAIN = (408, 429, 500, 502, 503, 504)


class HubUnreachableError(DataError):
    """Nobody answers: what has been fetched before may still do."""


class HubClient:
    """Speaks to the hub that ``HF_ENDPOINT`` names, with the user's token if there is one.

    Args:
        about: the data set that is asked for, for errors: ``hf:ORG/NAME``.
        progress: told of waits; what it raises ends them.
    """

    def __init__(self, about: str, progress: Progress) -> None:
        self._about, self._progress = about, progress
        self.endpoint = (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
        # Compressed on its way, half a file would not be half of the file.
        headers = {"User-Agent": f"llmlab/{__version__}", "Accept-Encoding": "identity"}
        token = None if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token()
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        self._client = httpx.Client(headers=headers, timeout=TIMEOUT_S, follow_redirects=True)

    def __enter__(self) -> HubClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def get_json(self, url: str, what: str) -> tuple[Any, str | None]:
        """What stands at ``url``, and the address of the next page where it is a long list.

        Raises:
            DataError: the hub refuses, or sends something else.
        """
        with self.open(url, what) as response:
            try:
                response.read()
                return response.json(), response.links.get("next", {}).get("url")
            except httpx.TransportError as error:
                raise self.unreachable(error) from error
            except ValueError as error:
                raise DataError(
                    f"{self.endpoint} sends something that is no JSON for {self._about}. Check "
                    "HF_ENDPOINT."
                ) from error

    @contextlib.contextmanager
    def open(self, url: str, what: str, *, start: int = 0) -> Iterator[httpx.Response]:
        """A good answer whose body is still to be read.

        Args:
            url: to get.
            what: stands there; a file or folder of the data set.
            start: the first byte wanted; a server that cannot do that sends all, without a 206.

        Raises:
            HubUnreachableError: nobody answers, however often asked.
            DataError: the hub refuses.
        """
        response = self._answer(url, {"Range": f"bytes={start}-"} if start else {})
        try:
            if not response.is_success:
                raise self._refusal(response, what)
            yield response
        finally:
            response.close()

    def _answer(self, url: str, headers: dict[str, str]) -> httpx.Response:
        """The first answer that is not worth another try, or that of the last one."""
        if constants.HF_HUB_OFFLINE:
            raise HubUnreachableError(
                f"HF_HUB_OFFLINE is set, and {self._about} is not all on this machine. Unset it "
                "to fetch it."
            )
        left = MOST_WAITED_S
        for attempt in range(1, TRIES + 1):
            pause = FIRST_PAUSE_S * 2 ** (attempt - 1)
            try:
                request = self._client.build_request("GET", url, headers=headers)
                response = self._client.send(request, stream=True)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if attempt == TRIES or not isinstance(error, httpx.TransportError):
                    raise self.unreachable(error) from error
            else:
                if response.status_code in _TRY_AGAIN:
                    pause = asked_to_wait(response) or pause
                if response.status_code not in _TRY_AGAIN or attempt == TRIES or pause > left:
                    return response
                response.close()
            self._wait(pause)
            left -= pause
        raise AssertionError("the last try returns or raises")

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._progress(f"waits {left:.0f} s for {self.endpoint}", 0, 0)
            time.sleep(min(left, _TICK_S))

    def unreachable(self, error: Exception) -> HubUnreachableError:
        """The sentence for a network that fails."""
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        return HubUnreachableError(
            f"{self.endpoint} cannot be reached for {self._about} ({reason}). Check the network; "
            "what has been fetched is kept."
        )

    def _refusal(self, response: httpx.Response, what: str) -> DataError:
        status, code = response.status_code, response.headers.get("X-Error-Code", "")
        if code == "GatedRepo" or status == 403:
            return DataError(
                f"{self._about} asks for its terms to be accepted. Accept them on its page, then "
                "log in with: hf auth login"
            )
        if code == "RevisionNotFound":
            return DataError(f"{self._about} has no such revision. Leave it out, or correct it.")
        if code == "RepoNotFound" or status == 401:
            return DataError(
                f"The hub has no data set {self._about}, or it is private. Check the name; for a "
                "private one log in with: hf auth login"
            )
        if status in (404, 410):
            return DataError(f"{self._about} has no {what}. Look at its files on its page.")
        if status == 429:
            return DataError(
                f"{self.endpoint} asks to be left alone for "
                f"{asked_to_wait(response) or MOST_WAITED_S:,.0f} s (429, too many requests). What "
                "has been fetched is kept: go on later, or log in for more with: hf auth login"
            )
        return DataError(
            f"{self.endpoint} answers {status} for {what} of {self._about}, {TRIES} times. Try "
            "again later; what has been fetched is kept."
            if status in _TRY_AGAIN
            else f"{self.endpoint} answers {status} for {what} of {self._about}. Check HF_ENDPOINT."
        )


def asked_to_wait(response: httpx.Response) -> float | None:
    """Seconds by ``Retry-After``, which may be a date, or by the hub's ``RateLimit: ...;t=55``."""
    after = response.headers.get("Retry-After", "").strip()
    if after.isdigit():
        return float(after)
    if after:
        with contextlib.suppress(ValueError):
            return max(0.0, parsedate_to_datetime(after).timestamp() - time.time())
    limit = re.search(r";\s*t=(\d{1,9})", response.headers.get("RateLimit", ""))
    return float(limit[1]) if limit else None
