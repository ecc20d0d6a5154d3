"""The pieces of stages that any process may do, each from a JSON item alone; `TASKS` names them."""

import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import polars as pl

from lookalike import formats
from lookalike.clock import SystemClock
from lookalike.completing import Complete
from lookalike.compute.claims import Claims
from lookalike.engines import NOWHERE, Kept, Model, Plan
from lookalike.engines.text import Model as Texts
from lookalike.engines.text import Plan as PlanOfTexts
from lookalike.engines.text.writing import Help
from lookalike.errors import InternalError
from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import (
    Artefacts,
    KeptArtefact,
    asked_name,
    block_name,
    group_name,
    kept_name,
    keys_name,
)
from lookalike.pipeline.context import read_metadata
from lookalike.pipeline.digesting import Digesting
from lookalike.pipeline.engine import Promise
from lookalike.pipeline.layout import MODEL, Part
from lookalike.pipeline.verifying import verify_part
from lookalike.pipeline.work import Request
from lookalike.storage import Bucket, Buckets

Item = dict[str, Any]

WAIT_S = 0.01  # between two looks for a block that another draws; it takes some ten times as long


class Tasks:
    """
    Runs items of tasks in this process.

    A plan, a model and its promise stay loaded between items: a process serves one job only. `complete` is the language
    model that the job asks, if it asks one; by `claims` processes that share the job know which block another draws.
    """

    def __init__(
        self,
        buckets: Buckets,
        work_bucket: Bucket,
        complete: Complete | None = None,
        claims: Claims | None = None,
    ) -> None:
        self._buckets = buckets
        self._claims = claims or Claims()
        self._complete = complete
        self._work_bucket = work_bucket
        self._plan: Plan | None = None
        self._model: Model | None = None
        self._promise: Promise | None = None

    def run(self, task: str, item: Item) -> Any:
        """The JSON result of one item."""
        return TASKS[task](self, item)

    def fit_group(self, item: Item) -> None:
        """Fit one group of columns, unless its artefact is there already."""
        artefacts, name = self._artefacts(item), group_name(item["group"])
        if artefacts.exists(name):
            return
        if self._plan is None:
            self._plan = self._helped_plan(engine.kept_plan(_request(item), artefacts))
        artefacts.write(name, self._plan.fit_group(item["group"], KeptArtefact(artefacts, kept_name(item["group"]))))

    def draw_block(self, item: Item) -> int:
        """Draw one block, unless its artefact is there already; returns how many rows it has."""
        artefacts, name = self._artefacts(item), block_name(item["block"])
        if artefacts.exists(name):
            return artefacts.read_frame(name).height
        return self._drawn(item)

    def _drawn(self, item: Item) -> int:
        artefacts, request = self._artefacts(item), _request(item)
        if self._model is None:
            self._model = engine.model(request, artefacts)
        model = self._helped(self._model, item, request)
        drawn = model.draw(item["n_rows"], seed=request.seed, block=item["block"], total=request.n_rows)
        artefacts.write_frame(block_name(item["block"]), drawn)
        return drawn.height

    def _helped_plan(self, plan: Plan) -> Plan:
        """The plan as it learns: with a language model at hand if it asks one."""
        if self._complete is None or not isinstance(plan, PlanOfTexts):
            return plan
        return plan.helped(Help(self._complete, lambda _: NOWHERE, SystemClock(), 1.0))

    def _helped(self, model: Model, item: Item, request: Request) -> Model:
        """The model as it draws a block: with a language model at hand if it asks one."""
        if self._complete is None or not isinstance(model, Texts):
            return model
        artefacts = self._artefacts(item)

        def kept(column: str) -> Kept:
            return KeptArtefact(artefacts, asked_name(item["block"], column))

        return model.helped(Help(self._complete, kept, SystemClock(), item["n_rows"] / request.n_rows))

    def key_block(self, item: Item) -> None:
        """Keep what a block's rows are told apart by, so that the block itself need not be read to compare them."""
        artefacts, number = self._artefacts(item), item["block"]
        keys = self._promised(item).keys(artefacts.read_frame(block_name(number)))
        artefacts.write_frame(keys_name("block", number), keys)

    def write_part(self, item: Item) -> dict[str, Any]:
        """
        Encode one part from its blocks into the staging prefix and read it back; returns path, rows, bytes, SHA-256.

        With `block_rows`, all blocks but the last being so high, those that nobody draws are drawn here.

        Raises:
            InternalError: what was written breaks a rule.
        """
        request, part, artefacts = _request(item), Part(**item["part"]), self._artefacts(item)
        csv = request.parameters["csv"]
        options = formats.WriteOptions(delimiter=csv["delimiter"] or ",", safe=csv["safe"])
        write = formats.load(request.output_format).write
        with self._buckets[request.output_bucket].writer(part.staged) as sink:
            counted = Digesting(sink)
            with formats.compressed(cast(BinaryIO, counted), formats.split_path(part.path)[1]) as stream:
                write(self._rows(item, part), read_metadata(artefacts), stream, options)
        promise = self._promised(item)
        if promise.columns:
            keys = verify_part(self._buckets[request.output_bucket], part, request, promise)
            artefacts.write_frame(keys_name("part", part.index), keys)
        return {
            "path": part.path,
            "rows": part.n_rows,
            "size_bytes": counted.size,
            "sha256": counted.sha256.hexdigest(),
        }

    def write_or_draw(self, item: Item) -> dict[str, Any] | None:
        """What `write_part` returns if the item tells of a part; else a block is drawn, unless another has begun it."""
        if "part" in item:
            return self.write_part(item)
        self._claimed(item)
        return None

    def _rows(self, item: Item, part: Part) -> Iterator[pl.DataFrame]:
        """The part's rows, a frame for each block they lie in; it begins behind `skip` rows of `block`."""
        artefacts, block, skip, left = self._artefacts(item), item["block"], item["skip"], part.n_rows
        while left:
            if "block_rows" in item:
                self._draw_until(block, item, (part.start + part.n_rows - 1) // item["block_rows"])
            if not artefacts.exists(block_name(block)):
                raise InternalError(f"A part was to have {part.n_rows} rows and has {part.n_rows - left}.")
            frame = artefacts.read_frame(block_name(block)).slice(skip, left)
            left, block, skip = left - frame.height, block + 1, 0
            yield frame

    def _draw_until(self, block: int, item: Item, last: int) -> None:
        """
        Return when a block is there. While another draws it, the next that nobody draws is drawn here.

        Args:
            last: Block of the part's last row; none behind it is drawn.
        """
        rows, total = item["block_rows"], _request(item).n_rows
        draws = [{**item, "block": n, "n_rows": min(rows, total - n * rows)} for n in range(block, last + 1)]
        left = iter(draws)  # each is looked at once: a look may be a request to a store
        while not self._artefacts(item).exists(block_name(block)):
            if not any(self._claimed(draw) for draw in left) and not self._claimed(draws[0]):
                time.sleep(WAIT_S)

    def _claimed(self, item: Item) -> bool:
        """Draw one block, unless it is there or another process draws it; returns whether it was drawn."""
        with self._claims.held(item["block"]) as mine:
            missing = mine and not self._artefacts(item).exists(block_name(item["block"]))
            if missing:
                self._drawn(item)
        return missing

    def _promised(self, item: Item) -> Promise:
        if self._promise is None:
            self._promise = engine.promise(_request(item), self._artefacts(item).read(MODEL))
        return self._promise

    def _artefacts(self, item: Item) -> Artefacts:
        return Artefacts(self._work_bucket, item["job_id"])


TASKS: dict[str, Callable[[Tasks, Item], Any]] = {
    "fit_group": Tasks.fit_group,
    "draw_block": Tasks.draw_block,
    "key_block": Tasks.key_block,
    "write_part": Tasks.write_part,
    "write_or_draw": Tasks.write_or_draw,
}


def _request(item: Item) -> Request:
    return Request(**item["request"])
