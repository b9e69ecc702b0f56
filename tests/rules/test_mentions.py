"""Who is named in a text by “@Name”."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.mentions import named

PEOPLE = [(1, "Ann"), (2, "Ann Ferrán"), (3, "Zoë Ægir"), (4, "Ann Ferrán"), (5, ""), (6, "李雷")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Ann, please", [1]),
        ("@ann ferran and @ANN", [2, 4, 1]),
        ("ask @zoe ægir", [3]),
        ("bob@Ann @Annabel @ Ann Ann", []),
        ("(@Ann)\r\n@Ann", [1]),
        ("@李雷: 你好", [6]),
        ("", []),
    ],
)
def test_the_longest_name_at_a_place_is_meant(text: str, found: list[int]) -> None:
    assert named(text, PEOPLE) == found


@given(st.text(max_size=200), st.lists(st.text(max_size=20), max_size=5))
def test_no_text_and_no_name_breaks_it(text: str, names: list[str]) -> None:
    found = named(text, list(enumerate(names)))

    assert set(found) <= set(range(len(names)))
    assert len(found) == len(set(found))
