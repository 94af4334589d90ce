"""One hostile dataset through every format: valid, harmless, and the same exit code everywhere."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from playwright.sync_api import Page, sync_playwright
from support.command import curate
from support.folders import dataset
from support.hostile import MARK, PAYLOADS, plant_hostile
from support.mongo import needs_chromium

from curate.formats import FORMATS
from curate.formats.as_markdown import as_text

SCHEMAS = Path(__file__).parent.parent / "schemas"
OWN_SCHEMA = Path(__file__).parents[2] / "curate" / "formats" / "report.schema.json"
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")
SUMMARY_BYTES = 2**20


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every format of one run."""
    root = tmp_path_factory.mktemp("hostile")
    folder = plant_hostile(root / "<b>set")
    wanted = [f"--format={form}={root / f'report.{form}'}" for form in FORMATS]
    ran = curate("lint", str(folder), "--profile", "strict", *wanted)
    assert (ran.code, ran.out, ran.err) == (1, "", "")
    return {form: (root / f"report.{form}").read_text() for form in FORMATS}


def test_there_are_enough_payloads() -> None:
    assert len(set(PAYLOADS)) >= 40
    assert sum(MARK in payload for payload in PAYLOADS) >= 30


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_json_formats_follow_their_schemas(form: str, reports: dict[str, str]) -> None:
    path = {
        "json": OWN_SCHEMA,
        "sarif": SCHEMAS / "sarif-2.1.0.json",
        "gitlab": SCHEMAS / "gitlab-code-quality.json",
    }[form]
    schema = json.loads(path.read_text())
    jsonschema.validators.validator_for(schema)(schema).validate(json.loads(reports[form]))


def test_gitlab_gets_every_finding_once(reports: dict[str, str]) -> None:
    entries = json.loads(reports["gitlab"])
    marks = [entry["fingerprint"] for entry in entries]
    found = json.loads(reports["json"])["findings"]
    assert len(marks) == len(set(marks)) == len(found)
    assert not any(CONTROL.search(entry["description"]) for entry in entries)


def test_junit_follows_its_schema_and_counts_what_it_lists(reports: dict[str, str]) -> None:
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(
        ET.ElementTree(ET.fromstring(reports["junit"]))  # noqa: S314 - made by this project
    )
    suite = ET.fromstring(reports["junit"])[0]  # noqa: S314 - the same
    kinds = Counter(child.tag for child in suite.iter())
    assert int(suite.attrib["failures"]) == kinds["failure"] == _errors(reports)
    assert int(suite.attrib["tests"]) == kinds["testcase"]
    assert int(suite.attrib["skipped"]) == kinds["skipped"]
    assert not any(CONTROL.search(text) for text in suite.itertext())


def test_github_and_text_hold_no_control_character_and_no_command(reports: dict[str, str]) -> None:
    for form in ("github", "text"):
        assert not CONTROL.search(reports[form])
    lines = reports["github"].splitlines()
    assert all(re.match(r"::(error|warning|notice) ", line) for line in lines)
    assert len(lines) == len(json.loads(reports["json"])["findings"]) + 1


class Elements(HTMLParser):
    """The elements of what Markdown became."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names[tag] += 1
        self.attributes += [a for a in attrs if a[0] != "style"]


def rendered(text: str) -> str:
    page: str = (
        MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    )
    return page


def test_markdown_becomes_nothing_but_tables_and_lists(reports: dict[str, str]) -> None:
    assert len(reports["markdown"].encode()) < SUMMARY_BYTES
    elements = Elements(rendered(reports["markdown"]))
    allowed = "h2 p strong table thead tbody tr th td details summary ul li br".split()
    assert set(elements.names) <= set(allowed)
    assert elements.attributes == []
    rows = [line for line in reports["markdown"].splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5}
    assert "@everyone" not in reports["markdown"]


@given(st.text(max_size=60))
def test_any_text_stays_text_in_markdown(text: str) -> None:
    shown = as_text(text)
    for line in (f"| {shown} |", f"- {shown}", f"{shown} and"):
        page = rendered(f"| a |\n| --- |\n{line}" if line[0] == "|" else line)
        assert set(Elements(page).names) <= {
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "p",
            "ul",
            "li",
        }


@pytest.mark.parametrize("fail_on", ["error", "warning", "info", "never"])
def test_the_exit_code_is_the_same_in_every_format(tmp_path: Path, fail_on: str) -> None:
    folder = dataset(tmp_path / "set", {"a": "tk, blue_hair", "b": "tk, 1girl"}, size=(1024, 1024))
    codes = {
        form: curate("lint", str(folder), "--fail-on", fail_on, "--format", form).code
        for form in FORMATS
    }
    assert set(codes.values()) == {0 if fail_on in {"error", "never"} else 1}, codes


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "htlm"], "there is no `htlm`; did you mean html?"),
        (["--format", "xyz"], "known are text, json, sarif"),
        (["--format", "json", "--format", "text"], "cannot both go to one place"),
        (["--format", "json="], "name a file behind the equals sign"),
        (["--format", "json=a", "--format", "text=./a"], "two formats name the same file"),
        (["--format", "json=a", "--output-file", "b"], "every --format names a file of its own"),
    ],
)
def test_a_mistake_about_formats_is_exit_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = curate("lint", str(dataset(tmp_path / "set", {"a": "tk"})), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_absolute_folders_are_named_as_version_control_names_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset(tmp_path / "set", {"a": "tk, blue_hair"})
    monkeypatch.chdir(tmp_path)
    for folder in (str(tmp_path / "set"), "./set/", "set"):
        entries = json.loads(curate("lint", folder, "--format", "gitlab").out)
        assert "set/a.txt" in {entry["location"]["path"] for entry in entries}


@pytest.fixture(scope="module")
def page(
    reports: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, list[str]]]:
    """The page in a browser, and everything that it asked for, said or ran."""
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(reports["html"])
    heard: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=needs_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("dialog", lambda dialog: heard.append(f"ran {dialog.message}"))
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(file.as_uri())
        page.wait_for_timeout(1000)
        heard = [
            url for url in heard if not url.startswith("data:image/webp;") and url != file.as_uri()
        ]
        yield page, heard
        browser.close()


def test_no_script_of_a_dataset_runs_and_no_request_leaves(page: tuple[Page, list[str]]) -> None:
    browser, heard = page
    assert heard == []
    assert browser.evaluate("document.scripts.length") == 1
    attributes = "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())"
    names = set(browser.evaluate(attributes))
    assert not {name for name in names if name.startswith("on") or name == "style"}
    tags = set(browser.evaluate("[...document.querySelectorAll('body *')].map(e => e.localName)"))
    assert not tags & {
        "img",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "video",
        "style",
    }
    places = browser.evaluate(
        "[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))"
    )
    assert all(re.fullmatch(r"#[A-Za-z0-9]+", place) for place in places)


def test_the_policy_forbids_what_the_page_does_not_need(page: tuple[Page, list[str]]) -> None:
    policy = page[0].evaluate(
        "document.querySelector('meta[http-equiv=Content-Security-Policy]').content"
    )
    assert re.fullmatch(
        r"default-src 'none'; img-src data:; style-src 'sha256-[\w+/=]+'; "
        r"script-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'",
        policy,
    )


@pytest.mark.parametrize("width", [360, 1280])
def test_the_layout_holds(page: tuple[Page, list[str]], width: int) -> None:
    browser, _ = page
    browser.set_viewport_size({"width": width, "height": 900})
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    visible = "document.querySelector('footer').getBoundingClientRect().height"
    assert browser.evaluate(visible) > 0


def test_filters_show_one_rule_and_one_picture(page: tuple[Page, list[str]]) -> None:
    browser, _ = page
    browser.set_viewport_size({"width": 1280, "height": 900})
    shown = "[...document.querySelectorAll('{}')].filter(e => !e.hidden).length"
    every = browser.evaluate(shown.format(".cards > li"))
    assert every == len(PAYLOADS)
    browser.select_option("select[name=rule]", "TAG001")
    browser.wait_for_timeout(200)
    assert browser.evaluate(shown.format(".rule")) == 1
    browser.fill("input[name=picture]", f"{len(PAYLOADS) - 1} +cmd")
    browser.wait_for_timeout(200)
    assert browser.evaluate(shown.format(".cards > li")) == 1
    browser.click("button[type=reset]")
    browser.wait_for_timeout(200)
    assert browser.evaluate(shown.format(".cards > li")) == every


def _errors(reports: dict[str, str]) -> int:
    return int(json.loads(reports["json"])["summary"]["errors"])
