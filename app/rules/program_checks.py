"""What a program may not say, as sentences for the person who wrote it.

Every mistake names its place: a path such as ("types", 0, "tiers", 2, "obligations", 1, "target"), which the reader of a
file turns into a line and a page into a cell. All mistakes are found at once, not the first alone. These checks need
the program only; whether it may begin on its day and whether partners hold a tier that is gone are asked of the
nouns when it is published (P12).
"""

from collections.abc import Iterator, Sequence

from app.rules.ladder_checks import MEASURABLE, of_type
from app.rules.measures import Artefact, Growth, Measure, NetCount, Ratio, Share, Unit
from app.rules.measures import Value as EnteredValue
from app.rules.mistakes import Mistake, Path, of_name, twice
from app.rules.money import is_currency
from app.rules.program import CategoryShape, Program, TypeShape, ValueType, YearStart

_FITS = {
    Unit.NUMBER: {ValueType.INTEGER, ValueType.DECIMAL},
    Unit.MONEY: {ValueType.MONEY},
    Unit.PERCENT: {ValueType.PERCENT},
    Unit.YES_NO: {ValueType.YES_NO},
}
_DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def mistakes(program: Program) -> list[Mistake]:
    """Return everything that is wrong with a program, in its own order."""
    return [
        *on_top(program),
        *of_categories(program.categories),
        *_idle_categories(program),
        *twice([one.name for one in program.types], ("types",), "partner type"),
        *(
            found
            for place, kind in enumerate(program.types)
            for found in of_type(kind, program, ("types", place))
        ),
    ]


def of_category(category: CategoryShape, path: Path = ()) -> Iterator[Mistake]:
    """Find what is wrong with one category."""
    yield from of_name(category.name, (*path, "name"), "category")
    is_choice = category.value_type is ValueType.CHOICE
    if is_choice and len(category.choices) <= 1:
        yield Mistake((*path, "choices"), f"“{category.name}” is a choice and needs at least two choices.")
    if category.choices and not is_choice:
        yield Mistake(
            (*path, "choices"), f"“{category.name}” is not a choice; leave its choices out or make it one."
        )
    yield from twice(category.choices, (*path, "choices"), "choice", at_name=False)
    if category.measure is not None:
        yield from _of_measure(category, category.measure, (*path, "measure"))


def on_top(program: Program) -> Iterator[Mistake]:
    """Find what is wrong with a version's name, currency and year."""
    yield from of_name(program.name, ("name",), "version")
    if not is_currency(program.currency):
        yield Mistake(
            ("currency",),
            f"“{program.currency}” is not a currency code; write three capital letters such as EUR.",
        )
    yield from _of_year_start(program.year_starts)


def _of_year_start(start: YearStart) -> Iterator[Mistake]:
    if not (1 <= start.month <= len(_DAYS_IN_MONTH) and 1 <= start.day <= _DAYS_IN_MONTH[start.month - 1]):
        yield Mistake(
            ("year_starts",),
            f"{f'“{start}”' if start.month else 'This'} is not a day of every year; write month and day such as 01-01 or 04-06.",
        )


def of_categories(categories: Sequence[CategoryShape]) -> Iterator[Mistake]:
    """Find what is wrong with the categories of a program and with their measures."""
    yield from twice([one.name for one in categories], ("categories",), "category")
    names = {one.name for one in categories}
    for place, category in enumerate(categories):
        yield from of_category(category, ("categories", place))
        for named in _categories_named_in(category.measure):
            if named not in names:
                path = ("categories", place, "measure")
                yield Mistake(
                    path,
                    f"The measure of “{category.name}” names the category “{named}”, which the program does not have.",
                )


def _idle_categories(program: Program) -> Iterator[Mistake]:
    """A version keeps the categories it measures, asks for or gives; another one would be lost."""
    used = {named for one in program.categories for named in _categories_named_in(one.measure)}
    used |= {named for kind in program.types for named in _categories_used_by(kind)}
    for place, category in enumerate(program.categories):
        if category.measure is None and category.name not in used:
            yield Mistake(
                ("categories", place, "name"),
                f"No tier asks for or gives “{category.name}”, and nothing measures it; use it or take it out.",
            )


def _categories_used_by(kind: TypeShape) -> Iterator[str]:
    yield from (one.category for one in kind.registered)
    for tier in kind.tiers:
        yield from (one.category for one in tier.obligations)
        yield from (one.category for one in tier.benefits)


def _categories_named_in(measure: Measure | None) -> Iterator[str]:
    match measure:
        case EnteredValue(of=str(named)) | Artefact(category=named):
            yield named
        case NetCount(plus=first, minus=second) | Ratio(part=first, to=second) | Share(part=first, of=second):
            yield from _categories_named_in(first)
            yield from _categories_named_in(second)
        case Growth(part=part):
            yield from _categories_named_in(part)
        case _:
            return


def _of_measure(category: CategoryShape, measure: Measure, path: Path) -> Iterator[Mistake]:
    if category.value_type not in MEASURABLE:
        yield Mistake(
            path,
            f"“{category.name}” is a {category.value_type.value}, which cannot be measured; leave the measure out.",
        )
    elif not isinstance(measure, EnteredValue) and category.value_type not in _FITS[measure.unit]:
        fitting = " or ".join(sorted(kind.value for kind in _FITS[measure.unit]))
        yield Mistake(
            path,
            f"The measure of “{category.name}” gives a {measure.unit.value}, so its values are {fitting}, not {category.value_type.value}.",
        )
