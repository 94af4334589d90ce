"""The App in a real browser, on the real mongod: what a newcomer sees, and how it ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, sync_playwright
from support.command import SCRIPT
from support.folders import dataset
from support.mongo import curate_as, environment, needs_chromium, needs_mongod

from curate.browse.window import free_port
from curate.errors import UserError

CAPTIONS = {
    f"{number:02}": f"tk, full body, {'sitting' if number < 8 else 'walking'}, number {number}"
    for number in range(12)
}
SPEC = "subject: {trigger: tk}\nlint: {select: [RES001, TAG001]}\n"
WAIT = 60_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user with a private database and a dataset."""
    needs_mongod()
    home = tmp_path_factory.mktemp("home")
    dataset(home / "kei", CAPTIONS)
    (home / "kei" / "dataset.yaml").write_text(SPEC)
    return home


@pytest.fixture
def window(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """`curate browse` and the address that it prints."""
    with socket.socket() as probe:  # tests in parallel would all find the same first free port
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [SCRIPT, "browse", str(home / "kei"), "--remote", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(home) | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    if f"http://127.0.0.1:{port}/datasets/kei" not in first:
        process.kill()
        pytest.fail(f"said {first!r}, then {process.communicate()}")
    yield process, first.split()[-1]
    if process.poll() is None:
        process.kill()
    process.communicate()


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a headless browser."""
    path = needs_chromium()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": 1600, "height": 900})
        browser.close()


def _open(page: Page, url: str) -> None:
    page.goto(url, timeout=WAIT)
    page.wait_for_selector("text=/\\d+ samples/", timeout=WAIT)
    page.wait_for_timeout(2500)
    page.keyboard.press("Escape")


def test_the_window_shows_the_poses_and_sends_tags_back(
    home: Path, window: tuple["subprocess.Popen[str]", str], page: Page
) -> None:
    process, url = window
    _open(page, url)
    assert page.get_by_text("12 samples").count()
    # Grid, histogram and map at once; the labels of both in words.
    page.wait_for_selector("text=full sit", timeout=WAIT)
    page.wait_for_selector("text=sit (8)", timeout=WAIT)
    page.wait_for_selector("text=walk (4)", timeout=WAIT)
    _open(page, f"{url}?view=pose-walk")
    assert page.get_by_text("4 samples").count()
    _tag_all(page, "reject:out of focus")
    _open(page, f"{url}?view=finding-res001")
    assert page.get_by_text("12 samples").count()

    ran = curate_as(home, "approve", str(home / "kei"), "--override", "RES001", "--reason", "tiny")
    assert (ran.code, ran.err) == (0, "")
    assert "8 pictures approved, 4 rejected, 4 by decision" in ran.out
    assert "out of focus" in (home / "kei" / "approvals.yaml").read_text()

    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert _nothing_is_left(home)


def _tag_all(page: Page, tag: str) -> None:
    """Tag every sample of the view, as a person does it."""
    page.locator("[data-cy='action-tag-sample-labels']").click()
    field = page.locator("[data-cy$='-tag-input']").first
    field.fill(tag)
    field.press("Enter")
    page.get_by_text("Apply", exact=True).first.click()
    page.wait_for_timeout(3000)


def _nothing_is_left(home: Path) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        lines = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])]
        if not any(str(home / "data") in line or str(home / "kei") in line for line in lines):
            return True
        time.sleep(0.2)
    return False


def test_a_killed_window_leaves_nothing_behind(
    home: Path, window: tuple["subprocess.Popen[str]", str]
) -> None:
    process, _ = window
    process.kill()
    process.wait()
    assert _nothing_is_left(home)


def test_a_port_that_is_taken_is_refused_and_the_next_one_found() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="is taken; choose another --port"):
            free_port(taken.getsockname()[1])
    assert free_port(None) >= 5151


def test_without_fiftyone_browse_names_the_command_that_brings_it(tmp_path: Path) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk"})
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'fiftyone' else find(name, *a)\n"
    )
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    ran = curate_as(tmp_path / "home", "browse", str(folder), PYTHONPATH=path)
    assert ran.code == 2
    assert "FiftyOne is not installed; run `pip install 'lora-curate[browse]'`" in ran.err
