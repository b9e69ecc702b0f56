"""Style sheets, scripts and pictures: each under a name that holds its content, compressed once.

`python -m app.static_files` (part of `make setup`) copies app/static into app/static/build under hashed names, with
.gz and .br beside each, and writes a manifest. `static_url` gives the hashed address, which a browser may keep for
ever; for a file edited since it gives the plain address with its hash as a question, so that nothing stale is shown.
A style sheet names other files as url("/static/…"); the built copy names their hashed ones. Scripts are classic deferred
files; none imports another, so a hashed name never breaks a reference.
"""

import hashlib
import json
import re
import shutil
from functools import cache, lru_cache
from pathlib import Path
from time import monotonic
from typing import TypedDict

from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

STATIC = Path(__file__).parent / "static"
BUILD = STATIC / "build"
MANIFEST = BUILD / "manifest.json"
REFERENCE = re.compile(r'url\("/static/([^"]+)"\)')


class Built(TypedDict):
    """One file of the manifest: its hashed name below static/, and what the source was like when it was built."""

    name: str
    size: int
    changed: int


def static_url(name: str) -> str:
    """The address of a file below app/static, such as `css/accord.css`, that changes with its content."""
    return _url(name, _second())


@lru_cache(maxsize=512)
def _url(name: str, _now: int) -> str:
    """Look at the file itself at most once a second."""
    built = _manifest().get(name)
    if built and _is_current(name, built):
        return f"/static/{built['name']}"
    else:
        return f"/static/{name}?v={_digest((STATIC / name).read_bytes())}"


def style_sheets(names: tuple[str, ...]) -> Markup:
    """Return the links to these of our style sheets, after the one they build on."""
    return _linked('<link rel="stylesheet" href="{}">', "vendor/tabler.css", "css/{}.css", names, _second())


def scripts(names: tuple[str, ...]) -> Markup:
    """Return the tags of these of our behaviours, after the library some of them use."""
    return _linked(
        '<script defer src="{}"></script>', "vendor/htmx.js", "js/behaviours/{}.js", names, _second()
    )


def _second() -> int:
    return int(monotonic())


@lru_cache(maxsize=32)
def _linked(tag: str, first: str, place: str, names: tuple[str, ...], _now: int) -> Markup:
    """Put the dozens of addresses that every page names together once a second."""
    files = [first, *(place.format(name) for name in names)]
    return Markup("").join(Markup(tag).format(static_url(file)) for file in files)  # noqa: S704 - tags of ours


def serve(app: Flask) -> None:
    """Let WhiteNoise answer /static/… before Flask does, and give templates `static_url`."""
    app.jinja_env.globals.update(static_url=static_url, style_sheets=style_sheets, scripts=scripts)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(STATIC),
        prefix="static/",
        autorefresh=not app.config["ACCORD"].is_production,
        immutable_file_test=lambda _path, url: url.startswith("/static/build/"),
        max_age=60,
    )


def build() -> dict[str, Built]:
    """Fill app/static/build from app/static and return the manifest written there."""
    shutil.rmtree(BUILD, ignore_errors=True)
    manifest: dict[str, Built] = {}
    for file in sorted(_sources(), key=lambda file: (file.suffix == ".css", file)):
        manifest[file.relative_to(STATIC).as_posix()] = _build_one(file, manifest)
    compressor = Compressor(quiet=True)
    for built in manifest.values():
        file = STATIC / built["name"]
        if compressor.should_compress(file.name):
            compressor.compress(str(file))
    unfinished = MANIFEST.with_suffix(".new")
    unfinished.write_text(json.dumps(manifest, indent=1) + "\n")
    unfinished.replace(MANIFEST)
    return manifest


def _sources() -> list[Path]:
    return [
        file
        for file in STATIC.rglob("*")
        if file.is_file() and BUILD not in file.parents and not file.name.startswith(".")
    ]


def _build_one(file: Path, manifest: dict[str, Built]) -> Built:
    status = file.stat()
    content = file.read_bytes()
    if file.suffix == ".css":
        content = REFERENCE.sub(lambda found: _reference(found[1], manifest), content.decode()).encode()
    relative = file.relative_to(STATIC)
    name = Path("build") / relative.with_name(f"{file.stem}.{_digest(content)}{file.suffix}")
    target = STATIC / name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return Built(name=name.as_posix(), size=status.st_size, changed=status.st_mtime_ns)


def _reference(name: str, manifest: dict[str, Built]) -> str:
    built = manifest[name]["name"] if name in manifest else name
    return f'url("/static/{built}")'


@cache
def _manifest() -> dict[str, Built]:
    try:
        manifest: dict[str, Built] = json.loads(MANIFEST.read_text())
    except FileNotFoundError:
        return {}
    return manifest


def _is_current(name: str, built: Built) -> bool:
    status = (STATIC / name).stat()
    return status.st_size == built["size"] and status.st_mtime_ns == built["changed"]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


if __name__ == "__main__":
    print(f"{len(build())} static files hashed and compressed")  # noqa: T201
