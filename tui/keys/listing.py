"""All bindings as a list: for the command line, the docs, and the screen where they are changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tui.keys.catalogue import Bound, all_bindings
from tui.keys.names import FORBIDDEN, shown_key


@dataclass(frozen=True, slots=True)
class Row:
    """A binding with the keys that hold.

    Args:
        bound: the binding as the code has it.
        keys: what presses it now.
    """

    bound: Bound
    keys: tuple[str, ...]

    @property
    def own(self) -> bool:
        """Whether a person has chosen the keys."""
        return self.keys != self.bound.keys

    @property
    def shown(self) -> str:
        """The keys as a person calls them."""
        return " ".join(map(shown_key, self.keys))


def rows(own: Mapping[str, tuple[str, ...]]) -> Sequence[Row]:
    """Every binding: the frame's, the panes', their widgets', the dialogs'.

    Args:
        own: keys by binding id that a person has chosen.
    """
    return [Row(bound, own.get(id_, bound.keys)) for id_, bound in all_bindings().items()]


def markdown(listed: Sequence[Row]) -> str:
    """A table for each part of the lab."""
    lines = []
    for where, group in groupby(listed, key=lambda row: row.bound.where):
        lines += ["", f"## {where}", "", "| key | does | id |", "|---|---|---|"]
        for row in group:
            keys = " ".join(_code(shown_key(key)) for key in row.keys)
            lines.append(f"| {keys} | {row.bound.words} | `{row.bound.id}` |")
    return "\n".join(lines)


def page() -> str:
    """``docs/keys.md``."""
    fixed = "\n".join(f"| {_code(shown_key(key))} | {why} |" for key, why in FORBIDDEN.items())
    return f"""# Keys

**F1** shows the keys of where you are, **ctrl+o** puts a letter on everything that you can go to,
**ctrl+p** finds a command by its words. `llmlab keys` prints this list with your own keys in it.

Every key can be another one: in the app with the command *Keys ...* of the palette, or in
`settings.toml` by the id of its binding, several keys with commas between them:

```toml
[keys]
"compare.mode" = "f10,m"
"app.jump" = "ctrl+g"
```

Keys are called `f10`, `ctrl+g`, `alt+x`, `n`, `N`, `home`, `shift+left`, `space` or `?`. A line
that names no binding or no key, or a key that is taken where the binding works, is left out; the
lab says so at the start, with the name of what has the key, and the other lines hold.

These keys cannot be given to other bindings:

| key | because |
|---|---|
{fixed}
{markdown(rows({}))}
"""


def _code(text: str) -> str:
    text = text.replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"
