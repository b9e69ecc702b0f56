"""Web servers on loopback, started as production starts them."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from app.commands.serve import web_command

STARTS_WITHIN = 30  # seconds


@contextmanager
def accord(environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve Accord; gives port and process number of the master."""
    port = free_port()
    yield from _running(web_command(port, 1), environment, port, "/healthz")


@contextmanager
def floor(environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve the floor with the same settings of the same server."""
    port = free_port()
    command = [word if word != "wsgi:app" else "bench.floor:create_app()" for word in web_command(port, 1)]
    yield from _running(command, environment, port, "/")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def memory(master: int) -> float:
    """Return the resident memory of the largest web process in megabytes."""
    kilobytes = [_resident(child) for child in _children(master)]
    return max(kilobytes) / 1024


def _running(
    command: list[str], environment: dict[str, str], port: int, health: str
) -> Iterator[tuple[int, int]]:
    process = subprocess.Popen(command, env=environment)
    try:
        _wait(process, port, health)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(process: subprocess.Popen[bytes], port: int, health: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"The web server stopped with code {process.returncode} while starting.")
        try:
            with urlopen(f"http://127.0.0.1:{port}{health}", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise SystemExit(f"The web server did not answer within {STARTS_WITHIN} s.")


def _children(master: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(master)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in found.stdout.split()] or [master]


def _resident(process: int) -> int:
    status = Path(f"/proc/{process}/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1])
    asked = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(process)], capture_output=True, text=True, check=True
    )
    return int(asked.stdout)
