"""A against B: two pictures a call, in both orders, one word an axis."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from curate.errors import UserError
from evaluate.judges.answers import Answers
from evaluate.judges.endpoint import Endpoint, NoReply
from evaluate.judges.pictures import bare_png, data_uri, reference_uri
from evaluate.judges.rubric import without
from evaluate.judges.spending import Purse, Spending
from evaluate.rows import PairRow
from evaluate.spec.judges import VisionJudge
from rules.records import RecordError, parse_json, record
from train.stamps import file_digest, key_of

Order = Literal["AB", "BA"]
Choice = Literal["first", "second", "tie"]
ORDERS: tuple[Order, ...] = ("AB", "BA")
TEMPLATE = 1


@record
class Pair:
    """Two pictures of one prompt and seed."""

    first: str
    second: str
    first_path: str
    second_path: str
    scene: str
    seed: int


@record
class Choices:
    """An answer: axis -> which of the two pictures shown."""

    choices: Mapping[str, Choice]


class Pairwise:
    """Asks a vision model which of two pictures is better.

    Attributes:
        id: covers model, axes and references.
    """

    def __init__(  # noqa: PLR0913 - all but one by keyword
        self,
        settings: VisionJudge,
        *,
        axes: Sequence[str],
        references: Sequence[Path],
        secret: Sequence[str],
        cache: Path,
        limit: float | None,
        backoff: float = 1.0,
    ) -> None:
        self._settings, self._axes = settings, tuple(without(axis, secret) for axis in axes)
        self._names = dict(zip(self._axes, axes, strict=True))
        self._references = tuple(references)[:3]
        self._endpoint = Endpoint(settings, backoff)
        self._identity = [
            TEMPLATE, self._axes, [file_digest(path) for path in self._references],
            self._endpoint.shown, self._endpoint.model, settings.temperature, settings.side,
        ]  # fmt: skip
        self.id = f"vision:{self._endpoint.model}:pairs-{key_of(self._identity)[:12]}"
        self.answers = Answers(cache / "answers")
        self.spending = Spending(Purse(limit), settings.prices)

    def judge(self, pairs: Sequence[Pair]) -> Iterator[tuple[PairRow, ...]]:
        """Rows of each pair that was decided in both orders; others are left out.

        Raises:
            BudgetStop: the budget is spent.
        """
        for pair in pairs:
            rows: list[PairRow] = []
            for shown in ORDERS:
                try:
                    rows += self._ask(pair, shown)
                except NoReply:
                    rows = []
                    break
            yield tuple(rows)

    def close(self) -> None:
        """Hang up."""
        self._endpoint.close()

    def _ask(self, pair: Pair, shown: Order) -> list[PairRow]:
        paths = [Path(pair.first_path), Path(pair.second_path)]
        pictures = [bare_png(path, self._settings.side) for path in paths]
        if shown == "BA":
            pictures.reverse()
        parts = (self._identity, [key_of(picture.hex()) for picture in pictures])
        reply, cost = self.answers.read(*parts), 0.0
        if reply is None:
            self.spending.begin()
            tokens = None
            try:
                reply = self._endpoint.ask(self._messages(pictures), self._schema())
                tokens = reply.tokens
            except NoReply as error:
                tokens = error.tokens
                raise
            finally:
                cost = self.spending.end(tokens)
            self.spending.check_counted(self._endpoint.shown, counted=reply.counted)
            choices = self._read(reply.text)
            self.answers.write(reply, *parts)
        else:
            choices = self._read(reply.text)
        winners: dict[Choice, Literal["A", "B"] | None] = {
            "first": "A" if shown == "AB" else "B",
            "second": "B" if shown == "AB" else "A",
            "tie": None,
        }
        return [
            PairRow(
                first=pair.first, second=pair.second, judge=self.id, axis=self._names[axis],
                scene=pair.scene, seed=pair.seed, shown=shown, winner=winners[choice],
                cost=cost if number == 0 else 0.0,
            )
            for number, (axis, choice) in enumerate(choices.items())
        ]  # fmt: skip

    def _read(self, text: str) -> Mapping[str, Choice]:
        try:
            found = parse_json(Choices, json.dumps({"choices": json.loads(text)}), "answer").choices
        except (ValueError, RecordError) as error:
            raise NoReply(f"no choice: {error}") from error
        if set(found) != set(self._axes):
            raise NoReply("an axis is missing")
        return found

    def _schema(self) -> dict[str, Any]:
        choice = {"type": "string", "enum": list(get_args(Choice))}
        return {
            "type": "object",
            "properties": dict.fromkeys(self._axes, choice),
            "required": list(self._axes),
            "additionalProperties": False,
        }

    def _messages(self, pictures: list[bytes]) -> list[dict[str, Any]]:
        told = (
            "You compare two drawings of an anime character: the first picture and the second "
            "picture; references of the character follow. For each of "
            f"{', '.join(self._axes)} say which of the two is better: first, second or tie. Answer "
            f"with one JSON object of this schema and nothing else:\n{json.dumps(self._schema())}"
        )
        shown = [data_uri(picture) for picture in pictures]
        shown += [reference_uri(path, self._settings.side) for path in self._references]
        content = [{"type": "image_url", "image_url": {"url": uri}} for uri in shown]
        return [{"role": "system", "content": told}, {"role": "user", "content": content}]


def vision_of(judges: Sequence[object]) -> VisionJudge:
    """The vision judge among some judges.

    Raises:
        UserError: there is none.
    """
    found = next((judge for judge in judges if isinstance(judge, VisionJudge)), None)
    if found is None:
        raise UserError("judges: comparing takes a `{kind: vision}` judge in the first file")
    return found
