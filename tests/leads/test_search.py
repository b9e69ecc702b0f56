"""Searching a list: what is found, in which order, and how far a page goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.listing import page as listing_page
from tests import factories
from tests.cast import Cast

SignIn = Callable[[str], FlaskClient]
DAY = date(2026, 1, 1)


@pytest.fixture
def inns(session: Session, cast: Cast) -> None:
    """Thirty inns of Acme's, a later one each day, and one of Bolt's."""
    for number in range(30):
        factories.lead(session, cast.acme, f"Green Inn {100 + number}", DAY + timedelta(number))
    factories.lead(session, cast.bolt, "Green Inn 200", DAY)
    session.commit()


def found(page: str) -> list[str]:
    """Return the companies a page lists, from the top."""
    return re.findall(r'<a class="opens-row" href="[^"]+">Green Inn (\d+)', page)


@pytest.mark.usefixtures("inns")
class TestSearch:
    """A list is searched by words."""

    def test_the_last_word_may_be_unfinished(self, sign_in: SignIn) -> None:
        assert found(sign_in("sam").get("/leads?q=green+inn+12").text) == [
            str(n) for n in range(129, 119, -1)
        ]

    def test_every_word_may_be_unfinished_when_nothing_is_found_otherwise(self, sign_in: SignIn) -> None:
        assert found(sign_in("sam").get("/leads?q=gre+in+104").text) == ["104"]

    def test_a_partner_finds_its_own_only_and_the_total_tells_no_more(self, sign_in: SignIn) -> None:
        """A6"""
        page = sign_in("alice").get("/leads?q=green+20").text

        assert found(page) == []
        assert "0 leads" in page

    def test_what_is_found_is_paged_in_the_lists_order(self, sign_in: SignIn) -> None:
        client = sign_in("alice")
        first = client.get("/leads?q=green").text
        second = client.get(_next(first)).text

        assert found(first) + found(second) == [str(number) for number in range(129, 99, -1)]
        assert "30 leads" in second
        assert found(client.get(_link(second, "prev")).text) == found(first)

    def test_the_order_of_a_filtered_search_is_the_one_asked_for(self, sign_in: SignIn) -> None:
        page = sign_in("sam").get("/leads?q=inn&stage=new&from=2026-01-29&sort=created").text

        assert found(page) == ["128", "129"]

    def test_many_hits_are_listed_like_few(self, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
        client = sign_in("sam")
        few = client.get("/leads?q=green").text

        monkeypatch.setattr(listing_page, "FEW", 5)

        assert found(client.get("/leads?q=green").text) == found(few)


def _next(page: str) -> str:
    return _link(page, "next")


def _link(page: str, rel: str) -> str:
    link = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    assert link is not None
    return link[1].replace("&amp;", "&")
