"""A vision model as a judge: one picture a call, references beside it, one repair, a cache."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from evaluate.budget import BudgetStop
from evaluate.journal import Journal
from evaluate.judges.answers import Answers, Reply
from evaluate.judges.endpoint import Endpoint, NoReply, as_log
from evaluate.judges.judge import Question, Task, unscored
from evaluate.judges.pictures import bare_png, data_uri, reference_uri
from evaluate.judges.rubric import (
    Answer,
    BadAnswer,
    Rubric,
    asked_of,
    read_answer,
    rows_of,
    rubric_of,
)
from evaluate.judges.spending import Purse, Spending
from evaluate.rows import ScoreRow
from evaluate.spec.judges import VisionJudge
from rules.records import record
from train.stamps import file_digest, key_of

LOG = "judge-log.jsonl"
MOST_REFERENCES = 3
TEMPLATE = 1
Message = dict[str, Any]


@record
class LogRow:
    """One call, whole, without pictures and without the key."""

    key: str
    judge: str
    asked: str
    answer: str
    mode: str
    tokens: tuple[int, int]
    seconds: float
    fault: str | None = None


class Vision:
    """A model behind an endpoint.

    Args:
        settings: of the judge.
        task: what is judged.
        cache: folder of answers.
        folder: of the run, for the log.
        purse: that its calls are paid from.
        backoff: see Endpoint.

    Attributes:
        id: covers model, rubric, references and settings.
        spending: what it cost so far.
        answers: the cache.
    """

    def __init__(  # noqa: PLR0913 - all but two by keyword
        self,
        settings: VisionJudge,
        task: Task,
        *,
        cache: Path,
        folder: Path,
        purse: Purse,
        backoff: float = 1.0,
    ) -> None:
        self._settings = settings
        self._references = task.references[:MOST_REFERENCES]
        self._task = replace(task, references=self._references)
        self.rubric: Rubric = rubric_of(self._task)
        self._endpoint = Endpoint(settings, backoff)
        self._hashes = [file_digest(path) for path in self._references]
        stamp = key_of(self._identity())
        self.id = f"vision:{self._endpoint.model}:{stamp[:12]}"
        self.answers = Answers(cache / "answers")
        self.spending = Spending(purse, settings.prices)
        self._log = Journal(folder / LOG, LogRow)
        self._writing = threading.Lock()

    def _identity(self) -> list[object]:
        """Everything but picture and repeat that decides an answer."""
        kept = self._settings
        return [
            TEMPLATE, self.rubric.digest, self._hashes, self._endpoint.shown,
            self._endpoint.model, kept.temperature, kept.max_tokens, kept.side,
        ]  # fmt: skip

    def judge(self, questions: Sequence[Question]) -> Iterator[tuple[ScoreRow, ...]]:
        """Rows of each picture as answers come."""
        with ThreadPoolExecutor(self._settings.connections) as pool:
            waiting: dict[Future[tuple[ScoreRow, ...]], Question] = {
                pool.submit(self._judge, question): question for question in questions
            }
            try:
                stopped: BudgetStop | None = None
                for done in as_completed(waiting):
                    try:
                        yield done.result()
                    except BudgetStop as stop:
                        stopped = stop
                if stopped is not None:
                    raise stopped
            finally:
                for future in waiting:
                    future.cancel()

    def close(self) -> None:
        """Hang up."""
        self._endpoint.close()

    def _judge(self, question: Question) -> tuple[ScoreRow, ...]:
        began = perf_counter()
        try:
            picture = bare_png(question.path, self._settings.side)
        except (OSError, SyntaxError, ValueError):
            return unscored(question, self.id, asked_of(self.rubric), "unreadable picture")
        parts = (*self._identity(), key_of(data_uri(picture)), question.repeat)
        known = self._known(parts)
        if known is not None:
            return self._rows(known, question, 0.0, 0.0, hit=True)
        messages = self._messages(picture)
        costs: list[float] = []
        try:
            answer, reply = self._ask(messages, question, costs)
        except (NoReply, BadAnswer) as error:
            first, *rest = unscored(question, self.id, asked_of(self.rubric), str(error)[:300])
            return replace(first, cost=sum(costs)), *rest
        with self._writing:
            self.answers.write(reply, *parts)
        return self._rows(answer, question, sum(costs), perf_counter() - began, hit=False)

    def _known(self, parts: tuple[object, ...]) -> Answer | None:
        """An answer of before; None where there is none, or it would not count any more."""
        reply = self.answers.read(*parts)
        try:
            return None if reply is None else read_answer(reply.text, self.rubric)
        except BadAnswer:
            return None

    def _ask(
        self, messages: list[Message], question: Question, costs: list[float]
    ) -> tuple[Answer, Reply]:
        """An answer that counts: the first, or the one after its fault was told."""
        reply = self._call(messages, question, costs)
        try:
            return read_answer(reply.text, self.rubric), reply
        except BadAnswer as error:
            fault = f"That cannot count: {error}. Answer with the JSON object alone."
        repair: list[Message] = [
            *messages,
            {"role": "assistant", "content": reply.text},
            {"role": "user", "content": fault},
        ]
        reply = self._call(repair, question, costs)
        return read_answer(reply.text, self.rubric), reply

    def _call(self, messages: list[Message], question: Question, costs: list[float]) -> Reply:
        self.spending.begin()
        began, reply, fault = perf_counter(), Reply(text=""), None
        tokens: tuple[int, int] | None = None
        try:
            reply = self._endpoint.ask(messages, self.rubric.schema)
            tokens = reply.tokens
        except NoReply as error:
            fault, tokens = str(error), error.tokens
            raise
        finally:
            costs.append(self.spending.end(tokens))
            row = LogRow(
                key=question.key,
                judge=self.id,
                asked=as_log(messages),
                answer=reply.text,
                mode=reply.mode,
                tokens=tokens or (0, 0),
                seconds=round(perf_counter() - began, 4),
                fault=fault,
            )
            with self._writing:
                self._log.append(row)
        self.spending.check_counted(self._endpoint.shown, counted=reply.counted)
        return reply

    def _messages(self, picture: bytes) -> list[Message]:
        side = self._settings.side
        shown = [data_uri(picture), *(reference_uri(path, side) for path in self._references)]
        content: list[Message] = [{"type": "text", "text": "Candidate first, then references."}]
        content += [{"type": "image_url", "image_url": {"url": uri}} for uri in shown]
        return [
            {"role": "system", "content": self.rubric.instructions},
            {"role": "user", "content": content},
        ]

    def _rows(
        self, answer: Answer, question: Question, cost: float, seconds: float, *, hit: bool
    ) -> tuple[ScoreRow, ...]:
        rows = tuple(rows_of(answer, self.rubric, question, self.id))
        first = replace(rows[0], cost=cost, seconds=round(seconds, 4), cache_hit=hit)
        return (first, *(replace(row, cache_hit=hit) for row in rows[1:]))
