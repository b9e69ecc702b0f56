"""What people type to be reached by is read strictly, and refused with an example."""

from __future__ import annotations

import pytest

from app.rules import reaching
from app.rules.refusals import RuleBroken


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        ("030 123456", "DE", "+49 30 123456"),
        ("+49 30 123456", None, "+49 30 123456"),
        ("0049 30 123456", "DE", "+49 30 123456"),
        ("(206) 555-0142", "US", "+1 206-555-0142"),
    ],
)
def test_a_phone_number_is_kept_in_its_international_form(text: str, country: str | None, kept: str) -> None:
    assert reaching.phone(text, country) == kept


@pytest.mark.parametrize(
    ("text", "country"), [("030 123456", None), ("call me", "DE"), ("1", "DE"), ("9" * 60, "DE")]
)
def test_what_no_phone_rings_at_is_refused(text: str, country: str | None) -> None:
    with pytest.raises(RuleBroken, match="not a phone number"):
        reaching.phone(text, country)


@pytest.mark.parametrize("text", ["anna@bakery.example", "a+b.c@ünïcode.example", "o'hara@x.co.uk"])
def test_an_address_is_an_address(text: str) -> None:
    assert reaching.email(text) == text


@pytest.mark.parametrize(
    "text", ["anna", "anna@bakery", "a@b@c.de", "<a@b.de>", "a b@c.de", "@b.de", "a@b..de"]
)
def test_what_no_mail_reaches_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="not an e-mail address"):
        reaching.email(text)


@pytest.mark.parametrize(
    "text", ["bakery.example", "https://www.bakery.example/about?a=b", "xn--bcker-gra.example"]
)
def test_a_website_needs_no_protocol(text: str) -> None:
    assert reaching.website(text) == text


@pytest.mark.parametrize(
    "text", ["bakery", "javascript:alert(1)", "ftp://x.example", "a b.example", "http://"]
)
def test_what_is_no_website_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="not a website"):
        reaching.website(text)


def test_a_country_is_its_two_letters() -> None:
    assert reaching.country("de") == "DE"
    assert reaching.countries("de")["DE"] == "Deutschland"
    with pytest.raises(RuleBroken, match="“Germany” is not a country"):
        reaching.country("Germany")
    with pytest.raises(RuleBroken):
        reaching.country("EU")
