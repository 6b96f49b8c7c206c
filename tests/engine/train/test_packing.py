import random
from array import array

import numpy as np
import pytest

from engine.train.packing import IGNORED, Document, pack


def documents(n: int = 400, longest: int = 90) -> list[Document]:
    rng = random.Random(0)
    return [
        Document([i + 1000] * 1 + [rng.randint(1, 99)] * rng.randint(1, longest)) for i in range(n)
    ]


def test_every_position_predicts_its_own_documents_next_token() -> None:
    for batch in pack(documents(), (32, 64), 256, "s"):
        for ids, targets, doc in zip(batch.ids_BT, batch.targets_BT, batch.doc_BT, strict=True):
            for t in range(len(ids)):
                last = t + 1 == len(ids) or doc[t + 1] != doc[t]
                assert targets[t] == (IGNORED if last or doc[t] < 0 else ids[t + 1])


def test_documents_stay_whole_and_come_once() -> None:
    docs = documents()
    seen = []
    for batch in pack(docs, (64, 128), 512, "s"):
        assert batch.ids_BT.shape in {(8, 64), (4, 128)}
        for ids, doc in zip(batch.ids_BT, batch.doc_BT, strict=True):
            for d in set(doc[doc >= 0]):
                tokens = ids[doc == d]
                assert list(tokens) == list(docs[tokens[0] - 1000].ids)
                seen.append(tokens[0])
    assert len(seen) == len(set(seen))
    assert len(seen) > 0.8 * len(docs)


def test_rows_are_well_filled() -> None:
    batches = pack(documents(2000, 60), (128,), 1024, "s")
    assert np.mean([(b.doc_BT >= 0).mean() for b in batches]) > 0.95


def test_batches_are_a_function_of_the_seed() -> None:
    same = [b.ids_BT.tobytes() for b in pack(documents(), (64, 128), 512, "a")]
    assert same == [b.ids_BT.tobytes() for b in pack(documents(), (64, 128), 512, "a")]
    assert same != [b.ids_BT.tobytes() for b in pack(documents(), (64, 128), 512, "b")]


def test_masked_targets_are_ignored() -> None:
    doc = Document([1, 2, 3, 4], [False, False, True, False])
    (batch,) = pack([doc], (8,), 8, "s")
    assert list(batch.targets_BT[0]) == [IGNORED, 3, IGNORED, IGNORED] + [IGNORED] * 4


@pytest.mark.parametrize("n", [0, 1])
def test_few_documents_still_make_whole_batches(n: int) -> None:
    batches = pack(documents(n), (128,), 512, "s")
    assert [b.ids_BT.shape for b in batches] == [(4, 128)] * n


def test_a_part_of_an_epoch_has_the_very_batches_of_the_whole() -> None:
    batches = pack(documents(), (64, 128), 512, "a")
    part = batches[2:5]
    assert len(part) == 3
    for batch, whole in zip(part, [*batches][2:5], strict=True):
        assert batch.ids_BT.tobytes() == whole.ids_BT.tobytes()
    assert batches[-1].ids_BT.tobytes() == [*batches][-1].ids_BT.tobytes()


def test_ids_of_two_bytes_make_the_same_batches_as_lists() -> None:
    lists = documents()
    arrays = [Document(array("H", document.ids)) for document in lists]
    for batch, other in zip(
        pack(lists, (64,), 512, "a"), pack(arrays, (64,), 512, "a"), strict=True
    ):
        assert all(np.array_equal(a, b) for a, b in zip(batch.arrays, other.arrays, strict=True))
