"""Setting a paper: a template and its data in, the bytes of a PDF out; the same data give the same bytes.

The fonts inside typst hold Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian, Georgian and Devanagari. A letter of
another script is looked for among the machine's own fonts, and where there is none it is printed as a box, and said
so in the log. PDF/UA, which a reader's tools can speak aloud, refuses a box: that is how a missing letter is noticed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import typst

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
MISSING = "could not be displayed"
EPOCH = 0
"""Papers say their own day; when they were made must not make two of them differ."""

_one_at_a_time = Lock()
_compilers: dict[bool, typst.Compiler] = {}


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the template with these data as PDF."""
    given = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
    for of_the_machine in (False, True):
        try:
            return _set(template, given, of_the_machine=of_the_machine, standards=["ua-1"])
        except typst.TypstError as error:
            if MISSING not in error.message:
                raise
            missing = error.message
    log.warning("A paper has letters that no font of this machine holds: %s", missing)
    return _set(template, given, of_the_machine=True, standards=[])


def _set(template: str, given: dict[str, str], *, of_the_machine: bool, standards: Any) -> bytes:
    """Compile once; a compiler keeps the fonts it has read, and serves one thread at a time."""
    with _one_at_a_time:
        compiler = _compilers.get(of_the_machine)
        if compiler is None:
            fonts = typst.Fonts(include_system_fonts=of_the_machine)
            compiler = typst.Compiler(root=HERE, font_paths=fonts)
            _compilers[of_the_machine] = compiler
        made = compiler.compile(
            HERE / template, format="pdf", sys_inputs=given, pdf_standards=standards, timestamp=EPOCH
        )
    if not isinstance(made, bytes):
        raise TypeError("A PDF is one file.")
    return made
