"""A list speaks of its rows in the number they have."""

from __future__ import annotations

import pytest

from app.listing.page import singular


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("registrations", "registration"),
        ("operating companies", "operating company"),
        ("wishes to pass a lead on", "wish to pass a lead on"),
        ("staff", "staff"),
    ],
)
def test_one_row_is_named_as_one(many: str, one: str) -> None:
    assert singular(many) == one
