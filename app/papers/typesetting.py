"""Setting a paper: a template and its data in, the bytes of a PDF out; the same data give the same bytes.

The fonts inside typst hold Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian, Georgian and Devanagari. A letter of
another script is looked for among the machine's own fonts, and where there is none it is printed as a box, and said
so in the log. PDF/UA, which a reader's tools can speak aloud, refuses a box: that is how a missing letter is noticed.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from app.rules.refusals import RuleBroken

log = logging.getLogger(__name__)

PRESS = Path(__file__).parent / "press.py"
SECONDS = 20
_at_once = BoundedSemaphore(2)


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the template with these data as PDF, set by a process of its own."""
    asked = json.dumps({"template": template, "data": data}).encode()
    with _at_once:
        try:
            done = subprocess.run(  # noqa: S603 - our own script, and data by its input
                [sys.executable, "-I", str(PRESS)],
                input=asked,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise RuleBroken(
                "This paper takes too long to set. Try again, or export the lines instead."
            ) from None
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0:
        raise RuntimeError(f"The paper {template} was not set: {said[-2000:]}")
    if said:
        log.warning(said)
    return done.stdout
