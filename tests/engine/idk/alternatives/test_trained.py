import json
import shutil
from pathlib import Path

import pytest

from engine.idk.alternatives.trained import training_seconds
from engine.manifest import find_checkpoint


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [([0.5, 3.0, 7.0], 7.0), ([1.0, 8.0, 0.5, 4.0], 12.0), ([5.0], 5.0), ([], None)],
)
def test_seconds_of_all_processes_that_trained(
    pico_sft: Path, tmp_path: Path, elapsed: list[float], seconds: float | None
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(pico_sft, folder)
    lines = [json.dumps({"type": "step", "step": n, "elapsed_s": s}) for n, s in enumerate(elapsed)]
    lines.append('{"type": "eval", "step": 1}')
    (folder / "curve.jsonl").write_text("\n".join(lines) + "\n")
    assert training_seconds(find_checkpoint(str(folder))) == seconds
    (folder / "curve.jsonl").unlink()
    assert training_seconds(find_checkpoint(str(folder))) is None
