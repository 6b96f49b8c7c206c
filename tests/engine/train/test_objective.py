import math

import torch
import torch.nn.functional as F

from engine.model import ModelConfig, Transformer
from engine.train.muon import Muon, orthogonalise, split_parameters
from engine.train.objective import document_mask, next_token_loss, token_losses
from engine.train.packing import Document, pack
from engine.train.recipe import recipe
from engine.train.schedule import lr_share

CONFIG = ModelConfig(
    vocab_size=50,
    d_model=32,
    n_layers=2,
    n_heads=4,
    n_kv_heads=2,
    head_dim=8,
    d_ff=64,
    max_seq_len=64,
)


def small_model() -> Transformer:
    model = Transformer(CONFIG)
    generator = torch.Generator().manual_seed(0)
    model.init_weights(generator)
    with torch.no_grad():  # the blocks begin as identities: shake them
        for p in model.parameters():
            p.add_(0.1 * torch.randn(p.shape, generator=generator))
    return model.eval()


def test_packed_documents_do_not_see_each_other() -> None:
    """A document's losses in a packed row equal its losses alone."""
    model = small_model()
    docs = [Document([1, *range(2, 2 + n)]) for n in (5, 9, 12)]
    (batch,) = pack(docs, (64,), 64, "s")
    packed = token_losses(
        model, *(torch.from_numpy(a) for a in (batch.ids_BT, batch.targets_BT, batch.doc_BT))
    )
    for doc in docs:
        ids = torch.tensor([doc.ids])
        logits = model.unembed(model(ids))[0, :-1]
        alone = F.cross_entropy(logits, ids[0, 1:], reduction="none")
        rows = [d for d in range(3) if (batch.doc_BT[0] == d).sum() == len(doc.ids)]
        found = packed[0][torch.from_numpy(batch.doc_BT[0] == rows[0])][:-1]
        torch.testing.assert_close(found, alone, atol=1e-5, rtol=0)


def test_mask_is_causal_and_blocked() -> None:
    mask = document_mask(torch.tensor([[0, 0, 1, -1]]))[0, 0]
    assert mask.int().tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


def test_loss_is_the_mean_over_counted_targets() -> None:
    model = small_model()
    ids = torch.randint(0, 50, (2, 16), generator=torch.Generator().manual_seed(1))
    targets = torch.where(torch.arange(16) % 3 == 0, ids.roll(-1, 1), -100)
    doc = torch.zeros_like(ids)
    losses = token_losses(model, ids, targets, doc)
    mean = losses[targets != -100].mean()
    torch.testing.assert_close(next_token_loss(model, ids, targets, doc), mean)


def test_orthogonalise_makes_singular_values_near_one() -> None:
    matrices = torch.randn(3, 40, 20, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(matrices))
    assert 0.6 < values.min() < values.max() < 1.3
    flat = orthogonalise(matrices.mT)
    torch.testing.assert_close(flat, orthogonalise(matrices).mT, atol=1e-4, rtol=1e-3)


def test_every_parameter_has_one_optimizer() -> None:
    model = small_model()
    matrices, others = split_parameters(model)
    assert set(matrices) | set(others) == {name for name, _ in model.named_parameters()}
    assert not set(matrices) & set(others)
    assert all(p.ndim == 2 for p in matrices.values())
    assert "embed.weight" in others


def test_muon_learns() -> None:
    model = small_model().train()
    matrices, others = split_parameters(model)
    optimizers = [
        Muon(matrices.values(), lr=0.02, momentum=0.9, weight_decay=0.0),
        torch.optim.AdamW(others.values(), lr=0.01),
    ]
    ids = torch.arange(32).view(2, 16)
    doc = torch.zeros_like(ids)
    losses = []
    for _ in range(30):
        loss = next_token_loss(model, ids, ids.roll(-1, 1), doc)
        loss.backward()  # type: ignore[no-untyped-call]
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.1 * losses[0]


def test_initial_loss_is_that_of_a_uniform_guess() -> None:
    model = Transformer(CONFIG)
    model.init_weights(torch.Generator().manual_seed(0))
    ids = torch.randint(0, 50, (4, 32), generator=torch.Generator().manual_seed(1))
    loss = next_token_loss(model, ids, ids.roll(-1, 1), torch.zeros_like(ids))
    assert abs(float(loss.detach()) - math.log(50)) < 0.1


def test_schedule_warms_up_stays_and_decays() -> None:
    nano = recipe("base", "nano")
    shares = [lr_share(step, nano) for step in range(nano.steps)]
    assert shares[0] < shares[nano.warmup_steps - 1] == 1.0
    assert shares[nano.steps // 3] == 1.0
    assert shares[-1] <= 2 * nano.final_lr_share
    assert all(0 < share <= 1 for share in shares)
