"""A model from the Hugging Face hub, by its own client: cached, resumed, usable offline."""

from __future__ import annotations

import sys
from pathlib import Path

from huggingface_hub import hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from engine.errors import CheckpointError
from engine.files import read_json
from engine.hf_config import config_from_hf

_WANTED = ["*.json", "*.safetensors", "*.jinja", "LICENSE*", "NOTICE"]
_UNWANTED = ["*/*", "consolidated*"]
"""Other forms of the same weights, such as Llama's ``original/``."""


def download(repository: str) -> Path:
    """The folder of a repository's snapshot in the hub's own cache.

    Args:
        repository: ``ORG/NAME``, or ``ORG/NAME@REVISION``.

    Raises:
        CheckpointError: there is none, it is not for everybody, it is of another architecture, or
            the hub cannot be reached and the cache does not hold it.
    """
    name, _, revision = repository.partition("@")
    try:
        # The smallest file first: gigabytes of another architecture are not worth fetching.
        config = hf_hub_download(name, "config.json", revision=revision or None)
        config_from_hf(read_json(Path(config)))
        return Path(
            snapshot_download(
                name,
                revision=revision or None,
                allow_patterns=_WANTED,
                ignore_patterns=_UNWANTED,
            )
        )
    except HFValidationError as error:
        raise CheckpointError(
            f"hf:{repository} is no name of a model. Write hf:ORG/NAME as on its page."
        ) from error
    except GatedRepoError as error:
        raise CheckpointError(
            f"hf:{repository} asks for its terms to be accepted. Accept them on its page, then log "
            "in with: hf auth login"
        ) from error
    except RevisionNotFoundError as error:
        raise CheckpointError(
            f"hf:{name} has no revision {revision!r}. Leave @{revision} out, or correct it."
        ) from error
    except RepositoryNotFoundError as error:
        raise CheckpointError(
            f"The hub has no model {name!r}, or it is private. Check the name; for a private model "
            "log in with: hf auth login"
        ) from error
    except LocalEntryNotFoundError as error:
        raise CheckpointError(
            f"The hub cannot be reached, and its cache does not hold hf:{repository}. "
            "Check the network, or import a folder."
        ) from error
    except EntryNotFoundError as error:
        raise CheckpointError(
            f"hf:{repository} has no config.json, so it is no model for transformers. "
            "Choose another repository."
        ) from error
    except _lost_connections() as error:
        said = str(error) or type(error).__name__  # a time-out may have nothing to say
        raise CheckpointError(
            f"hf:{repository} could not be fetched ({said.splitlines()[0][:200]}). What has "
            "come is kept: run the same command to go on."
        ) from error


def _lost_connections() -> tuple[type[Exception], ...]:
    """What a broken fetch raises: the hub's client speaks through httpx, of late httpx2."""
    clients = [sys.modules[name] for name in ("httpx", "httpx2") if name in sys.modules]
    return (HfHubHTTPError, OSError, *(client.HTTPError for client in clients))
