"""``docs/settings.md``: every setting, from the schema."""

from __future__ import annotations

from tui.settings.catalog import Catalog
from tui.settings.edit import toml
from tui.settings.reading import KEYS_VARIABLE
from tui.settings.schema import SECTIONS, TABLES
from tui.settings.setting import Setting

_HEAD = f"""# Settings

F8 in the app shows them all, says what each does and keeps what is chosen. They lie in
`settings.toml` in the lab's folder (`llmlab settings path` says where); it may be edited by hand,
and what it says besides, comments too, stays. What it cannot mean costs only itself: the app says
the line and goes on with the default.

A variable of the environment wins over the file, as `LLMLAB_COMPARE_TEMPERATURE=0 llmlab`. The
screen then shows the value as fixed. `{KEYS_VARIABLE}="app.quit=f10; compare.own=O"` stands for
the whole section `keys`. `--theme` and `--ascii` win over both, for one visit. A variable that
begins with `LLMLAB_` and that nothing reads is said at the start: it may be misspelt.

```
llmlab settings                                 # what holds, and who says so
llmlab settings set compare.temperature 0
llmlab settings reset compare.temperature
```

In our themes words have a contrast of at least 4.5 to the ground that they stand on, 7 in
`lab-contrast`. Nothing is said by a colour alone: what has the focus has a heavy border, verdicts
and states have signs, curves differ in their strokes or have letters. `NO_COLOR` (any value but an
empty one) takes all colours away: what is chosen is then reversed, bold or underlined, what is
quiet is dim.

ASCII only draws everything with the signs of a typewriter:
`+` correct, `x` wrong, `o` abstained, `E` the enter key, `~` for what was cut; a letter outside
ASCII loses its accent or becomes `?`.
"""


def settings_page() -> str:
    """The whole page."""
    catalog = Catalog()
    parts = [_HEAD]
    for section in catalog.sections:
        parts.append(f"## {SECTIONS[section]}: `[{section}]`\n")
        rows = [_row(setting) for setting in catalog.settings if setting.section == section]
        if rows:
            head = ["| key | default | may be | |", "|---|---|---|---|"]
            parts.append("\n".join([*head, *rows]) + "\n")
        parts += [f"{table.help}\n" for table in TABLES if table.section == section]
    return "\n".join(parts)


def _row(setting: Setting[object]) -> str:
    key = setting.name if setting.name.isidentifier() else f'"{setting.name}"'
    default = toml(setting.word if setting.default is None else setting.default)
    later = "" if setting.live else " From the next start."
    cells = [
        f"`{key}`",
        f"`{default}`",
        setting.bounds(),
        f"{setting.help}{later}",
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
