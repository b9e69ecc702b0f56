"""Forms turn text into values: shape here, meaning in the rules."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm.exc import StaleDataError
from wtforms import Field, HiddenField, IntegerField, StringField
from wtforms.validators import ValidationError

from app.errors import STALE
from app.extensions import db
from app.rules.numerals import AMOUNT, WHOLE, Grammar
from app.rules.refusals import RuleBroken, shown

UNSEEN = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Letters nobody sees that make two names look like one, or turn a line around; joiners of scripts stay."""
LONGEST_NUMBER = 19
"""Digits of which the database keeps a number for sure."""
CONTROL = frozenset(chr(code) for code in (*range(32), 127)) - {"\n", "\r", "\t"}


def fresh_key() -> str:
    """Return a new one-time key for a form."""
    return secrets.token_urlsafe(16)


class Form(FlaskForm):
    """A form of one act: it carries a one-time key, so that sent twice it has one effect."""

    one_time_key = HiddenField(default=fresh_key)

    class Meta(FlaskForm.Meta):
        """Trim what was typed; refuse what no keyboard types."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Give every text field the same outer manners."""
            if issubclass(unbound_field.field_class, StringField):
                filters = list(unbound_field.kwargs.get("filters", ()))
                unbound_field.kwargs["filters"] = [trimmed, *[f for f in filters if f is not trimmed]]
            return super().bind_field(form, unbound_field, options)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Turn a rule's refusal into an error at its field or on top of the form; nothing stays written."""
        try:
            yield
            db.session.flush()
        except RuleBroken as refusal:
            db.session.rollback()
            g.refusal = refusal
            self.refuse(refusal.sentence, refusal.field)
        except StaleDataError:
            db.session.rollback()
            self.refuse(STALE)

    def refuse(self, sentence: str, field: str | None = None) -> None:
        """Put a sentence at a field, or on top."""
        if field is not None and field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, sentence]
        else:
            self.form_errors.append(sentence)


class VersionedForm(Form):
    """A form about a record as it stood when the page was made: one sent from yesterday's page is refused once."""

    version = HiddenField()

    def seen_version(self) -> int | None:
        """Return the version of the record that was on the page."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < LONGEST_NUMBER else None

    def show_version(self, record: Any) -> None:
        """Let the answer carry the record's present version."""
        self.version.data = str(record.version)


def is_typeable(text: str) -> bool:
    """Say whether a text has no control characters and no lone surrogates, which the database cannot keep."""
    return CONTROL.isdisjoint(text) and not any("\ud800" <= letter <= "\udfff" for letter in text)


def trimmed(text: str | None) -> str | None:
    """Return what was typed without outer spaces; raises ValidationError on control characters."""
    if text is None or not isinstance(text, str):
        return text
    if not is_typeable(text):
        raise ValueError("This has characters that cannot be kept. Type it again.")
    seen = text.translate(UNSEEN).strip()
    return seen if any(unicodedata.category(letter)[0] not in "CZ" for letter in seen) else ""


class AmountField(StringField):
    """A number written as our grammar says, exact (M1): `data` is a Decimal or None."""

    def __init__(self, *args: Any, grammar: Grammar = AMOUNT, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grammar = grammar

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else shortest(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the typed text; raises ValueError with the sentence for the person."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        try:
            self.data = self.grammar.parse(text) if text else None
        except RuleBroken as refusal:
            raise ValueError(refusal.sentence) from None


class CountField(IntegerField):
    """A whole number in the digits of our grammar (M1): `int()` alone takes `１２` and `1_000`."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the typed text; raises ValueError with the sentence for the person."""
        if not valuelist:
            return
        text = valuelist[0].strip()
        self.data: Any = None
        if WHOLE.allows(text.removeprefix("-")):  # what is too small is said by the field's range
            self.data = int(text)
        elif text:
            raise ValueError(f"{shown(text)} is not {WHOLE.name}. {WHOLE.rule}")


def shortest(number: Decimal | str) -> str:
    """Return a number as a person would type it: no needless zeros, no exponent."""
    if not isinstance(number, Decimal):
        return str(number)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Unlike:
    """A validator that refuses one text, such as the current value."""

    def __init__(self, other: str, message: str) -> None:
        self.other = other
        self.message = message

    def __call__(self, _form: Form, field: Field) -> None:
        """Raise ValidationError when the field holds that text."""
        if field.data == self.other:
            raise ValidationError(self.message)


def render_form(template: str, form: Form, **context: Any) -> ResponseReturnValue:
    """Show a form: 200 when asked for, 422 when it was refused, with what was typed."""
    return render_template(template, form=form, **context), 422 if request.method == "POST" else 200
