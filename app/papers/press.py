"""The press: one paper per process. It reads {template, data} as JSON and writes the PDF; what went wrong is said on stderr.

typst keeps what it has set in memory, half a gigabyte after some long orders; a process of its own gives it all back.
It stands alone, so that it starts in a moment: nothing of the application is imported here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).parent
MISSING = "could not be displayed"
EPOCH = 0
"""Papers say their own day; when they were made must not make two of them differ."""


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """Return the template with these data as PDF/UA; a letter that no font has is a box, and no PDF/UA."""
    given = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    for of_the_machine in (False, True):
        try:
            return _set(template, given, of_the_machine=of_the_machine, standards=["ua-1"])
        except typst.TypstError as error:
            if MISSING not in error.message:
                raise
            missing = error.message
    sys.stderr.write(f"A paper has letters that no font of this machine holds: {missing}\n")
    return _set(template, given, of_the_machine=True, standards=[])


def _set(template: str, given: dict[str, str], *, of_the_machine: bool, standards: Any) -> bytes:
    made = typst.compile(
        HERE / template,
        root=HERE,
        font_paths=typst.Fonts(include_system_fonts=of_the_machine),
        format="pdf",
        sys_inputs=given,
        pdf_standards=standards,
        timestamp=EPOCH,
    )
    if not isinstance(made, bytes):
        raise TypeError("A PDF is one file.")
    return made


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    sys.stdout.buffer.write(pdf(asked["template"], asked["data"]))
