"""Build the wheel, install it into an empty folder and run the installed program from there.

Finds what an editable install hides: a file the wheel lacks, a module only the source tree has.
Dependencies come from the developer's environment; only our own code is installed.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("checkpoints", "engine", "tools", "tui")


def python(*arguments: str, **options: object) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.PIPE, text=True, **options
    )
    return done.stdout


def pip(*arguments: str) -> None:
    python("-m", "pip", "--quiet", *arguments)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out, site = Path(folder, "dist"), Path(folder, "site")
        pip("wheel", "--no-deps", "--wheel-dir", str(out), str(ROOT))
        (wheel,) = out.glob("llmlab-*.whl")
        pip("install", "--no-deps", "--target", str(site), str(wheel))
        files = [path for name in PACKAGES for path in (ROOT / name).rglob("[!._]*")]
        wanted = [f for f in files if f.is_file() and f.parent.name != "__pycache__"]
        left_out = [str(p) for p in wanted if not (site / p.relative_to(ROOT)).is_file()]
        assert not left_out, left_out
        # The wheel's own code must win over the editable install, which comes later on the path.
        home = str(Path(folder, "home"))
        here = {"cwd": folder, "env": {**os.environ, "PYTHONPATH": str(site), "LLMLAB_HOME": home}}
        program = str(site / "bin" / "llmlab")
        version = python(program, "--version", **here).strip()
        where = python("-c", "import tui; print(tui.__file__)", **here)
        assert where.startswith(str(site)), where
        listed = python(program, "checkpoints", "--json", **here)
        names = [json.loads(line)["name"] for line in listed.splitlines()]
        assert names[:2] == ["nano/base", "nano/sft"], names
        print(f"wheel: {version}, with {', '.join(names)}")


if __name__ == "__main__":
    main()
