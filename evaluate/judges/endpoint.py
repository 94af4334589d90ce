"""One OpenAI-compatible endpoint: forms of structured output, retries, and nothing secret told."""

import email.utils
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import tenacity

from curate.errors import UserError
from evaluate.judges.answers import Reply
from evaluate.spec.judges import VisionJudge

MODEL, BASE_URL, API_KEY = (
    f"LORA_CURATE_JUDGE_{name}" for name in ("MODEL", "BASE_URL", "API_KEY")
)
OPENAI = "https://api.openai.com/v1"
TRIES = 5
LONGEST_WAIT = 60.0
FAST_FAULTS = frozenset({401, 403, 404})
AGAIN = frozenset({408, 409, 425, 429})
TOO_MANY = 429
SERVER = 500
GOOD, BAD = 200, 400
MODES = ("json_schema", "json_object", "plain")
MOST_TOKENS = "max_completion_tokens"
RECOVERY = 10
SHOWN = 200


class Again(Exception):  # noqa: N818 - what to do
    """A fault that passes; `after` is how long the endpoint asks to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class NoReply(Exception):  # noqa: N818 - what it is
    """Why a picture has no answer; `tokens` are those of a refusal, which costs like an answer."""

    def __init__(self, reason: str, tokens: tuple[int, int] | None = None) -> None:
        super().__init__(reason)
        self.tokens = tokens


class Gate:
    """How many calls run at once: fewer after the endpoint asks to slow down."""

    def __init__(self, connections: int) -> None:
        self._most = self._limit = connections
        self._open = self._good = 0
        self._lock = threading.Condition()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Wait for a place."""
        with self._lock:
            while self._open >= self._limit:
                self._lock.wait()
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1
                self._lock.notify_all()

    def slower(self) -> None:
        """Half as many."""
        with self._lock:
            self._limit, self._good = max(1, self._limit // 2), 0

    def good(self) -> None:
        """One more after some calls without a fault."""
        with self._lock:
            self._good += 1
            if self._good >= RECOVERY and self._limit < self._most:
                self._limit, self._good = self._limit + 1, 0


class Endpoint:
    """A place to send requests to.

    Args:
        settings: of the judge.
        backoff: seconds of the first wait where the endpoint names none.

    Attributes:
        model: that is asked.
        shown: the address as it may be told: without user and password.
        mode: the form of structured output that it understands.
    """

    def __init__(self, settings: VisionJudge, backoff: float = 1.0) -> None:
        self.model = settings.model or os.environ.get(MODEL) or ""
        url = settings.base_url or os.environ.get(BASE_URL) or os.environ.get("OPENAI_BASE_URL")
        self._url = (url or OPENAI).rstrip("/")
        self._key = os.environ.get(API_KEY) or os.environ.get("OPENAI_API_KEY") or ""
        if not self.model:
            raise UserError(f"no model for the vision judge: name `model`, or set {MODEL}")
        self.shown = public_url(self._url)
        self.mode = MODES[0]
        self._limits: dict[str, float] = {
            "temperature": settings.temperature,
            "max_tokens": settings.max_tokens,
        }
        self._settings, self._backoff = settings, backoff
        self.gate = Gate(settings.connections)
        self._client = httpx.Client(timeout=settings.timeout, follow_redirects=False)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask(self, messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> Reply:
        """One answer, after as many tries as it takes, five at most.

        Raises:
            NoReply: there is none, and why.
            UserError: the address, the key or the model is wrong, for every picture.
        """
        try:
            return self._trying(lambda: self._once(messages, schema))
        except Again as error:
            raise NoReply(f"{error} after {TRIES} tries") from error

    def _trying(self, call: Callable[[], Reply]) -> Reply:
        spread = tenacity.wait_random_exponential(multiplier=self._backoff, max=LONGEST_WAIT)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            after = error.after if isinstance(error, Again) else None
            return spread(state) if after is None else min(after, LONGEST_WAIT)

        again = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=wait,
            retry=tenacity.retry_if_exception_type(Again),
            reraise=True,
        )
        return again(call)

    def _once(self, messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> Reply:
        mode = self.mode
        body = {
            "model": self.model,
            "messages": messages,
            **self._limits,
            **_form(mode, schema),
        }
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            with self.gate.open():
                answer = self._client.post(
                    f"{self._url}/chat/completions", json=body, headers=headers
                )
        except httpx.TimeoutException as error:
            raise Again("timed out") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise Again(f"no connection ({type(error).__name__})") from error
        except httpx.InvalidURL as error:
            raise UserError(f"{self.shown}: is no address ({error}); name `base_url`") from error
        if answer.status_code == BAD and mode != MODES[-1] and _refuses_form(answer.text):
            self._weaker(mode)
            return self._once(messages, schema)
        if answer.status_code == BAD and self._other_limits(answer.text, body):
            return self._once(messages, schema)
        self._check(answer)
        self.gate.good()
        return self._read(answer, mode)

    def _weaker(self, mode: str) -> None:
        """The next form of structured output, unless another thread found it out before."""
        if self.mode == mode:
            self.mode = MODES[MODES.index(mode) + 1]

    def _other_limits(self, text: str, sent: Mapping[str, Any]) -> bool:
        """Say the same as a model wants to hear it; tells whether there is another way.

        Models that reason take `max_completion_tokens`, and no temperature but their own.
        """
        if "max_tokens" in sent and MOST_TOKENS in text:
            self._limits = {
                MOST_TOKENS if name == "max_tokens" else name: value
                for name, value in self._limits.items()
            }
            return True
        if "temperature" in sent and "temperature" in text:
            self._limits = {k: v for k, v in self._limits.items() if k != "temperature"}
            return True
        return False

    def _check(self, answer: httpx.Response) -> None:
        code = answer.status_code
        if code == GOOD:
            return
        told = self.hidden(answer.text)[:SHOWN]
        if code in FAST_FAULTS:
            raise UserError(
                f"{self.shown}: {code} for model {self.model}; look at the address, the model and "
                f"{API_KEY} ({told})"
            )
        if code in AGAIN or code >= SERVER:
            if code == TOO_MANY:
                self.gate.slower()
            raise Again(f"status {code}", _retry_after(answer))
        raise NoReply(f"status {code}: {told}")

    def _read(self, answer: httpx.Response, mode: str) -> Reply:
        try:
            told = answer.json()
            choice = told["choices"][0]
            message = choice["message"]
            text = message.get("content")
            usage = told.get("usage") or {}
            numbers = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
            tokens = (int(numbers[0] or 0), int(numbers[1] or 0))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise Again("half an answer") from error
        if message.get("refusal") or choice.get("finish_reason") == "content_filter":
            raise NoReply("refused", tokens)
        if not isinstance(text, str):
            raise NoReply("an answer without text", tokens)
        counted = None not in numbers
        return Reply(text=self.hidden(text), mode=mode, tokens=tokens, counted=counted)

    def hidden(self, text: str) -> str:
        """A text without the key, which no log may hold."""
        return text.replace(self._key, "***") if self._key else text


def public_url(url: str) -> str:
    """An address without user, password and query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, f"{parts.hostname or ''}{port}", parts.path, "", ""))


def _form(mode: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    if mode == "json_schema":
        named = {"name": "answer", "strict": True, "schema": schema}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    return {"response_format": {"type": "json_object"}} if mode == "json_object" else {}


def _refuses_form(text: str) -> bool:
    return any(word in text for word in ("response_format", "json_schema", "json_object"))


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds that a header asks for, as a number or as a date."""
    told = answer.headers.get("retry-after", "")
    try:
        return max(0.0, float(told))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(told).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def as_log(messages: Sequence[Mapping[str, Any]]) -> str:
    """What was asked, without the pictures."""
    plain = [
        {**m, "content": [p for p in m["content"] if p.get("type") == "text"]}
        if isinstance(m["content"], list)
        else m
        for m in messages
    ]
    return json.dumps(plain, ensure_ascii=False)
