"""`train` on the command line: one line for a mistake, and exit codes that mean something."""

import dataclasses
import json
import re
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import click.testing
import pytest
import torch
import yaml
from support.runs import PROGRAM, write_run

from curate.errors import as_message
from train.cli import cli, main
from train.config import TrainConfig, load_config
from train.launcher import is_alone_of_several
from train.lora_files import read_lora
from train.studio import Studio


def train(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a command run here."""
    ran = click.testing.CliRunner().invoke(cli, arguments)
    error = ran.exception
    if isinstance(error, Exception) and (message := as_message(error)):
        return 2, message
    return ran.exit_code, ran.output


def test_without_a_config_it_names_the_way_out(tmp_path: Path) -> None:
    code, said = train("--approved-only", "--config", str(tmp_path / "train.yaml"))
    assert code == 2
    assert "train.yaml: no such file; `train init` writes one" in said


def test_init_writes_the_recipe_and_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "train.yaml"
    assert train("init", "--dataset", "sets/kei chan", "--config", str(path))[0] == 0
    written = yaml.safe_load(path.read_text())
    assert (written["name"], written["epochs"], written["repeats"]) == ("kei-chan", 180, 4)
    assert (written["optimizer"]["lr"], written["adapter"]["rank"]) == (2e-5, 32)
    code, said = train("init", "--config", str(path))
    assert (code, "is there already" in said) == (2, True)
    config = load_config(path)
    shown = {"name", "dataset", "base", "output", "cache"}
    for field in dataclasses.fields(TrainConfig):
        if field.name not in shown:
            made = field.default_factory
            default = field.default if made is dataclasses.MISSING else made()
            assert getattr(config, field.name) == default, field.name


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"epoch": 3}, "`epoch`: unknown key; did you mean `epochs`?"),
        ({"batch": 0}, "`batch`: input should be greater than or equal to 1"),
        ({"optimizer": {"lr": "fast"}}, "`optimizer.lr`: input should be a valid number"),
        ({"adapter": {"rank": 0}}, "`adapter.rank`: input should be greater than or equal to 1"),
        ({"adapter": {"alpha": 0}}, "`adapter.alpha`: input should be greater than 0"),
        ({"adapter": {"dropout": 1}}, "`adapter.dropout`: input should be less than 1"),
        ({"optimizer": {"betas": [1, 0]}}, "`optimizer.betas.0`: input should be less than 1"),
        ({"optimizer": {"eps": 0}}, "`optimizer.eps`: input should be greater than 0"),
        ({"samples": {"drawing": {"steps": 0}}}, "`samples.drawing.steps`: input should be gr"),
        ({"samples": {"drawing": {"steps": 1001}}}, "`samples.drawing.steps`: input should be le"),
        ({"samples": {"drawing": {"shift": 0}}}, "`samples.drawing.shift`: input should be gr"),
        ({"samples": {"seeds": []}}, "`samples.seeds`: "),
        ({"samples": {"seeds": [-1]}}, "`samples.seeds.0`: input should be greater than or equal"),
        ({"samples": {"seeds": [2**63]}}, "`samples.seeds.0`: input should be less than"),
        ({"on_checkpoint": 'rsync "x'}, "`on_checkpoint`: no closing quotation in rsync"),
        ({"on_checkpoint": " "}, "`on_checkpoint`: is empty; name a command"),
        ({"adapter": {"targets": "nothing"}}, "`adapter.targets`: `nothing` matches none of"),
        ({"accumulation": 64}, "RUN003 an epoch shows 6 pictures, which fill no step of 64"),
        ({"dataset": "nowhere"}, "nowhere: no such folder"),
    ],
)
def test_mistakes_cost_one_line(tmp_path: Path, settings: dict[str, object], said: str) -> None:
    code, message = train("plan", "--config", str(write_run(tmp_path, **settings)))
    assert code == 2
    assert said in message
    assert len(message.splitlines()) == 1


def test_a_rate_may_be_written_without_a_point(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    written = path.read_text().replace("lr: 0.001", "lr: 2e-5").replace("alpha: 4.0", "alpha: 4e0")
    path.write_text(written)
    assert train("plan", "--config", str(path))[0] == 0


def test_a_plan_adds_up(tmp_path: Path) -> None:
    code, said = train("plan", "--config", str(write_run(tmp_path, epochs=180)))
    assert code == 0
    assert "steps     6 shown / (1 x 2) = 3 an epoch, x 180 = 540" in said
    assert "rank 4 on 20 modules of 2 blocks, 12,800 numbers" in said


def test_the_doctor_goes_through_everything(tmp_path: Path) -> None:
    code, said = train("doctor", "--config", str(write_run(tmp_path)))
    assert code == 0, said
    assert "one step forward and back: loss" in said
    assert "MB of memory, and workspace of kernels" in said
    assert said.index("texts are encoded") < said.index("one step forward")


def test_the_doctor_stops_at_what_is_broken(tmp_path: Path) -> None:
    path = write_run(tmp_path)
    (tmp_path / "base" / "text_encoder.safetensors").write_bytes(b"<html></html>")
    code, said = train("doctor", "--config", str(path))
    assert code == 1
    assert "error   " in said
    assert "text_encoder.safetensors: is a web page" in said
    assert "pictures to train" not in said


def test_diff_names_what_changes(tmp_path: Path) -> None:
    one = write_run(tmp_path)
    other = tmp_path / "other.yaml"
    settings = yaml.safe_load(one.read_text())
    other.write_text(yaml.safe_dump({**settings, "epochs": 9, "name": "b", "repeats": 1}))
    code, said = train("diff", str(one), str(other))
    assert code == 0
    assert said.splitlines() == [
        "epochs: 2 -> 9",
        "name: tiny -> b",
        "repeats: 2 -> 1",
        "RUN008 2 factors change at once: no one of them can be judged",
    ]


def test_what_only_watches_or_computes_is_no_factor(tmp_path: Path) -> None:
    one = write_run(tmp_path)
    other = tmp_path / "other.yaml"
    settings = yaml.safe_load(one.read_text())
    watching = {"name": "b", "save_every": 2, "checkpointing": True, "epochs": 9}
    other.write_text(yaml.safe_dump({**settings, **watching}))
    code, said = train("diff", str(one), str(other))
    assert (code, "RUN008" in said, said.count("\n")) == (0, False, 4)


def test_a_queue_goes_on_behind_a_failure(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: bad\n")
    good = write_run(tmp_path, epochs=1)
    code, said = train("queue", str(bad), str(good))
    assert code == 2
    assert said == f"{bad}: failed with exit code 2\n{good}: done\nfailed: {bad}\n"
    told = capfd.readouterr()
    assert "bad.yaml: `dataset`: field required" in told.err
    assert "3 steps done" in told.out
    assert (tmp_path / "runs" / "tiny" / "epoch-0001" / "tiny-0001.safetensors").exists()


def test_a_torch_that_xformers_would_replace_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "site" / "xformers-0.0.28.dist-info"
    told.mkdir(parents=True)
    path = str(write_run(tmp_path))
    monkeypatch.syspath_prepend(str(told.parent))
    head = "Metadata-Version: 2.1\nName: xformers\nVersion: 0.0.28\n"
    for wanted, line in (
        ("==2.4.1", "warning xformers 0.0.28 wants torch==2.4.1, and torch is 2."),
        (">=2.4", "ok      xformers 0.0.28 fits torch and is not used"),
    ):
        (told / "METADATA").write_text(f"{head}Requires-Dist: torch{wanted}\n")
        code, said = train("doctor", "--config", path)
        assert code == 0
        assert line in said


def test_a_library_that_is_too_old_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = (("diffusers", "NoSuchTransformer"),)
    monkeypatch.setattr("train.doctor.CLASSES", newer)
    code, said = train("doctor", "--config", str(write_run(tmp_path)))
    assert code == 1
    assert re.search(r"error   diffusers [\d.]+ has no NoSuchTransformer; install a newer", said)


@pytest.mark.skipif(find_spec("bitsandbytes") is not None, reason="bitsandbytes is here")
def test_an_optimizer_that_is_not_installed_is_named(tmp_path: Path) -> None:
    path = write_run(tmp_path, optimizer={"name": "adamw8bit"})
    code, said = train("run", "--config", str(path))
    assert (code, said) == (
        2,
        "error: `optimizer.name: adamw8bit` needs bitsandbytes; install it, or name adamw",
    )


@pytest.mark.parametrize(
    ("environment", "alone"),
    [
        ({}, False),
        ({"ACCELERATE_USE_CPU": "True"}, False),
        ({"ACCELERATE_USE_CPU": "True", "MASTER_PORT": "29500"}, True),
        ({"ACCELERATE_USE_CPU": "False", "MASTER_PORT": "29500"}, False),
        ({"ACCELERATE_USE_CPU": "True", "MASTER_PORT": "1", "RANK": "0"}, False),
        ({"ACCELERATE_USE_CPU": "True", "MASTER_PORT": "1", "OMPI_COMM_WORLD_SIZE": "2"}, False),
    ],
)
def test_a_process_knows_that_it_is_alone_of_several(
    environment: dict[str, str], *, alone: bool
) -> None:
    assert is_alone_of_several(environment) == alone


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (signal.SIGINT, ["run"]),
        (signal.SIGTERM, ["run"]),
        # To the queue alone: it passes the wish on, and does not begin the next run.
        (signal.SIGINT, ["queue", "train.yaml", "never.yaml"]),
        (signal.SIGTERM, ["queue", "train.yaml", "never.yaml"]),
    ],
)
def test_a_signal_saves_and_the_same_command_goes_on(
    tmp_path: Path, number: signal.Signals, words: list[str]
) -> None:
    write_run(tmp_path, epochs=2000)
    metrics = tmp_path / "runs" / "tiny" / "metrics.jsonl"
    running = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(3000):  # a busy machine takes its time to import torch
        if metrics.exists() and metrics.read_text().count("\n") > 5:
            break
        time.sleep(0.1)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 3, err
    assert "stopped behind step" in out
    assert "never.yaml" not in out + err
    assert (tmp_path / "runs" / "tiny" / "interrupted" / "state.safetensors").exists()
    step = int(out.split("stopped behind step ")[1].split(";")[0].replace(",", ""))
    last = json.loads(metrics.read_text().splitlines()[-1])
    assert last["step"] == step
    for lora in (tmp_path / "runs").rglob("tiny-*.safetensors"):
        assert len(read_lora(lora).modules) == 20


def test_a_signal_before_the_first_step_ends_it_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_run(tmp_path)
    monkeypatch.setattr(Studio, "prepare", lambda _: signal.raise_signal(signal.SIGTERM))
    monkeypatch.setattr(sys, "argv", ["train", "--config", str(path)])
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130
    assert capsys.readouterr().err.strip() == "interrupted; what was written is whole"
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is here")
def test_a_gpu_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, said = train("run", "--config", str(write_run(tmp_path, device="cuda")))
    assert (code, said.count("\n")) == (2, 0)
    assert "`device: cuda`, and torch sees no GPU; install torch's build for it" in said


def test_export_counts_what_it_wrote(tmp_path: Path) -> None:
    code, said = train("run", "--config", str(write_run(tmp_path, epochs=1)))
    assert code == 0, said
    source = tmp_path / "runs" / "tiny" / "epoch-0001" / "tiny-0001.safetensors"
    target = tmp_path / "kohya.safetensors"
    code, said = train("export", str(source), str(target), "--layout", "kohya")
    assert (code, said) == (0, f"{target}: 20 modules of rank 4, kohya layout\n")
    assert read_lora(target).modules.keys() == read_lora(source).modules.keys()
