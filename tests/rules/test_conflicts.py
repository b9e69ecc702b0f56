"""Whether two customers are one, and what somebody who asks is told."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.conflicts import (
    ALIKE,
    Answer,
    Claim,
    Likeness,
    Verdict,
    alike,
    answer_to,
    compared,
    domain_of,
    folded,
    identity,
    is_the_same,
    last_day,
    mail_domain_of,
    score_of,
    tax_number_of,
)
from app.rules.refusals import RuleBroken

DAY = date(2027, 2, 20)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Acme GmbH", "acme"),
        ("ACME G.m.b.H.", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("The Acme Company, Inc.", "acme"),
        ("Müller & Söhne AG", "muller sohne"),
        ("Muller und Sohne", "muller sohne"),
        ("Firma S. p. A.", "firma"),
        ("Łódź Sp. z o. o. sp. k.", "lodz"),
        ("Ørsted A/S", "orsted"),
        ("Contoso Pty. Ltd.", "contoso"),
        ("Grupo Bimbo, S.A.B. de C.V.", "grupo bimbo"),
        ("Koç Holding A.Ş.", "koc holding"),
        ("Straße Oy", "strasse"),
        ("J. P. Morgan", "jp morgan"),
        ("McDonald’s Corp.", "mcdonalds"),
        ("Ｆｕｌｌ Ｗｉｄｔｈ B.V.", "full width"),
        ("Toyota K.K.", "toyota"),
        ("株式会社東芝", "東芝"),
        ("(株)東芝", "東芝"),
        ("华为技术有限公司", "华为技术"),
        ("(주)삼성", "삼성"),
        ("«Ромашка» ООО", "ромашка"),
        ("شركة النور ش.م.ل", "شركه النور"),
        ('חברת החשמל בע"מ', "חברת החשמל"),
        ("हिन्दी लिमिटेड", "हिन्दी लिमिटेड"),
        ("Acme\u202e Ltd\u200f", "acme"),
        ("'; DROP TABLE customer; --", "drop table customer"),
    ],
)
def test_a_name_loses_case_accents_punctuation_and_its_legal_form(written: str, kept: str) -> None:
    """L3"""
    assert folded(written) == kept


@pytest.mark.parametrize("written", ["Limited", "AG", "GmbH & Co. KG", "株式会社", "...", "🍕", "The", "and"])
def test_a_name_that_is_nothing_but_a_form_keeps_something(written: str) -> None:
    """L3"""
    assert folded(written)


@given(st.text(max_size=60))
def test_any_text_can_be_folded_and_folding_again_leaves_the_words(name: str) -> None:
    """L3: whatever script, direction or sign."""
    once = folded(name)

    assert bool(once) == bool(name.strip("\u00ad\u200b\u200c\u200d").split()) or not once
    assert score_of(once, once) == (100 if once else 0)


def test_a_name_of_ten_thousand_letters_is_refused_kindly() -> None:
    """L3"""
    with pytest.raises(RuleBroken, match="at most 200 letters, and this text has 10,000") as refusal:
        identity("A" * 10_000)

    assert refusal.value.field == "customer"


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("https://www.shop.acme.co.uk:8443/about?x=1#y", "acme.co.uk"),
        ("WWW.ACME.DE", "acme.de"),
        ("acme.de/impressum", "acme.de"),
        ("http:/acme.de", "acme.de"),
        ("acme.de:8080", "acme.de"),
        ("acme.github.io", "acme.github.io"),
        ("solar.example", "solar.example"),
        ("www.bücher.example", "xn--bcher-kva.example"),
        ("info@acme.de", "acme.de"),
        ("acme.de, acme.at", "acme.de"),
        ("https://facebook.com/acme", None),
        ("gmail.com", None),
        ("co.uk", None),
        ("192.168.0.1", None),
        ("http://[::1]/", None),
        ("localhost", None),
        ("n/a", None),
        ("", None),
        (None, None),
        ("." * 300, None),
        ("a" * 400 + ".de", None),
        ("\u202eed.emca", None),
    ],
)
def test_a_web_address_is_known_by_the_domain_somebody_registered(
    written: str | None, domain: str | None
) -> None:
    """L3"""
    assert domain_of(written) == domain


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("jo@acme.de", "acme.de"),
        ("Jo <jo@mail.acme.de>", "acme.de"),
        ("jo@GMAIL.com", None),
        ("jo@yahoo.co.uk", None),
        ("jo@gmx.at", None),
        ("jo@facebook.com", "facebook.com"),
        ("acme.de", None),
        ("", None),
    ],
)
def test_a_mail_address_is_known_by_its_domain_unless_anybody_may_have_one_there(
    written: str, domain: str | None
) -> None:
    """L3"""
    assert mail_domain_of(written) == domain


@pytest.mark.parametrize(
    ("written", "country", "number"),
    [
        ("DE 123.456.789", None, "DE123456789"),
        ("123 456 789", "DE", "DE123456789"),
        ("USt-IdNr. DE123456789", "de", "DE123456789"),
        ("CHE-123.456.789 MWST", "CH", "CHE123456789"),
        ("EL 094019245", "GR", "GR094019245"),
        ("ESB12345678", "ES", "ESB12345678"),
        ("B12345678", "ES", "ESB12345678"),
        ("12-3456789", "US", "US123456789"),
        ("１２３４５６７８９", "JP", "JP123456789"),
        ("٠١٢٣٤٥٦٧٨", "EG", "EG012345678"),
        ("000000000", "DE", None),
        ("n/a", "DE", None),
        ("12", "DE", None),
        ("9" * 50, "DE", None),
        (None, None, None),
    ],
)
def test_a_tax_number_is_known_however_it_is_written(
    written: str | None, country: str | None, number: str | None
) -> None:
    """L3"""
    assert tax_number_of(written, country) == number


def test_customers_that_share_a_mark_are_one() -> None:
    """L3: whatever their names; a web domain and a mail domain are the same mark."""
    acme = identity("Acme", "DE", "acme.de")

    for other in (
        identity("Somebody Else", "FR", "https://acme.de/fr"),
        identity("Somebody Else", "FR", email="jo@acme.de"),
    ):
        assert compared(acme, other).likeness is Likeness.SAME
    taxed = identity("A", "DE", tax_number="DE123456789"), identity("B", None, tax_number="DE 123456789")
    assert compared(*taxed).likeness is Likeness.SAME


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        (("Solarbau Nord GmbH", "DE"), ("SOLARBAU NORD AG", "DE"), Likeness.SAME),
        (("Solarbau Nord GmbH", "DE"), ("Nord Solarbau", "DE"), Likeness.SAME),
        (("Solarbau Nord", "DE"), ("Solarbau Nord", None), Likeness.SIMILAR),
        (("Solarbau Nord", "DE"), ("Solarbau Nord", "AT"), Likeness.DIFFERENT),
        (("Solarbau Nord", "DE"), ("Solarbau Nort", "DE"), Likeness.SIMILAR),
        (("Acme", "DE"), ("Acme Solar Systems", "DE"), Likeness.SIMILAR),
        (("Acme", "DE"), ("Acne", "DE"), Likeness.DIFFERENT),
        (("Solarbau Nord", "DE"), ("Windbau Süd", "DE"), Likeness.DIFFERENT),
        (("Datadog", "DE"), ("Data Dog Ltd", "DE"), Likeness.SAME),
    ],
)
def test_names_count_within_one_country(
    one: tuple[str, str | None], other: tuple[str, str | None], likeness: Likeness
) -> None:
    """L3"""
    assert compared(identity(*one), identity(*other)).likeness is likeness
    assert compared(identity(*other), identity(*one)).likeness is likeness


def test_a_mark_that_contradicts_makes_the_same_name_a_case_for_a_person() -> None:
    """L3"""
    here = identity("Solarbau Nord", "DE", "solarbau.de", tax_number="123456789")

    assert compared(here, identity("Solarbau Nord", "DE", "nord-solar.de")).likeness is Likeness.SIMILAR
    assert (
        compared(here, identity("Solarbau Nord", "DE", tax_number="987654321")).likeness is Likeness.SIMILAR
    )
    assert not is_the_same(here, identity("Solarbau Nord", "DE", "nord-solar.de"))
    assert is_the_same(identity("Nord"), identity("NORD GmbH"))


def test_the_partners_own_domain_says_nothing_about_its_customer() -> None:
    """L3"""
    asked = identity("Acme", "DE", "bright.example", "jo@bright.example", but={"bright.example"})

    assert asked.domains == frozenset()


@given(st.text("abcdef ", max_size=12), st.lists(st.text("abcdef ", max_size=12), max_size=20))
def test_many_names_are_compared_as_each_alone(name: str, others: list[str]) -> None:
    """L3"""
    name, others = folded(name), [folded(other) for other in others]
    alone = {place: score_of(name, other) for place, other in enumerate(others)}

    assert alike(name, others) == {place: score for place, score in alone.items() if score >= ALIKE}


@pytest.mark.parametrize(
    ("likeness", "claim", "told"),
    [
        (Likeness.SAME, Claim(2, DAY), Answer(Verdict.PROTECTED, DAY)),
        (Likeness.SAME, Claim(1, DAY), Answer(Verdict.PROTECTED, DAY, own=True)),
        (Likeness.SAME, Claim(2), Answer(Verdict.LOOK)),
        (Likeness.SAME, Claim(1), Answer(Verdict.FREE)),
        (Likeness.SIMILAR, Claim(2, DAY), Answer(Verdict.LOOK)),
        (Likeness.SIMILAR, Claim(1, DAY), Answer(Verdict.FREE)),
        (Likeness.DIFFERENT, Claim(2, DAY), Answer(Verdict.FREE)),
    ],
)
def test_the_answer_is_free_protected_until_or_needs_a_look(
    likeness: Likeness, claim: Claim, told: Answer
) -> None:
    """L3: asked by partner 1."""
    assert answer_to(1, [(likeness, [claim])]) == told


def test_nothing_found_is_free_and_what_is_shared_with_others_is_ones_own() -> None:
    """L3"""
    both = [Claim(1, DAY, shared=True), Claim(2, DAY, shared=True)]

    assert answer_to(1, []) == Answer(Verdict.FREE)
    assert answer_to(1, [(Likeness.SAME, both)]).own
    assert not answer_to(3, [(Likeness.SAME, both)]).own


def test_a_protection_of_one_day_ends_today() -> None:
    """L4, M4: the last day is included."""
    assert last_day(DAY, 1) == DAY
    assert last_day(DAY, 90) == date(2027, 5, 20)
