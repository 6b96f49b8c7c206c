"""Sets the panes up for a step, as its table says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.errors import LabError
from tui.lane import Lane
from tui.lending import lend, take_back
from tui.models import Model
from tui.notes import Note
from tui.sampling import Sampling
from tui.widgets.prompt_box import PromptBox

if TYPE_CHECKING:
    from tui.app import LabApp
    from tui.course.steps import Step
    from tui.panes.compare import ComparePane

Setup = Mapping[str, Any]


async def set_up(app: LabApp, step: Step) -> None:
    """Go to a step's pane and make it ready.

    Raises:
        LabError: something that the step needs is not here.
    """
    await app.action_pane(step.pane)
    by_pane: dict[str, Callable[[LabApp, Setup], Awaitable[None]]] = {
        "pipeline": _pipeline,
        "data": _data,
        "tokens": _tokens,
        "compare": _compare,
        "chat": _chat,
        "probes": _probes,
        "rl": _rl,
    }
    lend_sampling(app, step)
    if step.pane in by_pane:
        await by_pane[step.pane](app, step.setup)


async def _models(app: LabApp, names: Sequence[str]) -> list[Model]:
    """Those of the names, as they could be asked now."""
    checkpoints = await asyncio.to_thread(app.services.checkpoints)
    here = [Model.of_checkpoint(info) for info in checkpoints]
    by_name = {model.name: model for model in (*app.compare.chooser.offer().models, *here)}
    for name in names:
        if name not in by_name:
            raise LabError(
                f"There is no checkpoint {name!r}, which this step asks. Go on with another step."
            )
    return [by_name[name] for name in names]


def lend_sampling(app: LabApp, step: Step | None) -> None:
    """Have a step's pane draw as the step wants it, and all others as somebody has chosen."""
    compare, chat = app.compare, app.chat
    take_back(compare)
    if step is not None and step.pane == "compare":
        lend(compare, _drawn(compare.sampling, step.setup))
    compare.use(compare.sampling)
    if chat is not None:
        take_back(chat.session)
        if step is not None and step.pane == "chat":
            lend(chat.session, _drawn(chat.session.sampling, step.setup))
        chat.show_head()


def _drawn(sampling: Sampling, setup: Setup) -> Sampling:
    """One answer, drawn as the step wants it."""
    params = replace(
        sampling.params,
        temperature=float(setup.get("temperature", sampling.params.temperature)),
        max_tokens=setup.get("max_tokens", sampling.params.max_tokens),
    )
    return replace(sampling, params=params, n=1)


async def _pipeline(app: LabApp, setup: Setup) -> None:
    pane = app.pipeline
    assert pane is not None
    pane.steering.preset = setup.get("preset", "")
    await pane.go_to(setup.get("entry", "stage:base"))
    pane.focus_view()


async def _data(app: LabApp, setup: Setup) -> None:
    from tui.data.sample_text import MOVABLE

    pane = app.data_pane
    assert pane is not None
    await pane.read()
    shipped = next((each for each in pane.watch_data.listed if each.shipped), None)
    shown = pane.watch_data.shown
    if shipped is not None and (shown is None or shown.listed.key != shipped.key):
        pane.look_at(shipped)
        await pane.read()
    view, rule = setup.get("view", "funnel"), setup.get("rule")
    if rule is not None and view == "removed":
        report = pane.watch_data.shown.report if pane.watch_data.shown else None
        if report is None or all(row.rule != rule or not row.removed_pages for row in report.rows):
            raise LabError(f"No page fell to {rule!r}, which this step opens. Take another step.")
        pane.views.removed.close()
        pane.views.removed.go_to(rule)
    pane.action_view(view)
    if view == "sample":
        pane.views.sample.publish_all()
        if rule in MOVABLE:
            pane.views.sample.rows.go_to(MOVABLE.index(rule))


async def _tokens(app: LabApp, setup: Setup) -> None:
    pane = app.tokens_pane
    assert pane is not None
    name = setup.get("tokenizer")
    if name is not None and name != pane.desk.seat.name:
        pane.opener.open(pane.desk.replace(name))
    if "text" in setup:
        pane.desk.buffer.replace(setup["text"])
    view = setup.get("view", "text")
    if view == "chat":
        pane.talker.first_example()
    pane.action_view(view)


async def _compare(app: LabApp, setup: Setup) -> None:
    pane = app.compare
    pane.action_stop()
    await _columns(pane, await _models(app, setup.get("models", ())))
    pane.columns.chat = pane.strip.chat = setup.get("chat", True)
    pane.columns.relabel()
    _write(pane.query_one(PromptBox), setup)
    if setup.get("ask"):
        pane.action_send()


async def _columns(pane: ComparePane, models: Sequence[Model]) -> None:
    """A column a model, each with nothing in it yet."""
    columns = pane.columns
    while models and len(columns.all) > len(models):
        await columns.take_away(columns.all[-1])
    while len(columns.all) < len(models):
        await columns.add(Lane.of(models[len(columns.all)]))
    for column, model in zip(columns.all, models, strict=False):
        column.lane = Lane.of(model)
        column.show(None, show_prompt=True)
        column.say(Note("dim", "Press enter in the prompt to ask."))
    if models:
        columns.go_to(columns.all[0])


async def _chat(app: LabApp, setup: Setup) -> None:
    pane = app.chat
    assert pane is not None
    # The conversation of before is restored in its own time; it would come over the new one.
    await app.workers.wait_for_complete([each for each in app.workers if each.group == "restore"])
    if "model" in setup:
        pane.talk_to((await _models(app, [setup["model"]]))[0])
    pane.action_new()
    _write(pane.prompt, setup)


async def _probes(app: LabApp, setup: Setup) -> None:
    pane = app.probes_pane
    assert pane is not None
    await pane.read()
    wanted = setup.get("probe")
    listed = next(
        (each for each in pane.probes.listed
         if (each.status.name == wanted if wanted else each.shipped)), None,
    )  # fmt: skip
    if wanted and listed is None:
        raise LabError(f"There is no probe {wanted!r}, which this step opens. Take another step.")
    shown = pane.probes.shown
    if listed is not None and (shown is None or shown.listed.key != listed.key):
        pane.look_at(listed)
        await app.workers.wait_for_complete(
            [each for each in app.workers if each.group == "probe-open"]
        )
    groups = pane.probes.shown.book.groups() if pane.probes.shown else ()
    _turned(pane.action_filter_group, lambda: pane.views.group, setup.get("group"), len(groups) + 1)
    _turned(pane.action_filter_outcome, lambda: pane.views.outcome, setup.get("outcome"), 4)
    pane.action_view(setup.get("view", "answers"))


def _turned(turn: Callable[[], None], now: Callable[[], object], wanted: object, most: int) -> None:
    """Turn a control, as its key would, until it shows what is wanted or has gone all around."""
    for _ in range(most):
        if now() == wanted:
            return
        turn()


async def _rl(app: LabApp, setup: Setup) -> None:
    from engine.rl.reader import is_shipped

    pane = app.rl_pane
    assert pane is not None
    watch, wanted = pane.watch_rl, setup.get("run")
    await watch.refresh()
    run = watch.named(wanted) if wanted else next(filter(is_shipped, watch.runs), None)
    if wanted and run is None:
        raise LabError(f"There is no run {wanted!r}, which this step opens. Take another step.")
    if run is not None and (watch.shown is None or watch.shown.run.path != run.path):
        watch.show(run)
        await watch.refresh()
    pane.asker.forget()  # What was asked before this step is asked again in it.
    shown = watch.shown
    if shown is not None and "step" in setup:
        await watch.go_to(setup["step"])
    if shown is not None and "task" in setup:
        tasks = [group.task for group in shown.groups]
        shown.place = tasks.index(setup["task"]) if setup["task"] in tasks else 0
    pane.action_view(setup.get("view", "wall"))


def _write(prompt: PromptBox, setup: Setup) -> None:
    """What stands in the prompt, and the keys with it."""
    if "prompt" in setup:
        prompt.text = setup["prompt"]
        prompt.move_cursor(prompt.document.end)
    prompt.focus()
