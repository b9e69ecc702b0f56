"""`accord serve`, `web`, `worker`: the program at work."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress

import click

from app import create_app, embedded, jobs, migrating
from app.commands import CannotStart, settings
from app.extensions import db
from config import Settings, read

GUNICORN = (
    "--worker-class",
    "gthread",
    "--threads",
    "4",
    "--timeout",
    "30",
    "--keep-alive",
    "75",
    "--max-requests",
    "2000",
    "--max-requests-jitter",
    "200",
    "--no-control-socket",
)


def ready() -> Settings:
    """Return settings of a database that fits; the embedded one is brought up to date by itself."""
    known = settings()
    if read().database_url is None:
        migrating.upgrade(known)
    app = create_app(known)
    with app.app_context():
        wrong = migrating.schema_mismatch(db.engine)
    if wrong is not None:
        raise CannotStart(wrong)
    return known


def free_port(port: int) -> None:
    """Raise CannotStart when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotStart(
                f"Port {port} is in use. Stop what runs there, or choose another: --port N."
            ) from None


def web_command(port: int, workers: int) -> list[str]:
    """Return how the web server is started."""
    return [
        sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}", "--workers", str(workers), "wsgi:app",
    ]  # fmt: skip


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Web processes.")
def serve(port: int, workers: int) -> None:
    """Serve the web and do the jobs, on one machine; Ctrl+C stops both, and the embedded server."""
    free_port(port)
    ready()
    children = [
        subprocess.Popen(web_command(port, workers)),
        subprocess.Popen([sys.executable, "-m", "app.commands", "worker"]),
    ]
    click.echo(f"Accord is at http://127.0.0.1:{port} (Ctrl+C stops it).")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        children[0].wait()
    except KeyboardInterrupt:
        click.echo("Stopping.")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=15)
        if read().database_url is None:
            embedded.stop(read().instance / "pg")


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True)
def web(port: int, workers: int) -> None:
    """Serve the web only."""
    free_port(port)
    ready()
    command = web_command(port, workers)
    os.execv(command[0], command)


@click.command()
@click.option("--once", is_flag=True, help="Do what waits, then stop.")
def worker(*, once: bool) -> None:
    """Do the jobs only."""
    known = ready()
    jobs.work(create_app(known), known, wait=not once)


@click.command()
def stop() -> None:
    """Stop the embedded database server."""
    embedded.stop(read().instance / "pg")
