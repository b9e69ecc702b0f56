"""The partners' customers: names that sound like their country and belong to nobody."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from random import Random

FAMILIES = {
    "DE": "Ackerloh Birkenfeld Drosselhof Eichwald Fuchsberg Grünewang Hopfgart Kranzfelder Lerchenau Moosbrugg",
    "ES": "Almendro Bracamonte Cascales Dehesilla Espinardo Fontellas Graciano Huertavieja Lavandera Miralcampo",
    "FR": "Aubépine Belfontaine Chantemerle Dumoulin-Vert Estérelle Fougeray Grandpré Hautbois Lavandou Mirabeau",
    "GB": "Ashcombe Bramley Copperfield Dunmore Elderflower Foxgrove Greywell Hollins Kingsmead Larkspur",
    "IE": "Ballinroe Carrickmore Derrynane Ennisvale Fernhill Glenbeigh Kilbride Lisnagry Mullinavat Rathdrum",
    "IT": "Acquachiara Boscoverde Cantaluna Dolcevento Fiordalba Gelsomino Lungarno Montefiore Pietrasole Roccabruna",
    "JP": "Asagiri Fujigaya Hanazono Kamogawa Matsunoki Minazuki Sakurai Takamine Umegaoka Yamabuki",
    "NL": "Appelboom Bergsma Duinrand Elzenhof Groenendijk Hazelaar Kastanje Lindeboom Meidoorn Zonneveld",
    "NO": "Askeland Bjørkli Dalsgård Einerud Fossum Granlia Heggelund Kvernmo Lyngås Solbakken",
    "US": "Aspen Bluestem Cottonwood Driftwood Evergreen Foxtail Goldenrod Huckleberry Juniper Meadowlark",
}
FORMS = {
    "DE": "Bäckerei {} GmbH, {} Maschinenbau GmbH, Autohaus {}, Hotel {}, Tischlerei {}",
    "ES": "Bodegas {}, Talleres {} SL, Hotel {}, Panadería {}, Cooperativa {}",
    "FR": "Boulangerie {}, Ateliers {} SARL, Hôtel {}, Domaine {}, Garage {}",
    "GB": "{} Farm Shop, {} Engineering Ltd, The {} Inn, {} Primary School, {} Joinery",
    "IE": "{} Creamery, {} Engineering Ltd, {} House Hotel, {} Crafts, {} Credit Union",
    "IT": "Panificio {}, Officine {} Srl, Albergo {}, Cantina {}, Falegnameria {}",
    "JP": "{} Seika, {} Kogyo, Ryokan {}, {} Nouen, {} Mokuzai",
    "NL": "Bakkerij {}, {} Techniek BV, Hotel {}, Kwekerij {}, Basisschool {}",
    "NO": "{} Bakeri, {} Mekaniske AS, {} Gjestegård, {} Gartneri, {} Skole",
    "US": "{} Bakery, {} Machining Inc, {} Lodge, {} Ranch, {} Community School",
}
CITIES = {
    "DE": "Celle, Fulda, Goslar, Lüneburg", "ES": "Huesca, Lleida, Soria, Teruel", "FR": "Angers, Beaune, Cahors, Vannes",
    "GB": "Beverley, Hexham, Ludlow, Taunton", "IE": "Athlone, Kinsale, Sligo, Tralee", "IT": "Asti, Cremona, Lucca, Matera",
    "JP": "Kōfu, Matsue, Nagano, Tottori", "NL": "Assen, Breda, Hoorn, Venlo", "NO": "Hamar, Molde, Narvik, Voss",
    "US": "Bend, Flagstaff, Galena, Marfa",
}  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """Somebody who may buy."""

    company: str
    person: str
    email: str
    domain: str
    city: str


@dataclass
class Customers:
    """Makes customers up, the same ones for the same seed."""

    random: Random
    people: dict[str, str]
    """First and family names of a country, as the partners' people have them."""

    def one(self, country: str) -> Customer:
        """Return a customer of a country."""
        family = self.random.choice(FAMILIES[country].split())
        company = self.random.choice(FORMS[country].split(", ")).format(family)
        city = self.random.choice(CITIES[country].split(", "))
        first = self.random.choice(self.people[country].split(", ")).split()[0]
        domain = f"{_plain(company)}.example"
        return Customer(company, f"{first} {family}", f"{_plain(first)}@{domain}", domain, city)


def _plain(name: str) -> str:
    """Return a name as an address holds it."""
    letters = unicodedata.normalize(
        "NFKD", name.lower().replace("ø", "o").replace("æ", "ae").replace("ı", "i")
    )
    return re.sub("[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode()).strip("-")
