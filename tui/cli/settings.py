"""``llmlab settings``: what is set, by whom, and another value."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from tui.cli.output import emit_json, narrate, printable, table
from tui.settings import open_settings
from tui.settings.store import Settings


def run(arguments: argparse.Namespace) -> int:
    """List, set, reset, or say where the file lies.

    Raises:
        LabError: there is no such setting, it cannot have that value, or a variable fixes it; or
            the file cannot be written.
    """
    settings = open_settings()
    for problem in settings.problems:
        narrate(problem)
    if arguments.action == "path":
        if arguments.json:
            emit_json({"path": str(settings.path)})
        else:
            print(printable(str(settings.path)))
    elif arguments.action == "list":
        _list(settings, as_json=arguments.json)
    else:
        reset = arguments.action == "reset"
        _change(settings, arguments.key, None if reset else arguments.value)
        if arguments.json:
            emit_json({"key": arguments.key, "value": settings.held(arguments.key)})
    return 0


def _change(settings: Settings, key: str, text: str | None) -> None:
    catalog = settings.catalog
    if text is None:
        catalog.check_key(key)
    value = catalog.default(key) if text is None else catalog.parsed(key, text)
    section, _, binding = key.partition(".")
    if section == "keys" and text is not None:
        _check_key(binding, {**settings.table("keys"), binding: str(value)})
    settings.take(key, value)
    said = settings.keep(key)
    if said:
        narrate(said)
    narrate(f"{key} is {_shown(settings, key)} from now on.")


def _check_key(binding: str, chosen: Mapping[str, str]) -> None:
    """Raise KeyNameError where the lab would leave out the keys that a binding was given."""
    from tui.keys.choosing import check
    from tui.keys.names import KeyNameError

    problem = check(chosen).problems.get(binding)
    if problem:
        raise KeyNameError(problem)


def _list(settings: Settings, *, as_json: bool) -> None:
    keys = list(settings.catalog.by_key)
    for section in settings.catalog.sections:
        keys += [f"{section}.{name}" for name in settings.table(section)]
    keys = list(dict.fromkeys(keys))
    if not as_json:
        rows = [(key, _shown(settings, key), _origin(settings, key)) for key in keys]
        table([("setting", "value", "from"), *rows])
        return
    found = {
        key: {
            "value": settings.held(key),
            "default": settings.catalog.default(key),
            "from": settings.origin(key),
            "variable": settings.fixed_by(key) or None,
        }
        for key in keys
    }
    emit_json({"path": str(settings.path), "problems": settings.problems, "settings": found})


def _shown(settings: Settings, key: str) -> str:
    setting, value = settings.catalog.by_key.get(key), settings.held(key)
    if setting is None:
        return "as it was" if value is None else str(value)
    return setting.text(value) or "(nothing)"


def _origin(settings: Settings, key: str) -> str:
    origin = settings.origin(key)
    return settings.fixed_by(key) if origin == "environment" else origin
