"""`curate browse`: the FiftyOne App on a dataset, until somebody ends it."""

import contextlib
import os
import signal
import socket
import sys
import threading
import warnings
import webbrowser
from pathlib import Path
from typing import Any

import click

from curate.browse.connection import fiftyone
from curate.browse.database import data_folder
from curate.browse.index import write
from curate.browse.views import workspace
from curate.errors import UserError
from curate.session import Session
from rules.report import Report

ADDRESS = "127.0.0.1"
PLUGINS = "FIFTYONE_PLUGINS_DIR"
PORT = 5151
PORTS_TRIED = 20
LAST_PORT = 65535


def open_window(
    session: Session, report: Report, *, name: str | None, port: int | None, remote: bool
) -> None:
    """Index a folder, open the App on it, and wait for Ctrl-C.

    Args:
        session: the opened folder.
        report: what its lint found.
        name: of the dataset, None for the folder's.
        port: None for the first free one from 5151.
        remote: whether the reader sits at another machine, so that no browser is opened here.

    Raises:
        UserError: the port is taken, FiftyOne is missing, or its database fails.
    """
    port = free_port(port)
    offer_panel()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    with fiftyone() as fo:
        click.echo("opening FiftyOne; this takes some seconds", err=True)
        dataset, done = write(fo, session, report, name)
        app = None if ended.is_set() else _launch(fo, dataset, port)
        try:
            if app is not None:
                _check_server(port)
                _welcome(dataset, done.total, port, remote=remote)
                ended.wait()
        finally:
            if app is not None:
                with warnings.catch_warnings(action="ignore"):
                    app.close()
    click.echo("closed; `curate approve` reads the tags", err=True)


def offer_panel() -> None:
    """Have the App load our panel beside the plugins that the user has."""
    folder = data_folder() / "plugins"
    folder.mkdir(exist_ok=True)
    theirs = os.environ.get(PLUGINS) or Path.home() / "fiftyone" / "__plugins__"
    for name, place in (("ours", Path(__file__).with_name("panel")), ("theirs", Path(theirs))):
        link = folder / name
        if place != folder and (not link.is_symlink() or link.readlink() != place):
            link.unlink(missing_ok=True)
            link.symlink_to(place)
    os.environ[PLUGINS] = str(folder)


def free_port(port: int | None) -> int:
    """A port that nobody listens on: FiftyOne would join a stranger's server without a word.

    Raises:
        UserError: the one that was asked for is taken.
    """
    if port is not None:
        if not _is_free(port):
            raise UserError(f"port {port} is taken; choose another --port, or leave it out")
        return port
    free = next((p for p in range(PORT, PORT + PORTS_TRIED) if _is_free(p)), None)
    if free is None:
        raise UserError(
            f"ports {PORT} to {PORT + PORTS_TRIED - 1} are all taken; choose one with --port"
        )
    return free


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def _launch(fo: Any, dataset: Any, port: int) -> Any:
    # It prints that it waits for its server; ours on stdout is the address alone.
    with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(sys.stderr):
        return fo.launch_app(
            dataset,
            spaces=workspace(fo, dataset),
            remote=True,
            address=ADDRESS,
            port=port,
            auto=False,
        )


def _check_server(port: int) -> None:
    """Refuse a server that somebody else started on our port in the same moment."""
    import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with FiftyOne

    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if any(c.laddr.port == port for c in process.net_connections() if c.status == "LISTEN"):
                return
    raise UserError(f"port {port} was taken in the same moment by another program; run it again")


def _welcome(dataset: Any, pictures: int, port: int, *, remote: bool) -> None:
    url = f"http://{ADDRESS}:{port}/datasets/{dataset.slug}"
    click.echo(f"{dataset.name}: {pictures:,} pictures at {url}")
    if remote:
        click.echo(
            f"from your own machine: ssh -N -L {port}:{ADDRESS}:{port} USER@THIS_HOST, "
            "then open that address there"
        )
    elif not webbrowser.open(url):
        click.echo("open it in a browser")
    click.echo("Ctrl-C closes it. Tags that `curate approve` reads:")
    click.echo("  approve   reject:reason   label:pose=upright")
