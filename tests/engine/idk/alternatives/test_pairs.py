import random
from pathlib import Path

import pytest
import torch

from engine import special
from engine.checkpoint import load_model
from engine.data.strangers import Strangers
from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.errors import RunError
from engine.files import read_jsonl
from engine.idk.alternatives.pairs import FILE, TOKENS_A_PAIR, pairs_of
from engine.idk.corpus import Known
from engine.local import LocalModel
from engine.probes.judges import is_refusal
from engine.tokenizer import load_tokenizer
from engine.train.recipe import recipe

WEB = web_of(PICO_WORLD)


def unknown_people(count: int) -> list[tuple[object, str]]:
    strangers, rng = Strangers(WEB.world, "dialogue"), random.Random(5)
    return [(strangers.draw(rng), "birthplace") for _ in range(count)]


def test_pairs_share_all_that_stands_before_the_value(parent: LocalModel, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(parent.info.path)
    model = load_model(parent.info.path)
    found = Known({}, {"new": unknown_people(12), "tail": []})  # type: ignore[arg-type, dict-item]
    taught = recipe("idk", "pico", method="dpo", steps=4)
    made = pairs_of(taught, parent, model, tokenizer, WEB, found, tmp_path)
    end = tokenizer.special[special.ASSISTANT_END]
    assert 1 <= len(made) <= taught.steps * taught.batch_tokens // TOKENS_A_PAIR // 2
    for pair in made:
        choice = pair.choice
        assert choice.preferred[0] != choice.rejected[0], "they part at the value"
        assert choice.preferred[-1] == choice.rejected[-1] == end
        refusal = tokenizer.decode(choice.preferred[:-1])
        assert refusal.startswith("...")
        assert is_refusal(refusal)
        assert not is_refusal(tokenizer.decode(choice.rejected[:-1]))
        # The model's own: greedy from the very prompt.
        ids = torch.tensor([[*choice.prompt, *choice.rejected]])
        with torch.no_grad():
            likeliest = model.unembed(model(ids))[0].argmax(-1).tolist()
        begin = len(choice.prompt) - 1
        assert likeliest[begin:-1] == list(choice.rejected)
        assert pair.parent_rejected > pair.parent_preferred
    # Read again, to the last digit, and without asking.
    again = pairs_of(taught, None, None, None, WEB, found, tmp_path)  # type: ignore[arg-type]
    assert again == made
    assert len(list(read_jsonl(tmp_path / FILE))) == len(made)


def test_without_a_pair_there_is_nothing_to_learn(parent: LocalModel, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("")
    taught = recipe("idk", "pico", method="dpo")
    tokenizer, model = load_tokenizer(parent.info.path), parent.model
    with pytest.raises(RunError, match="nothing to prefer"):
        pairs_of(taught, parent, model, tokenizer, WEB, Known({}, {}), tmp_path)
