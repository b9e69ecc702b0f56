"""Files people upload: checked, kept outside the web root under a random name, and given back as attachments only.

A file is taken when its extension is on the list, its content is what the extension says, and it is not too large.
It is on the disk before its row is committed; when the unit of work rolls back, it goes again.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from flask import Response, abort, current_app, send_file
from PIL import Image
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction
from werkzeug.datastructures import FileStorage

from app.database import stored
from app.models.document import StoredFile
from app.rules.refusals import RuleBroken

MEGABYTES = 20
LARGEST = MEGABYTES * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_MEMBERS = 2000
MOST_UNPACKED = 200 * 1024 * 1024
NAME_LENGTH = 150
_NEW, _GONE = "accord_new_files", "accord_gone_files"


class FileRefused(RuleBroken):
    """A file that is not taken; the sentence says why and what to do."""


@dataclass(frozen=True)
class Received:
    """A file that passed every check."""

    name: str
    content_type: str
    content: bytes

    def columns(self) -> dict[str, Any]:
        """Return what a row remembers of it."""
        digest = hashlib.sha256(self.content).hexdigest()
        return {
            "name": self.name,
            "content_type": self.content_type,
            "size": len(self.content),
            "sha256": digest,
        }


def receive(upload: FileStorage | None, field: str = "file") -> Received:
    """Return the uploaded file when it is what its name says, or raise FileRefused."""
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise FileRefused("Choose a file.", field)
    name = plain_name(upload.filename)
    kind = _KINDS.get(PurePosixPath(name).suffix.lower())
    if kind is None:
        known = ", ".join(sorted(one.lstrip(".") for one in _KINDS))
        raise FileRefused(f"Files of this kind are not taken. Choose one of: {known}.", field)
    upload.stream.seek(0)
    content = upload.stream.read(LARGEST + 1)
    if not content:
        raise FileRefused("The file is empty.", field)
    if len(content) > LARGEST:
        raise FileRefused(f"The file has more than {MEGABYTES} MB; make it smaller.", field)
    content_type, is_one = kind
    if not is_one(content):
        raise FileRefused(f"“{name}” is not what its name says. Save it again in its own format.", field)
    return Received(name, content_type, content)


def keep(session: Session, received: Received) -> str:
    """Write the file to the disk, all of it, and return the random name a row keeps."""
    name = secrets.token_hex(24)
    path = _folder() / name
    session.info.setdefault(_NEW, []).append(path)
    with path.open("xb") as file:
        file.write(received.content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return name


def keep_stream(session: Session, upload: FileStorage) -> Path:
    """Write an upload to the disk piece by piece, for one too large to hold; its name there is random."""
    path = _folder() / secrets.token_hex(24)
    session.info.setdefault(_NEW, []).append(path)
    with path.open("xb") as file:
        upload.save(file)
        file.flush()
        os.fsync(file.fileno())
    return path


def whereabouts(stored_as: str) -> Path:
    """Return where a kept file lies."""
    return _folder() / stored_as


def forget(session: Session, stored_as: str) -> None:
    """Take a file from the disk once its row is gone for good."""
    session.info.setdefault(_GONE, []).append(_folder() / stored_as)


def send(file: StoredFile) -> Response:
    """Give a file back as an attachment that no browser runs."""
    path = _folder() / file.stored_as
    if not path.is_file():
        abort(404)
    response = send_file(path, as_attachment=True, download_name=file.name)
    response.headers["Content-Type"] = file.content_type  # as it was stored: it may say its charset already
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _folder() -> Path:
    return stored(Path(current_app.config["ACCORD"].uploads))


def plain_name(name: str) -> str:
    """Return the name without folders and without what cannot be seen."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    seen = "".join(letter for letter in last if letter.isprintable()).strip() or "file"
    suffix = PurePosixPath(seen).suffix
    return seen if len(seen) <= NAME_LENGTH else seen[: NAME_LENGTH - len(suffix)] + suffix


# ---------------------------------------------------------------- what a file must be


def _begins(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(magic)


def _is_picture(form: str) -> Callable[[bytes], bool]:
    def check(content: bytes) -> bool:
        try:
            with Image.open(io.BytesIO(content), formats=[form]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return False
                picture.load()
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return False
        return True

    return check


def _is_office(folder: str) -> Callable[[bytes], bool]:
    """A zip of Office's making, without macros and without a bomb inside."""

    def check(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError):
            return False
        names = {one.filename for one in members}
        return (
            "[Content_Types].xml" in names
            and any(name.startswith(f"{folder}/") for name in names)
            and not any(name.endswith("vbaProject.bin") for name in names)
            and len(members) <= MOST_MEMBERS
            and sum(one.file_size for one in members) <= MOST_UNPACKED
        )

    return check


def _is_text(content: bytes) -> bool:
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(letter < " " and letter not in "\t\n\r\f" for letter in words)


_OFFICE = "application/vnd.openxmlformats-officedocument."
_KINDS: dict[str, tuple[str, Callable[[bytes], bool]]] = {
    ".csv": ("text/csv; charset=utf-8", _is_text),
    ".docx": (f"{_OFFICE}wordprocessingml.document", _is_office("word")),
    ".jpeg": ("image/jpeg", _is_picture("JPEG")),
    ".jpg": ("image/jpeg", _is_picture("JPEG")),
    ".md": ("text/plain; charset=utf-8", _is_text),
    ".pdf": ("application/pdf", _begins(b"%PDF-")),
    ".png": ("image/png", _is_picture("PNG")),
    ".pptx": (f"{_OFFICE}presentationml.presentation", _is_office("ppt")),
    ".txt": ("text/plain; charset=utf-8", _is_text),
    ".webp": ("image/webp", _is_picture("WEBP")),
    ".xlsx": (f"{_OFFICE}spreadsheetml.sheet", _is_office("xl")),
}


# ---------------------------------------------------------------- the unit of work


@event.listens_for(Session, "after_commit")
def _settle(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the unit of work may still roll back
    session.info.pop(_NEW, None)
    for path in session.info.pop(_GONE, []):
        path.unlink(missing_ok=True)


@event.listens_for(Session, "after_soft_rollback")
def _undo(session: Session, ended: SessionTransaction) -> None:
    if ended.nested:
        return
    session.info.pop(_GONE, None)
    for path in session.info.pop(_NEW, []):
        path.unlink(missing_ok=True)
