"""Any program as a judge: one JSON object in, one out. A command-line assistant is used so."""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from curate.errors import UserError
from evaluate.judges.answers import Answers, Reply
from evaluate.judges.judge import Question, Task, unscored
from evaluate.judges.pictures import bare_png
from evaluate.judges.rubric import BadAnswer, asked_of, read_answer, rows_of, rubric_of
from evaluate.rows import ScoreRow
from evaluate.spec.judges import CommandJudge
from train.stamps import file_digest, key_of

TEMPLATE = 1
REASON = 200


class Program:
    """Runs a command for every picture.

    It reads {"instructions", "schema", "image", "references"} from standard input, the pictures
    as paths of copies without names and metadata, and writes an answer of the schema.

    Attributes:
        id: covers the command line, the rubric and the references.
        answers: the cache.
    """

    def __init__(self, settings: CommandJudge, task: Task, *, cache: Path) -> None:
        self._settings, self._task = settings, task
        self.rubric = rubric_of(task)
        hashes = [file_digest(path) for path in task.references]
        self._identity = [TEMPLATE, list(settings.command), self.rubric.digest, hashes]
        self.id = f"command:{Path(settings.command[0]).name}:{key_of(self._identity)[:12]}"
        self.answers = Answers(cache / "answers")

    def judge(self, questions: Sequence[Question]) -> Iterator[tuple[ScoreRow, ...]]:
        """Rows of one picture after the other."""
        with tempfile.TemporaryDirectory(prefix="judge-") as folder:
            references = []
            for number, path in enumerate(self._task.references, 1):
                copy = Path(folder) / f"reference-{number}.png"
                copy.write_bytes(bare_png(path))
                references.append(str(copy))
            for question in questions:
                yield self._judge(question, Path(folder), references)

    def close(self) -> None:
        """Nothing is held."""

    def _judge(
        self, question: Question, folder: Path, references: list[str]
    ) -> tuple[ScoreRow, ...]:
        began = perf_counter()
        try:
            picture = bare_png(question.path)
        except (OSError, SyntaxError, ValueError):
            return unscored(question, self.id, asked_of(self.rubric), "unreadable picture")
        parts = (self._identity, key_of(picture.hex()), question.repeat)
        known = self.answers.read(*parts)
        try:
            if known is None:
                candidate = folder / "candidate.png"
                candidate.write_bytes(picture)
                reply = Reply(text=self._run(str(candidate), references))
                answer = read_answer(reply.text, self.rubric)
                self.answers.write(reply, *parts)
            else:
                answer = read_answer(known.text, self.rubric)
        except BadAnswer as error:
            return unscored(question, self.id, asked_of(self.rubric), str(error)[:REASON])
        first, *rest = rows_of(answer, self.rubric, question, self.id)
        seconds = round(perf_counter() - began, 4)
        return replace(first, seconds=seconds, cache_hit=known is not None), *rest

    def _run(self, candidate: str, references: list[str]) -> str:
        told = {
            "instructions": self.rubric.instructions,
            "schema": self.rubric.schema,
            "image": candidate,
            "references": references,
        }
        command = list(self._settings.command)
        try:
            done = subprocess.run(  # noqa: S603 - the user's own command, as a list
                command,
                input=json.dumps(told),
                capture_output=True,
                text=True,
                errors="replace",  # what is no text is no answer either, and no crash
                check=False,
                timeout=self._settings.timeout,
            )
        except subprocess.TimeoutExpired as error:
            raise BadAnswer(f"no answer within {self._settings.timeout:g} s") from error
        except OSError as error:
            raise UserError(
                f"judges: `{command[0]}` cannot be run ({error.strerror}); name a program"
            ) from error
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
            raise BadAnswer(f"exit {done.returncode}: {last}")
        return done.stdout
