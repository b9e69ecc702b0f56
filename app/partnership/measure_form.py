"""How a category is measured, asked in words: what is counted, which of it, over which days.

One choice says what is counted ("Amount of won opportunities"); measures made of measures (a ratio, a share, a net
count) are written as a program file writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms.fields.choices import SelectChoice

from app.importing import program_text, yaml_tree
from app.importing.yaml_tree import YamlRefused
from app.rules import measures
from app.rules.measures import SOURCES, Artefact, Function, Growth, Measure, Source, Tally, Value
from app.rules.periods import WindowKind
from app.rules.refusals import RuleBroken

GRANTED, LATEST, SUMMED, FILED, WRITTEN = "", "value latest", "value sum", "artefact", "written"

_FIELDS = {
    "where": "where",
    "over": "over",
    "fresh for": "fresh_days",
    "of": "counted",
    "counting": "counted",
}


def what_can_be_counted() -> list[SelectChoice]:
    """Return the choices of “what is counted”, grouped by what they are about."""
    return [
        SelectChoice(value, label, optgroup=group or None)
        for group, found in _groups().items()
        for value, label in found
    ]


def _groups() -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = {
        "": [(GRANTED, "Nothing: it is granted, not measured")],
        "Entered or filed": [
            (LATEST, "Latest value entered by staff or imported"),
            (SUMMED, "Sum of the values entered by staff or imported"),
            (FILED, "A file of this category that is fresh (yes or no)"),
        ],
    }
    for source in SOURCES:
        if found := list(_of_source(source)):
            groups[source.value.capitalize()] = found
    groups["Made of other measures"] = [(WRITTEN, "A ratio, share or net count, written below")]
    return groups


def _of_source(source: Source) -> Iterator[tuple[str, str]]:
    noun = SOURCES[source]
    for function, takes in noun.of.items():
        for of in takes or ("",):
            for counting in noun.counting or ("",):
                what = (
                    f"Number of different {of} in"
                    if function is Function.DISTINCT
                    else (of or "number").capitalize() + " of"
                )
                yield _key(function, source, of, counting), f"{what} {noun.phrase(counting or None)}"


def _key(function: Function, source: Source, of: str, counting: str) -> str:
    return f"{function.value}|{source.value}|{of}|{counting}"


def windows() -> list[tuple[str, str]]:
    """Return the choices of “over which days”; a rolling window takes its months from the field beside it."""
    words = {
        WindowKind.ROLLING: "The last N months",
        WindowKind.TIER_CHANGE: "Since the last tier change",
        WindowKind.EVER: "All time",
    }
    return [(kind.value, words.get(kind, kind.value.capitalize())) for kind in WindowKind]


def measure_of(said: Mapping[str, Any]) -> Measure | None:
    """Return the measure these answers mean; RuleBroken names the field."""
    counted = said["counted"]
    if counted == GRANTED:
        return None
    if counted == WRITTEN:
        return _written(said["written"] or "")
    try:
        measure = measures.from_dict(_definition(counted, said))
        return measures.from_dict({"growth": measure.to_dict()}) if said["growth"] else measure
    except RuleBroken as refusal:
        raise RuleBroken(refusal.sentence, _FIELDS.get(refusal.field or "", "counted")) from None


def answers_of(measure: Measure | None) -> dict[str, Any]:
    """Return how the form would have asked for this measure."""
    grown = isinstance(measure, Growth)
    inner = measure.part if isinstance(measure, Growth) else measure
    found: dict[str, Any] = {"growth": grown, "counted": GRANTED, "fresh_days": 365}
    match inner:
        case Tally(function=function, source=source, of=of, counting=counting, where=where, over=over):
            found["counted"] = _key(function, source, of or "", counting or "")
            found["where"] = "\n".join(f"{name}: {', '.join(values)}" for name, values in where)
            found |= {"over": over.kind.value, "months": over.months or None}
        case Value(function=function, over=over, of=None):
            found |= {"counted": LATEST if function is Function.LATEST else SUMMED}
            found |= {"over": over.kind.value, "months": over.months or None}
        case Artefact(fresh_days=days):
            found |= {"counted": FILED, "fresh_days": days}
        case None:
            pass
        case other:
            found |= {"counted": WRITTEN, "written": program_text.write_mapping(other.to_dict())}
    return found


def _definition(counted: str, said: Mapping[str, Any]) -> dict[str, Any]:
    over = said["over"]
    if over == WindowKind.ROLLING.value:
        over = f"rolling {said['months'] or 0} months"
    if counted == FILED:
        return {"artefact": said["name"], "fresh for": f"{said['fresh_days'] or 0} days"}
    if counted in {LATEST, SUMMED}:
        return {"value": counted.removeprefix("value "), "over": over}
    function, source, of, counting = counted.split("|")
    written: dict[str, Any] = {function: source, "over": over}
    written |= {key: value for key, value in (("of", of), ("counting", counting)) if value}
    if where := dict(_filters(said["where"] or "")):
        written["where"] = where
    return written


def _filters(words: str) -> Iterator[tuple[str, list[str]]]:
    for line in filter(None, (one.strip() for one in words.splitlines())):
        name, colon, values = line.partition(":")
        if not colon:
            raise RuleBroken(
                f"“{line[:60]}” is not a filter. Write one on a line, such as category: Bikes, Clothing.",
                "where",
            )
        yield name.strip(), [one.strip() for one in values.split(",") if one.strip()]


def _written(words: str) -> Measure:
    try:
        tree = yaml_tree.read(words.encode())
        return measures.from_dict(yaml_tree.as_written(tree))
    except YamlRefused as refusal:
        raise RuleBroken(f"Line {refusal.line}: {refusal.sentence}", "written") from None
    except RuleBroken as refusal:
        raise RuleBroken(refusal.sentence, "written") from None
