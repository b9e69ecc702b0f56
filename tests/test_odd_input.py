"""What no page offers: addresses and forms written by hand are refused or match nothing, and never break a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.cast import Cast

SignIn = Callable[[str], FlaskClient]
LISTS = ("/opportunities?stage=", "/partnership/partners?type=", "/partnership/measurements?category=")


@pytest.mark.parametrize("address", ["/leads?source=a%00", "/leads?q=%07", "/leads.csv?q=a%00", "/leads/%00"])
def test_control_characters_are_refused_at_the_edge(cast: Cast, sign_in: SignIn, address: str) -> None:
    assert sign_in("alice").get(address).status_code in {400, 404}


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("number", ["9" * 30, "-" + "9" * 30, "９" * 30])
def test_a_number_no_row_can_have_matches_nothing(
    cast: Cast, sign_in: SignIn, address: str, number: str
) -> None:
    assert sign_in("anna").get(address + number).status_code == 200


def test_the_last_day_of_the_calendar_is_a_day_too(cast: Cast, sign_in: SignIn) -> None:
    assert sign_in("anna").get("/partnership/events?to=9999-12-31").status_code == 200


def test_a_key_that_no_form_has_is_no_key(cast: Cast, sign_in: SignIn) -> None:
    given = {"one_time_key": "\0" * 20}

    answer = sign_in("anna").post(f"/partnership/partners/{cast.acme.id}/portal-access", data=given)

    assert answer.status_code == 303
