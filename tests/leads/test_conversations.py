"""The talk about a record: comments, files and watching, each side seeing what it may (L7, A6, A7)."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.conversation import as_html
from app.models import Attachment, Comment, Document, Event, Notification, Person, Role, Step, Vendor, Watch
from app.rules.refusals import RuleBroken
from tests import factories
from tests.cast import Cast
from tests.conftest import Queries
from tests.leads.conftest import Sold

SignIn = Callable[[str], FlaskClient]
AsPartner = Callable[..., AbstractContextManager[Session]]


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    return file.getvalue()


def say(client: FlaskClient, address: str, words: str, **more: str) -> TestResponse:
    return client.post(f"{address}/comments", data={"text": words, **more})


def told(session: Session) -> set[str]:
    """Return who is told of something, as the vendor sees it."""
    session.commit()
    rows = select(Person.name).join(Notification, Notification.person_id == Person.id)
    return set(session.scalars(rows))


@pytest.fixture
def lead(sold: Sold) -> str:
    return f"/leads/{sold.acme_lead.id}"


def test_both_sides_talk_about_a_lead_and_read_each_other(
    sign_in: SignIn, session: Session, sold: Sold, lead: str
) -> None:
    """A7: what was said is an event too."""
    assert (
        say(sign_in("sam"), lead, "They are in a hurry.\nSee https://example.com/a?b=1.").status_code == 303
    )
    assert say(sign_in("sue"), lead, "I call them today.").status_code == 303

    page = sign_in("oscar").get(lead).text
    kinds = session.scalars(select(Event.kind).where(Event.subject_type == "lead")).all()

    assert "They are in a hurry.<br>" in page
    assert 'href="https://example.com/a?b=1"' in page
    assert "I call them today." in page
    assert kinds.count("comment.said") == 2


def test_a_foreign_partner_neither_reads_nor_comments(sign_in: SignIn, session: Session, lead: str) -> None:
    """A6: as if the record did not exist."""
    say(sign_in("alice"), lead, "Ours alone")
    bob = sign_in("bob")

    answers = [
        say(bob, lead, "Let me in"),
        bob.post(f"{lead}/watch"),
        bob.post(f"{lead}/files", data={"file": (io.BytesIO(b"x"), "x.txt")}),
        bob.get(f"{lead}/people?q=a"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert session.scalars(select(Comment.text)).all() == ["Ours alone"]


def test_what_the_vendor_keeps_to_itself_does_not_exist_for_the_partner(
    sign_in: SignIn, as_partner: AsPartner, cast: Cast, sold: Sold, lead: str
) -> None:
    """L7, A6: neither on the page nor in the database, by ORM and by text."""
    sam = sign_in("sam")
    say(sam, lead, "Their credit is bad, @Alice Acme", vendor_only="y")
    sam.post(f"{lead}/files", data={"file": (io.BytesIO(b"a,b"), "credit.csv"), "vendor_only": "y"})
    say(sam, lead, "Seen by both")

    page = sign_in("alice").get(lead).text
    with as_partner(cast.acme, cast.alice) as own:
        by_orm = [one.text for one in own.scalars(select(Comment))]
        by_text = own.scalars(text("select text from comment")).all()
        files = own.scalars(text("select name from attachment")).all()
        steps = own.scalars(select(Step.kind)).all()
        mine = own.scalars(select(Notification.id)).all()

    assert by_orm == by_text == ["Seen by both"]
    assert files == []
    assert steps == ["comment.said"]
    assert len(mine) == 1  # of what both read
    assert "credit" not in page
    assert "only " in sign_in("anna").get(lead).text


def test_a_partner_keeps_nothing_from_the_vendor(
    sign_in: SignIn, session: Session, cast: Cast, sold: Sold, lead: str
) -> None:
    say(sign_in("alice"), lead, "Not hidden", vendor_only="y")

    assert session.scalars(select(Comment.vendor_only)).all() == [False]
    with pytest.raises(RuleBroken, match="Only the vendor"):
        Comment.say(sold.acme_lead, "Hidden", by=cast.alice, vendor_only=True)


def test_who_is_named_is_told_when_they_may_see_the_record(
    sign_in: SignIn, session: Session, lead: str
) -> None:
    """A6: to name somebody of another partner does nothing, and says nothing."""
    answer = say(
        sign_in("oscar"),
        lead,
        "@alice acme and @Sam Sales, what does (@Bob Bolt) say? bob@Charlie Crane.example, @Mona Marketingx",
    )

    assert answer.status_code == 303
    assert told(session) == {
        "Alice Acme",
        "Sam Sales",
        "Carl Manager",
    }  # who looks after Acme hears it anyway
    assert [one["name"] for one in session.scalars(select(Comment.mentions)).one()] == [
        "Alice Acme",
        "Sam Sales",
    ]


def test_of_two_names_the_longer_one_is_meant(session: Session, cast: Cast, sold: Sold) -> None:
    for name in ("Sa", "Sam Sales Junior"):
        factories.added(session, Person(name=name, roles=[Role.SALES.value]))

    said = Comment.say(sold.acme_lead, "@Sam Sales Junior, please", by=cast.anna)

    assert said.names == ["Sam Sales Junior"]


def test_the_picker_offers_who_may_see_the_record(sign_in: SignIn, lead: str, sold: Sold) -> None:
    """A6"""
    of_acme = sign_in("oscar").get(f"{lead}/people?q=a").get_json()
    nobodys = sign_in("anna").get(f"/leads/{sold.free_lead.id}/people?q=a").get_json()

    assert of_acme[:1] == ["Alice Acme"]
    assert "Bob Bolt" not in of_acme
    assert "Oscar Acme" not in of_acme
    assert not {"Alice Acme", "Sue Acme"} & set(nobodys)


def test_somebody_changes_and_takes_back_their_own_comment_only(
    sign_in: SignIn, session: Session, lead: str
) -> None:
    """L7"""
    alice, oscar = sign_in("alice"), sign_in("oscar")
    say(alice, lead, "First words")
    number = session.scalars(select(Comment.id)).one()

    refused = oscar.post(f"{lead}/comments/{number}", data={"text": "Mine now"}).status_code
    also_refused = oscar.post(f"{lead}/comments/{number}/removal").status_code
    alice.post(f"{lead}/comments/{number}", data={"text": "Better words, @Sam Sales"})
    changed = alice.get(lead).text
    alice.post(f"{lead}/comments/{number}/removal")
    session.commit()

    assert (refused, also_refused) == (403, 403)
    assert session.scalars(select(Event.kind).where(Event.kind == "access.refused")).all()
    assert "Better words" in changed
    assert ", changed" in changed
    assert "Better words" not in alice.get(lead).text
    assert session.scalars(select(Comment.text)).one() == ""
    assert told(session) == {"Carl Manager", "Sam Sales"}


def test_an_empty_or_endless_comment_is_refused_with_what_was_typed(sign_in: SignIn, lead: str) -> None:
    client = sign_in("alice")

    empty, endless = say(client, lead, "  "), say(client, lead, "long " * 1001)

    assert empty.status_code == endless.status_code == 422
    assert "Write what you want to say." in empty.text
    assert "long long" in endless.text


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "'; DROP TABLE comment; --", "مرحبا 😀"])
def test_what_was_typed_stays_text(sign_in: SignIn, lead: str, words: str) -> None:
    client = sign_in("alice")

    say(client, lead, words)

    assert "<script>alert" not in client.get(lead).text


def test_links_and_names_are_all_that_a_comment_marks() -> None:
    html = as_html('<b> javascript:x http://a.example/"onclick= @Ann\nhttps://b.example).', ["Ann"])

    assert str(html) == (
        "&lt;b&gt; javascript:x "
        '<a href="http://a.example/" rel="nofollow noopener noreferrer ugc">http://a.example/</a>'
        '&#34;onclick= <b class="talk-name">@Ann</b><br>'
        '<a href="https://b.example" rel="nofollow noopener noreferrer ugc">https://b.example</a>).'
    )


def test_the_auditor_reads_and_says_nothing(sign_in: SignIn, lead: str) -> None:
    audrey = sign_in("audrey")

    assert "talk-text" not in audrey.get(lead).text
    assert say(audrey, lead, "I see").status_code == 403
    assert audrey.post(f"{lead}/watch").status_code == 403


# ---------------------------------------------------------------- files


def add(client: FlaskClient, address: str, content: bytes, name: str) -> TestResponse:
    return client.post(f"{address}/files", data={"file": (io.BytesIO(content), name)})


def test_a_file_is_given_back_as_an_attachment_that_no_browser_runs(
    sign_in: SignIn, session: Session, lead: str
) -> None:
    assert add(sign_in("alice"), lead, content := picture(), "roof.png").status_code == 303
    number = session.scalars(select(Attachment.id)).one()

    answer = sign_in("sam").get(f"{lead}/files/{number}")

    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in("bob").get(f"{lead}/files/{number}").status_code == 404
    answer.close()


def test_html_named_png_is_refused(sign_in: SignIn, session: Session, lead: str) -> None:
    answer = add(sign_in("alice"), lead, b"<html><script>alert(1)</script>", "roof.png")

    assert answer.status_code == 422
    assert "is not what its name says" in answer.text
    assert session.scalar(select(func.count(Attachment.id))) == 0


def test_a_file_of_another_record_is_not_here(
    sign_in: SignIn, session: Session, lead: str, sold: Sold
) -> None:
    """A6"""
    add(sign_in("alice"), lead, b"words", "words.txt")
    number = session.scalars(select(Attachment.id)).one()

    other = f"/opportunities/{sold.acme_deal.id}/files/{number}"

    assert sign_in("alice").get(other).status_code == 404
    assert sign_in("oscar").post(f"{lead}/files/{number}/removal").status_code == 403
    assert sign_in("alice").post(f"{lead}/files/{number}/removal").status_code == 303
    assert "File “words.txt” removed" in sign_in("sam").get(lead).text


def test_a_partner_has_room_for_so_many_files_in_all(
    sign_in: SignIn, session: Session, lead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Document, "QUOTA", 8)
    alice = sign_in("alice")

    fits, too_much = add(alice, lead, b"12345", "a.txt"), add(alice, lead, b"6789", "b.txt")

    assert (fits.status_code, too_much.status_code) == (303, 422)
    assert "Remove some first" in too_much.text


# ---------------------------------------------------------------- watching


def test_who_watches_is_told_and_who_did_it_is_not(
    sign_in: SignIn, session: Session, cast: Cast, lead: str
) -> None:
    sign_in("sam").post(f"{lead}/watch")
    sign_in("sue").post(f"{lead}/watch")

    say(sign_in("sue"), lead, "Done")

    assert told(session) == {"Carl Manager", "Sam Sales"}


def test_who_comments_hears_the_answer_until_they_stop_watching(
    sign_in: SignIn, session: Session, cast: Cast, lead: str
) -> None:
    of_mona = select(func.count(Notification.id)).where(Notification.person_id == cast.mona.id)
    say(sign_in("mona"), lead, "Any news?")
    say(sign_in("alice"), lead, "Yes")
    sign_in("mona").post(f"{lead}/watch/end")
    say(sign_in("alice"), lead, "More")
    session.commit()

    assert session.scalar(of_mona) == 1
    assert session.scalars(select(Watch.person_id)).all() == [cast.alice.id]


def test_the_other_side_hears_what_is_said_even_where_nobody_watches(
    sign_in: SignIn, session: Session, cast: Cast, sold: Sold, lead: str
) -> None:
    """A partner's question reaches its manager; the vendor's reaches who owns the record, else the administrators."""
    say(sign_in("sue"), lead, "What now?")
    asked = told(session)
    say(sign_in("anna"), lead, "Wait for us.")
    answered = told(session) - asked
    sold.acme_lead.owner_id = cast.oscar.id
    session.commit()
    say(sign_in("anna"), lead, "Go on.")

    assert asked == {"Carl Manager"}
    assert answered == {"Alice Acme", "Sue Acme"}
    assert told(session) - asked - answered == {"Oscar Acme"}


def test_where_reading_is_narrowed_colleagues_are_not_told(session: Session, cast: Cast, sold: Sold) -> None:
    """L7: an agent reads its own; its administrator all."""
    Vendor.here(session).own_only = True
    sold.acme_lead.owner_id = cast.oscar.id
    session.flush()

    Comment.say(sold.acme_lead, "@Sue Acme @Oscar Acme @Alice Acme", by=cast.sam)

    assert told(session) == {"Oscar Acme", "Alice Acme"}


def test_what_the_vendor_said_before_a_lead_was_anybodys_stays_the_vendors(
    session: Session, cast: Cast, sold: Sold, as_partner: AsPartner
) -> None:
    """L1, A6"""
    Comment.say(sold.free_lead, "Give it to the best", by=cast.sam)
    sold.free_lead.partner_id = cast.acme.id
    session.flush()

    with as_partner(cast.acme, cast.alice) as own:
        assert own.scalars(select(Comment)).all() == []


def test_what_was_said_with_one_partner_is_not_read_by_the_next(
    session: Session, cast: Cast, sold: Sold, sign_in: SignIn, as_partner: AsPartner
) -> None:
    """L1, A6: a deal that changed hands takes no talk along; staff see with whom it was said."""
    Comment.say(sold.acme_lead, "Between us and Acme", by=cast.alice)
    sold.acme_lead.partner_id = cast.bolt.id
    session.commit()
    address = f"/leads/{sold.acme_lead.id}"

    with as_partner(cast.bolt, cast.bob) as own:
        assert own.scalars(select(Comment)).all() == []
    assert "Between us" not in sign_in("bob").get(address).text
    assert "with an earlier partner" in sign_in("sam").get(address).text


def test_somebody_of_another_partner_is_somebody(
    session: Session, cast: Cast, sold: Sold, sign_in: SignIn
) -> None:
    """A6: a lead that changed hands does not name those who had it before."""
    Step.take(sold.acme_lead, "lead.changed", by=cast.bob)
    session.commit()

    page = sign_in("alice").get(f"/leads/{sold.acme_lead.id}").text

    assert "somebody" in page
    assert "Bob Bolt" not in page


def test_the_talk_is_read_in_one_question(
    sign_in: SignIn, queries: Queries, session: Session, cast: Cast, sold: Sold, lead: str
) -> None:
    for number in range(5):
        say(sign_in("alice"), lead, f"Word {number} @Sam Sales")
    client = sign_in("alice")
    client.get(lead)
    queries.clear()

    client.get(lead)

    about = [
        one
        for one in queries
        if any(f"from {name}" in one.lower() for name in ("step", "comment", "attachment", "watch"))
    ]
    assert len(about) == 1, about


def test_orders_and_deals_are_talked_about_too(sign_in: SignIn, sold: Sold) -> None:
    for address in (f"/opportunities/{sold.acme_deal.id}", f"/orders/{sold.acme_order.id}"):
        client = sign_in("oscar")

        answer = say(client, address, "When do they come?")

        assert answer.location.startswith(f"{address}#comment-")
