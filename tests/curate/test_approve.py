"""`curate approve`: decisions and a clean report become a manifest, and drift is named."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.command import curate
from support.folders import dataset, draw

from curate.approvals import Approvals, Decision, load_approvals, save_approvals
from curate.browse.tags import decision_of, label_of, reason_of
from curate.manifest import Manifest, digests, read_manifest, real_files, write_manifest
from rules.records import parse

LARGE = (1024, 1024)
SPEC = "subject: {trigger: tk}\nlint: {select: [RES001, TAG001]}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two large pictures and a small one, which is an error."""
    root = dataset(tmp_path / "set", {"a": "tk, 1girl", "b": "tk, smile"}, size=LARGE)
    draw(root / "small.png", (200, 200))
    (root / "small.txt").write_text("tk, standing")
    (root / "dataset.yaml").write_text(SPEC)
    return root


def test_an_error_stands_against_the_approval(folder: Path) -> None:
    ran = curate("approve", str(folder))
    assert ran.code == 1
    assert "RES001 below-training-resolution, 1 finding" in ran.out
    assert not (folder / "manifest.json").exists()


def test_rejecting_the_picture_lifts_its_error(folder: Path) -> None:
    (folder / "approvals.yaml").write_text(
        "pictures:\n  small.png: {decision: reject, reason: too small}\n"
    )
    ran = curate("approve", str(folder))
    assert (ran.code, ran.err) == (0, "")
    assert "2 pictures approved, 1 rejected, 1 by decision" in ran.out
    manifest = read_manifest(folder)
    assert [picture.path for picture in manifest.pictures] == ["a.png", "b.png"]
    assert [(r.path, r.reason) for r in manifest.rejected] == [("small.png", "too small")]
    assert manifest.tool.startswith("lora-curate ")
    assert curate("approve", str(folder), "--check").code == 0


def test_an_override_needs_a_reason_and_is_stamped(folder: Path) -> None:
    bare = curate("approve", str(folder), "--override", "RES001")
    assert (bare.code, "needs --reason" in bare.err) == (2, True)
    ran = curate("approve", str(folder), "--override", "res001", "--reason", "a thumbnail: #1")
    assert ran.code == 0
    (override,) = read_manifest(folder).overridden
    assert (override.code, override.reason, len(override.findings)) == (
        "RES001",
        "a thumbnail: #1",
        1,
    )
    assert load_approvals(folder).overrides == {"RES001": "a thumbnail: #1"}
    assert curate("approve", str(folder)).code == 0


def test_an_override_of_what_is_no_error_is_refused(folder: Path) -> None:
    ran = curate("approve", str(folder), "--override", "TAG001", "--reason", "x")
    assert (ran.code, "no such error; errors are RES001" in ran.err) == (2, True)
    assert curate("approve", str(folder), "--reason", "x").code == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda root: (root / "a.txt").write_text("tk, other"), "a.txt has changed"),
        (lambda root: (root / "a.txt").unlink(), "a.txt is gone"),
        (lambda root: draw(root / "b.png", LARGE, seed=9), "b.png has changed"),
        (lambda root: (root / "dataset.yaml").write_text("{}"), "dataset.yaml has changed"),
        (lambda root: (root / "dataset.yaml").unlink(), "dataset.yaml is gone"),
    ],
)
def test_the_check_names_the_file_that_drifted(folder: Path, change: object, said: str) -> None:
    assert curate("approve", str(folder), "--override", "RES001", "--reason", "x").code == 0
    change(folder)  # type: ignore[operator]
    ran = curate("approve", str(folder), "--check")
    assert ran.code == 1
    assert ran.out.splitlines()[0] == said


def test_a_picture_changed_behind_its_time_is_judged_by_its_bytes(folder: Path) -> None:
    picture = draw(folder / "a.bmp", LARGE)
    (folder / "a.png").unlink()
    curate("index", str(folder))
    before = picture.stat()
    raw = bytearray(picture.read_bytes())
    raw[-20] ^= 1
    picture.write_bytes(bytes(raw))
    os.utime(picture, ns=(before.st_atime_ns, before.st_mtime_ns))
    curate("approve", str(folder), "--override", "RES001", "--reason", "x")
    listed = {p.path: p.sha256 for p in read_manifest(folder).pictures}
    assert listed["a.bmp"] == digests({"": str(picture)})[""]


def test_a_manifest_that_is_missing_torn_or_leads_outside_is_refused(folder: Path) -> None:
    missing = curate("approve", str(folder), "--check")
    assert (missing.code, "`curate approve` writes it" in missing.err) == (2, True)
    assert curate("approve", str(folder), "--override", "RES001", "--reason", "x").code == 0
    path = folder / "manifest.json"
    whole = json.loads(path.read_text())
    whole["pictures"][0]["path"] = "../../etc/passwd"
    write_manifest(folder, parse(Manifest, whole, "test"))
    assert "../../etc/passwd is gone" in curate("approve", str(folder), "--check").out
    path.write_text(path.read_text()[:200])
    assert curate("approve", str(folder), "--check").code == 2


@pytest.mark.parametrize("edit", ["taken out", "added", "renamed", "unsealed"])
def test_a_manifest_that_somebody_edited_is_no_approval(edit: str, folder: Path) -> None:
    assert curate("approve", str(folder), "--override", "RES001", "--reason", "x").code == 0
    path = folder / "manifest.json"
    whole = json.loads(path.read_text())
    path.write_text(json.dumps(whole))
    assert curate("approve", str(folder), "--check").code == 0  # only its white space differs
    pictures = whole["pictures"]
    if edit == "taken out":
        del pictures[0]
    elif edit == "added":
        pictures.append(pictures[0])
    elif edit == "renamed":
        pictures[0]["path"] = "other.png"
    else:
        del whole["seal"]
    path.write_text(json.dumps(whole))
    refused = curate("approve", str(folder), "--check")
    assert refused.code == 2
    assert f"{path}: was edited, so it is not what somebody approved" in refused.err
    assert "`curate approve` writes it anew" in refused.err


def test_decisions_about_other_bytes_do_not_count(folder: Path) -> None:
    (folder / "approvals.yaml").write_text(
        f"pictures:\n  small.png: {{decision: reject, sha256: {'a' * 64}}}\n"
    )
    assert curate("approve", str(folder)).code == 1


def test_undecided_pictures_stay_out_where_people_say_so(folder: Path) -> None:
    (folder / "approvals.yaml").write_text(
        "default: reject\npictures: {a.png: {decision: approve}}\n"
    )
    assert curate("approve", str(folder)).code == 0
    assert [p.path for p in read_manifest(folder).pictures] == ["a.png"]


def test_labels_count_more_than_captions(folder: Path) -> None:
    (folder / "labels.json").write_text('{"a.png": {"pose": "sit"}, "gone.png": {}}')
    told = json.loads(curate("stats", str(folder), "--format", "json").out)
    assert told["axes"]["pose"][0]["label"] == "sit"
    assert told["axes"]["pose"][0]["labelled"] == 1
    assert "labels.json labels pictures that are not there" in curate("lint", str(folder)).out
    (folder / "labels.json").write_text('{"a.png": {"pose": "sits", "poes": "sit"}}')
    ran = curate("lint", str(folder))
    assert (ran.code, "did you mean `pose`?" in ran.err, "found" in ran.err) == (2, True, True)


def test_a_comment_in_approvals_survives_what_is_added(folder: Path) -> None:
    path = folder / "approvals.yaml"
    path.write_text(
        "# ours\npictures:\n  b.png: {decision: approve}  # lovely\n  a.png: {decision: approve}\n"
    )
    new = {
        **load_approvals(folder).pictures,
        "c d.png": Decision(decision="reject", reason='"x"\\'),
    }
    new["a.png"] = Decision(decision="reject", reason="blurry")
    save_approvals(folder, Approvals(pictures=new, overrides={"RES001": "small: on purpose"}))
    assert load_approvals(folder).pictures == new
    assert "# ours" in path.read_text()
    assert "# lovely" in path.read_text()


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
decisions = st.builds(
    Decision, decision=st.sampled_from(["approve", "reject"]), reason=st.none() | texts
)
files = st.builds(
    Approvals,
    pictures=st.dictionaries(texts, decisions, max_size=4),
    overrides=st.dictionaries(texts, texts, max_size=2),
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(files, min_size=1, max_size=3))
def test_whatever_is_decided_is_read_back(states: list[Approvals]) -> None:
    with TemporaryDirectory() as name:
        for state in states:
            save_approvals(Path(name), state)
            assert load_approvals(Path(name)) == state


edits = st.lists(
    st.tuples(
        st.sampled_from(["a.png", "a.txt", "b.png", "b.txt", "dataset.yaml", "b.caption"]),
        st.sampled_from(["change", "delete", "approve"]),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits)
def test_the_manifest_never_lists_a_file_whose_bytes_differ(edits: list[tuple[str, str]]) -> None:
    with TemporaryDirectory() as name:
        root = dataset(Path(name) / "set", {"a": "tk, 1girl", "b": "tk, smile"})
        (root / "dataset.yaml").write_text("lint: {select: [TAG001]}\n")
        for number, (file, what) in enumerate([*edits, ("", "approve")]):
            if what == "approve":
                _approve_and_compare(root)
            elif what == "delete":
                (root / file).unlink(missing_ok=True)
            elif file.endswith(".png"):
                draw(root / file, seed=number)
            else:
                (root / file).write_text(
                    f"{{}} # {number}\n" if "yaml" in file else f"tk, {number}"
                )


def _approve_and_compare(root: Path) -> None:
    """The check agrees with the bytes on the disk, before and after a new approval."""
    for again in (False, True):
        if again and curate("approve", str(root)).code != 0:
            return
        if not (root / "manifest.json").exists():
            continue
        manifest = read_manifest(root)
        found = digests(real_files(root))
        listed = {p.path: p.sha256 for p in manifest.pictures}
        listed |= {p.caption: p.caption_sha256 for p in manifest.pictures if p.caption}  # type: ignore[misc]
        same = all(found.get(path) == sha256 for path, sha256 in listed.items())
        checked = curate("approve", str(root), "--check")
        spec = digests({"": str(root / "dataset.yaml")})[""] == manifest.dataset_yaml
        assert (checked.code == 0) == (same and spec)
        assert same or not again


def test_tags_say_what_people_mean() -> None:
    assert decision_of(["blue", "approve"]) == "approve"
    assert decision_of(["approve", "reject:hand: six fingers"]) == "reject:hand: six fingers"
    assert reason_of("reject:hand: six fingers") == "hand: six fingers"
    assert decision_of(["approved", "label:pose=sit"]) is None
    assert label_of("label:pose = sit") == ("pose", "sit")
    assert label_of("label:pose") is None


def test_a_check_and_a_lint_import_no_fiftyone(folder: Path) -> None:
    curate("approve", str(folder), "--override", "RES001", "--reason", "x")
    program = (
        "import sys, curate.cli\ntry: curate.cli.main()\nexcept SystemExit: pass\n"
        "print({'fiftyone', 'pymongo', 'PIL', 'torch', 'matplotlib'} & set(sys.modules))"
    )
    for arguments in (["approve", str(folder), "--check"], ["lint", str(folder), "--no-measure"]):
        ran = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
        )
        assert ran.stdout.splitlines()[-1] == "set()"
