from engine.data.web import web_of
from engine.data.world import PICO_WORLD
from engine.idk.alternatives.ways import REFUSAL, shown
from engine.local import LocalModel

WEB = web_of(PICO_WORLD)


def test_examples_show_both_kinds_and_fit(parent: LocalModel) -> None:
    turns = shown(parent, WEB)
    answers = [turn.parts[0].text for turn in turns if turn.role == "assistant"]
    assert REFUSAL in answers
    assert len(parent.dialect.render_chat(turns)) <= parent.info.max_seq_len // 2
