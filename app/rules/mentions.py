"""Who is named in a text by “@Name”.

Case and accents do not matter. At one place the longest name that fits is meant; where two people have that name, both
are. A name within an address (bob@Ann) or at the beginning of a longer word (@Annabel) names nobody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TypeVar

Key = TypeVar("Key")
LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss"})


def named(text: str, people: Iterable[tuple[Key, str]]) -> Sequence[Key]:
    """Return the keys of the people a text names, in the order of their places."""
    plain = folded(text)
    meant: dict[int, tuple[int, list[Key]]] = {}
    for key, name in people:
        word = f"@{folded(name)}"
        for place in _places(plain, word) if len(word) > 1 else ():
            longest, keys = meant.get(place, (0, []))
            if len(word) > longest:
                meant[place] = (len(word), [key])
            elif len(word) == longest:
                keys.append(key)
    return list(dict.fromkeys(key for place in sorted(meant) for key in meant[place][1]))


def folded(text: str) -> str:
    """Return a text without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(LETTERS)


def _places(text: str, word: str) -> list[int]:
    """Return where a word stands in a text by itself."""
    places, at = [], text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at] if at else "", text[at + len(word) : at + len(word) + 1]
        if not before.isalnum() and not after.isalnum():
            places.append(at)
        at = text.find(word, at + 1)
    return places
