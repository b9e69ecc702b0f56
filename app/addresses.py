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

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of a page, as Flask does."""
        if not has_request_context() or request.script_root or not all(map(_is_number, values.values())):
            return super().url_for(endpoint, **values)
        name = f"{request.blueprint or ''}{endpoint}" if endpoint.startswith(".") else endpoint
        key = (name, *values)
        if key not in self._shapes:
            self._shapes[key] = self._shape(name, list(values))
        shape = self._shapes[key]
        return super().url_for(endpoint, **values) if shape is None else shape.format(*values.values())

    def _shape(self, endpoint: str, names: list[str]) -> str | None:
        """Return the address with {0}, {1}… where the numbers stand; None when it is no such address."""
        marks = [FIRST + place for place in range(len(names))]
        address = super().url_for(endpoint, **dict(zip(names, marks, strict=True)))
        if "{" in address or any(address.count(str(mark)) != 1 for mark in marks):
            return None
        for place, mark in enumerate(marks):
            address = address.replace(str(mark), f"{{{place}}}")
        return address


def _is_number(value: Any) -> bool:
    return type(value) is int and value >= 0
