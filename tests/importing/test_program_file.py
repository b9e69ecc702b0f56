"""The program as a file: it reads, it writes the one canonical form, and every mistake has its line."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.importing import program_file, program_text, yaml_tree
from app.importing.program_file import ProgramFileRefused
from app.rules.program import CategoryShape, Program, TypeShape, ValueType

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted([*ROOT.glob("examples/programs/*.yaml"), *ROOT.glob("examples/*/program.yaml")])

PROGRAM = """\
format: accord program 1
version: Reseller program 2026
currency: EUR
valid_from: 2026-01-01
year_starts: 01-01
categories:
  - name: Discount
    value: percent
  - name: Leads
    value: integer
    measure:
      count: leads
      counting: converted
      over: program year
types:
  - name: Reseller
    mode: points
    partial_credit: yes
    needs_lower_tiers: yes
    upgrades: at once
    downgrades: after 30 days
    review: quarterly
    renewal: for one year
    wins_count: when confirmed
    registered:
      - category: Discount
        value: 2.5 %
    tiers:
      - name: Bronze
        target_score: 40
        obligations:
          - category: Leads
            target: 10
            score: 40
            floor: 5
        benefits:
          - category: Discount
            value: 10 %
            valid_to: 2026-06-30
          - category: Discount
            value: 12 %
            valid_from: 2026-07-01
"""


def refusals(text: str) -> list[str]:
    with pytest.raises(ProgramFileRefused) as refused:
        program_file.read(text.encode())
    return [str(one) for one in refused.value.wrong]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_shipped_examples_are_canonical(path: Path) -> None:
    content = path.read_bytes()

    assert program_text.write(program_file.read(content)) == content.decode()


def test_there_are_five_examples() -> None:
    assert [f"{path.parent.name}/{path.name}" for path in EXAMPLES] == [
        "adventureworks/program.yaml",
        "programs/creatio.yaml",
        "programs/odoo.yaml",
        "programs/sage.yaml",
        "regional_sales/program.yaml",
    ]


def test_a_file_is_written_as_it_was_read() -> None:
    assert program_text.write(program_file.read(PROGRAM.encode())) == PROGRAM


def test_order_comments_and_other_ways_to_write_a_value_do_not_matter() -> None:
    other = PROGRAM.replace("value: 10 %", "value: '10'   # of the list price").replace("yes", "true")
    head, rest = other.split("categories:\n")
    first, rest = rest.split("  - name: Leads\n")
    second, types = rest.split("types:\n")
    turned = f"{head}types:\n{types}categories:\n  - name: Leads\n{second}{first}"

    assert program_file.read(("\ufeff" + turned.replace("\n", "\r\n")).encode()) == program_file.read(
        PROGRAM.encode()
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        (
            "  - name: Leads\n",
            "  - name: Leads\n    name: Deals\n",
            10,
            "“name” is given twice here; the first is on line 9",
        ),
        (
            "      - name: Bronze\n        target",
            "      - name: BRONZE\n        obligations:\n          - category: Leads\n            target: 1\n            score: 1\n      - name: Bronze\n        target",
            34,
            "The tier of Reseller “Bronze” is there twice",
        ),
        ("count: leads", "count: smiles", 12, "“smiles” is not a noun with a count"),
        ("counting: converted", "counting: dreamt of", 13, "“dreamt of” is not a choice for “counting”"),
        ("over: program year", "over: a fortnight", 14, "“a fortnight” is not a window"),
        ("count: leads", "tally: leads", 11, "A measure has exactly one of"),
        (
            "target: 10\n",
            "target: ten\n",
            33,
            "The target of “Leads” must be a whole number such as 10, not “ten”.",
        ),
        ("target: 10\n", "target: 1_0\n", 33, "must be a whole number"),
        ("target: 10\n", "target: １０\n", 33, "must be a whole number"),
        ("target: 10\n", "target: 10.5\n", 33, "must be a whole number"),
        ("target: 10\n", "target: 1e3\n", 33, "must be a whole number"),
        ("target: 10\n", "target: [10]\n", 33, "one value"),
        (
            "value: 10 %",
            "value: plenty",
            38,
            "The value of “Discount” must be a percentage such as 10 % or 2.5 %",
        ),
        (
            "category: Leads\n            target: 10",
            "category: Smiles\n            target: 10",
            32,
            "“Smiles” is not a category of this program",
        ),
        (
            "category: Leads\n            target: 10",
            "category: Discount\n            target: 10",
            32,
            "has no measure, so nothing could ever count",
        ),
        (
            "target_score: 40",
            "target_score: 41",
            30,
            "asks for 41 points, but its obligations give at most 40",
        ),
        ("            score: 40\n", "", 32, "needs a score"),
        ("floor: 5", "floor: 11", 35, "has a floor of 11 above its target of 10"),
        ("valid_from: 2026-07-01", "valid_from: 2026-06-30", 40, "is there twice on the same days"),
        (
            "valid_from: 2026-07-01",
            "valid_from: 2026-02-30",
            42,
            "“valid_from” is a day such as 2026-01-31, not “2026-02-30”.",
        ),
        ("currency: EUR", "currency: Euro", 3, "“Euro” is not a currency code"),
        ("year_starts: 01-01", "year_starts: 02-29", 5, "“02-29” is not a day of every year"),
        ("mode: points", "mode: roulette", 17, "“mode” is one of points, thresholds, not “roulette”."),
        (
            "downgrades: after 30 days",
            "downgrades: soon",
            21,
            "“downgrades” is one of never, at review, after 30 days",
        ),
        (
            "downgrades: after 30 days",
            "downgrades: after 0 days",
            21,
            "The days of grace are between 1 and 3650",
        ),
        (
            "review: quarterly",
            "reviews: quarterly",
            22,
            "A partner type has no “reviews”; perhaps “review” was meant.",
        ),
        ("review: quarterly", "review:", 22, "“review” has no value"),
        ("needs_lower_tiers: yes", "needs_lower_tiers: perhaps", 19, "“needs_lower_tiers” is yes or no"),
        (
            "  - name: Discount\n    value: percent",
            "  - name: Discount\n    value: percentage",
            8,
            "“value” is one of integer, decimal, money, percent",
        ),
        (
            "  - name: Discount\n    value: percent",
            "  - name: Discount\n    value: choice",
            7,
            "is a choice and needs at least two choices",
        ),
        (
            "  - name: Discount\n    value: percent",
            "  - name: Leads\n    value: percent",
            9,
            "The category “Leads” is there twice",
        ),
        ("name: Bronze", "name: Registered", 29, "“Registered” is the rank below every tier"),
        (
            "value: integer",
            "value: money",
            11,
            "gives a number, so its values are decimal or integer, not money",
        ),
        ("currency: EUR", "currency: &money EUR", 3, "Anchors (&) and aliases (*) are not read"),
        ("currency: EUR", "currency: !!str EUR", 3, "Tags (!) are not read"),
        ("currency: EUR", "currency: [EUR", 4, "This is not YAML"),
        ("format: accord program 1", "format: accord program 2", 1, "The format is “accord program 1”"),
        ("version: Reseller program 2026", 'version: ""', 2, "A version needs a name."),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert PROGRAM.count(old) >= 1

    said = refusals(PROGRAM.replace(old, new, 1))

    assert any(one.startswith(f"Line {line}: ") and says in one for one in said), said


def test_every_mistake_is_found_in_one_run() -> None:
    wrong = PROGRAM.replace("currency: EUR", "curency: EUR").replace("target: 10\n", "target: ten\n")

    said = refusals(wrong)

    assert [one.split(":")[0] for one in said] == ["Line 1", "Line 3", "Line 33"]


def test_a_tier_that_asks_for_nothing_has_no_way_to_reach_it() -> None:
    """P7"""
    text = PROGRAM.split("        obligations:\n", maxsplit=1)[0].replace("        target_score: 40\n", "")

    assert (
        "Line 29: Reseller, Bronze has no obligation, so there is no way to reach it; add at least one."
        in refusals(text)
    )


def test_a_category_that_nothing_uses_would_be_lost_and_is_refused() -> None:
    idle = PROGRAM.replace("categories:\n", "categories:\n  - name: Idle\n    value: text\n")

    assert refusals(idle) == [
        "Line 7: No tier asks for or gives “Idle”, and nothing measures it; use it or take it out."
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "Line 1: The file is empty."),
        (b"[1, 2]", "Line 1: A program is written as keys: format, version, currency, types, …"),
        (b"version: \xff", "Line 1: The file is not UTF-8: byte 10 cannot be read. Save it as UTF-8."),
        (b"a: 1\n---\nb: 2\n", "Line 2: A second document begins here; a file holds one."),
        (b'a: "\\ud800"', "Line 1: There is a control character or half a character here; remove it."),
        (b"a: b\n" * 300_000, "Line 1: The file has 1,500,000 bytes; a program file has at most 1,048,576."),
        (b"[" * 50_000, "Line 1: The file is nested too deeply or has too many values to be a program."),
    ],
    ids=["empty", "list", "latin", "two documents", "surrogate", "huge", "deep"],
)
def test_what_is_no_program_at_all_is_refused_in_a_moment(content: bytes, says: str) -> None:
    began = time.perf_counter()

    with pytest.raises(ProgramFileRefused) as refused:
        program_file.read(content)

    assert str(refused.value.wrong[0]) == says
    assert time.perf_counter() - began < 2


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )

    assert refusals(bomb) == [
        "Line 1: Anchors (&) and aliases (*) are not read; write the value out, or quote it."
    ]


words = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
    .map(str.strip)
    .filter(str.isprintable)
    .filter(bool)
)
prose = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters=[chr(n) for n in range(160) if (n < 32 and n != 10) or n > 126],
    ),
    max_size=200,
)


@settings(max_examples=60, deadline=None)
@given(words, words, prose, prose)
def test_any_words_survive_the_file(version: str, name: str, description: str, information: str) -> None:
    program = Program(
        version,
        "EUR",
        types=(TypeShape(name, description=description, information=information),),
    )

    assert program_file.read(program_text.write(program).encode()) == program


@settings(max_examples=60, deadline=None)
@given(words)
def test_any_words_stay_the_same_scalar(said: str) -> None:
    category = CategoryShape("Level", ValueType.CHOICE, choices=(said, f"{said}!"))
    written = program_text.write(Program("One", "EUR", categories=(category,)))
    tree = yaml_tree.read(written.encode())

    assert isinstance(tree, yaml_tree.Keys)
    listed = tree.entries["categories"]
    assert isinstance(listed, yaml_tree.Items)
    first = listed.items[0]
    assert isinstance(first, yaml_tree.Keys)
    choices = first.entries["choices"]
    assert isinstance(choices, yaml_tree.Items)
    assert [one.words for one in choices.items if isinstance(one, yaml_tree.Text)] == [said, f"{said}!"]


def test_the_example_in_the_documentation_is_canonical() -> None:
    page = (ROOT / "docs" / "program-file.md").read_text()
    example = page.split("```yaml\n")[1].split("```")[0]

    assert program_text.write(program_file.read(example.encode())) == example
