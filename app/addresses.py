"""Addresses of pages, composed once.

A list writes the same address in every row, with another number in it. An address that takes nothing but numbers is
composed by Flask the first time and filled in after that.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, has_request_context, request

FIRST = 918_273_645_000
"""Numbers from here on stand in an address for those to be filled in."""


class Addresses(Flask):
    """The application's addresses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._shapes: dict[tuple[str, ...], str | None] = {}
        super().__init__(*args, **kwargs)

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Return the address of a page, as Flask does."""
        is_plain = not (_anchor or _method or _scheme or _external) and all(map(_is_number, values.values()))
        if is_plain and has_request_context() and not request.script_root:
            name = f"{request.blueprint or ''}{endpoint}" if endpoint[0] == "." else endpoint
            key = (name, *values)
            shape = self._shapes[key] if key in self._shapes else self._shape(key)
            if shape is not None:
                return shape.format(*values.values())
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _shape(self, key: tuple[str, ...]) -> str | None:
        """Return the address with {0}, {1}… where the numbers stand; None when it is no such address."""
        endpoint, *names = key
        marks: dict[str, Any] = {name: FIRST + place for place, name in enumerate(names)}
        address = super().url_for(endpoint, **marks)
        if "{" in address or any(address.count(str(mark)) != 1 for mark in marks.values()):
            shape = None
        else:
            shape = address
            for place, mark in enumerate(marks.values()):
                shape = shape.replace(str(mark), f"{{{place}}}")
        self._shapes[key] = shape
        return shape


def _is_number(value: Any) -> bool:
    return type(value) is int and value >= 0
