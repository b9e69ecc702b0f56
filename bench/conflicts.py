"""The conflict question at 100,000 customers: how long a partner waits for the answer while it types."""

import random
import statistics
import time
from dataclasses import dataclass

import psycopg

from app.models.registrations import conflicts
from app.models.registrations.conflicts import Question
from app.rules.conflicts import folded
from bench.stage import Stage
from bench.work import everything

CUSTOMERS = 100_000
QUESTIONS = 400
SEED = 20_261_122

BEGINNINGS = """al an ar bal bar bel ben ber bor bran cal can car cas cel cor dal dan del dor el fal fer flor gal gar
gil gran hal har hel hol in jan kal kar kel kor lan lar len lin lor mal man mar mel min mon nar nel nor or pal par pel
por ral ran rel ros sal san sel sol tal tan tel tor ul val van vel ver vil wal wel win yor zal zan""".split()  # noqa: SIM905
ENDINGS = """berg by co da den dia dor feld ford gen ham heim ia ing ix land lia lo ma mar max mo na nis nor on ora
per ra ria ris ro sen son star stein ta tech ter tex ton tor tra ville vo wick win xa""".split()  # noqa: SIM905
TRADES = """Solar Energy Systems Technik Bau Logistik Trading Consulting Maschinenbau Elektro Holding Immobilien Foods
Pharma Textil Metall Software Services Automotive Design Medical Gruppe Handel International Werke""".split()  # noqa: SIM905
FORMS = (
    "GmbH",
    "AG",
    "Ltd",
    "S.A.",
    "S.r.l.",
    "B.V.",
    "AB",
    "Oy",
    "A/S",
    "Inc.",
    "sp. z o.o.",
    "GmbH & Co. KG",
)
COUNTRIES = ("DE", "FR", "GB", "IT", "NL", "SE", "PL", "US", "ES", "AT")


@dataclass(frozen=True)
class Asked:
    """How long an answer takes, in milliseconds: half of them, and all but five of a hundred."""

    customers: int
    half: float
    nearly_all: float


def companies(count: int) -> list[tuple[str, str]]:
    """Return made-up companies with their countries, the same for the same count."""
    luck = random.Random(SEED)
    made = []
    for _ in range(count):
        word = (
            luck.choice(BEGINNINGS) + luck.choice(("", luck.choice(BEGINNINGS))) + luck.choice(ENDINGS)
        ).capitalize()
        more = luck.choice(TRADES) if luck.random() < 0.7 else ""
        if luck.random() < 0.15:
            word, more = luck.choice(TRADES), f"{more} {luck.choice(TRADES)}"
        made.append((" ".join(f"{word} {more} {luck.choice(FORMS)}".split()), luck.choice(COUNTRIES)))
    return made


def fill(connection: psycopg.Connection, count: int = CUSTOMERS) -> None:
    """Put customers with their domains into a database that has none."""
    known = connection.execute("select count(*) from customer").fetchone()
    if known and known[0] >= count:
        return
    with connection.cursor() as cursor:
        cursor.execute("create temp table made (place int, name text, folded text, country text)")
        with cursor.copy("copy made from stdin") as copy:
            for place, (name, country) in enumerate(companies(count)):
                copy.write_row((place, name, folded(name), country))
        cursor.execute(
            "insert into customer (name, folded, country, met_at) select name, folded, country, now() from made order by place"
        )
        cursor.execute(
            "insert into customer_mark (customer_id, kind, value)"
            " select id, 'web', 'company' || id || '.example' from customer"
        )
        cursor.execute("drop table made")
    connection.execute("vacuum analyze customer")
    connection.execute("vacuum analyze customer_mark")
    connection.execute("vacuum analyze customer_trigram")


def written_again(name: str, luck: random.Random) -> str:
    """Return a name as somebody else writes it: without its form, with a letter wrong, in capitals, or not at all."""
    way = luck.random()
    if way < 0.3:
        return name.upper()
    if way < 0.6:
        place = luck.randrange(len(name))
        return name[:place] + luck.choice("aeiorst") + name[place + 1 :]
    if way < 0.8:
        return " ".join(name.split()[:-1])
    return f"{luck.choice(ENDINGS)}{luck.choice(BEGINNINGS)} {luck.choice(TRADES)}"


def ask(stage: Stage) -> Asked:
    """Ask many questions, as partners write them."""
    with stage.owner() as connection:
        fill(connection)
        count, partner_id = connection.execute(
            "select (select count(*) from customer), (select min(id) from partner)"
        ).fetchone() or (0, None)
    luck = random.Random(SEED + 1)
    known = companies(CUSTOMERS)
    took = []
    with everything(stage) as session:
        for number in range(QUESTIONS):
            name, country = luck.choice(known)
            website = f"www.company{luck.randrange(CUSTOMERS)}.example" if number % 3 == 0 else None
            question = Question(written_again(name, luck), country if number % 4 else None, website)
            began = time.perf_counter()
            conflicts.answer(session, question, partner_id)
            took.append((time.perf_counter() - began) * 1000)
    return Asked(count, statistics.median(took), statistics.quantiles(took, n=20)[-1])
