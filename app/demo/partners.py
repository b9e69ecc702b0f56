"""The forty partners: who they are, since when, and how much they sell. Amounts are EUR in a year, days lie before today."""

from __future__ import annotations

from dataclasses import dataclass

INSTALLER, DISTRIBUTOR, ADVISOR = "Installer", "Distributor", "Advisor"


@dataclass(frozen=True)
class Told:
    """A partner as the story tells it."""

    code: str
    name: str
    kind: str
    company: str
    country: str
    city: str
    since: int
    won: int = 0
    converted: int = 0
    certified: int = 0
    plan: bool = True
    ordered: int = 0
    products: int = 6
    registered: int = 0
    trained: int = 0
    survey: str = ""
    why: str = ""

    @property
    def domain(self) -> str:
        """Return the partner's own domain, which nobody can register."""
        return f"{self.code.lower()}.example"


PARTNERS = (
    # Installers: points.
    Told("BRIGHTROOF", "Brightroof Energie", INSTALLER, "EU", "DE", "Hannover", 690, 405_000, 22, 3, ordered=150_000,
         why="Silver, a few points short of Gold"),
    Told("FJORDLYS", "Fjordlys Installasjon", INSTALLER, "NO", "NO", "Ålesund", 700, 328_000, 27, 5, ordered=120_000,
         why="Gold at risk: its largest deal is more than a year old"),
    Told("ARDMORE", "Ardmore Home Power", INSTALLER, "EU", "IE", "Cork", 680, 470_000, 28, 2, ordered=130_000,
         why="Gold at risk: two certificates expired, a week is left"),
    Told("CASTELLAN", "Castellan Solar", INSTALLER, "EU", "ES", "Zaragoza", 670, 331_000, 28, 5, ordered=90_000,
         why="lost Gold when the second edition asked for more"),
    Told("VALCOMBE", "Valcombe Chauffage", INSTALLER, "EU", "FR", "Dijon", 600, 85_000, 9, 1, ordered=40_000,
         why="its partnership is not active"),
    Told("TIDEMARK", "Tidemark Roofing", INSTALLER, "UK", "GB", "Hull", 560, 82_000, 8, 1, ordered=30_000,
         why="nobody of it may sign in"),
    Told("LARKHILL", "Larkhill Electrical", INSTALLER, "UK", "GB", "Leeds", 610, 60_000, 11, 2, ordered=50_000,
         why="rose to Silver twelve days ago"),
    Told("KUROSHIO", "Kuroshio Home", INSTALLER, "JP", "JP", "Kōchi", 650, 540_000, 30, 6, ordered=260_000,
         why="Gold, with a personal price list"),
    Told("MINAMORI", "Minamori Denki", INSTALLER, "JP", "JP", "Sendai", 500, 84_000, 9, 1, ordered=60_000),
    Told("PRIMOFILA", "Primofila Impianti", INSTALLER, "EU", "IT", "Bergamo", 20, 30_000, 4, 0, plan=False,
         why="joined three weeks ago"),
    Told("DACHWERK", "Dachwerk Köster", INSTALLER, "EU", "DE", "Kassel", 710, 620_000, 33, 7, ordered=240_000),
    Told("VOLTERA", "Voltera Montage", INSTALLER, "EU", "NL", "Zwolle", 660, 205_000, 15, 3, ordered=80_000),
    Told("HELIODOR", "Héliodor Énergie", INSTALLER, "EU", "FR", "Nantes", 640, 215_000, 16, 3, ordered=70_000),
    Told("OAKFIELD", "Oakfield Electrical", INSTALLER, "UK", "GB", "Exeter", 540, 80_000, 8, 1, ordered=30_000),
    Told("REDMESA", "Red Mesa Electric", INSTALLER, "US", "US", "Tucson", 700, 590_000, 31, 6, ordered=210_000),
    Told("LAKESHORE", "Lakeshore Home Energy", INSTALLER, "US", "US", "Duluth", 630, 210_000, 17, 3, ordered=90_000),
    Told("BLUEDOOR", "Blue Door Contractors", INSTALLER, "US", "US", "Austin", 520, 88_000, 9, 1, ordered=20_000),
    Told("NORDTAK", "Nordtak Elektro", INSTALLER, "NO", "NO", "Tromsø", 480, 79_000, 8, 1, ordered=25_000),
    Told("TERRASOL", "Terrasol Impianti", INSTALLER, "EU", "IT", "Lecce", 450, 83_000, 9, 1, ordered=30_000),
    Told("MONTSERRA", "Montserra Instal·lacions", INSTALLER, "EU", "ES", "Girona", 300, 17_000, 2, 0, plan=False,
         ordered=8_000),
    # Distributors: thresholds, reviewed every quarter.
    Told("GRANBY", "Granby & Holt Wholesale", DISTRIBUTOR, "UK", "GB", "Leicester", 710, ordered=1_950_000, products=16),
    Told("PRAIRIE", "Prairie Supply House", DISTRIBUTOR, "US", "US", "Omaha", 700, ordered=1_330_000, products=14,
         why="has earned Premier; the next review decides"),
    Told("DELTAKANAAL", "Deltakanaal Groothandel", DISTRIBUTOR, "EU", "NL", "Dordrecht", 705, ordered=430_000, products=11,
         why="fell to Authorised at a review"),
    Told("ISARHANDEL", "Isarhandel", DISTRIBUTOR, "EU", "DE", "Landshut", 690, ordered=840_000, products=13),
    Told("ROUSSILLON", "Comptoir Roussillon", DISTRIBUTOR, "EU", "FR", "Perpignan", 650, ordered=790_000, products=12),
    Told("SETOUCHI", "Setouchi Shōkai", DISTRIBUTOR, "JP", "JP", "Okayama", 600, ordered=310_000, products=7),
    Told("FJELLHANDEL", "Fjellhandel Engros", DISTRIBUTOR, "NO", "NO", "Drammen", 620, ordered=330_000, products=7),
    Told("LOMBARDA", "Ingrosso Lombarda", DISTRIBUTOR, "EU", "IT", "Brescia", 670, ordered=880_000, products=14),
    Told("HARBOURLINE", "Harbourline Supplies", DISTRIBUTOR, "UK", "GB", "Portsmouth", 330, ordered=340_000, products=8,
         why="was an installer before"),
    Told("CACTUSRIDGE", "Cactus Ridge Distribution", DISTRIBUTOR, "US", "US", "Phoenix", 240, ordered=85_000, products=5),
    # Advisors: thresholds, upgrades with approval.
    Told("NORDLICHT", "Nordlicht Energieberatung", ADVISOR, "EU", "DE", "Kiel", 560, registered=19, trained=3,
         why="has earned Expert and waits for approval"),
    Told("SOLENE", "Atelier Solène", ADVISOR, "EU", "FR", "Lyon", 520, registered=12, trained=2, survey="4.6",
         why="was made Expert by hand"),
    Told("GREENFOLD", "Greenfold Architects", ADVISOR, "UK", "GB", "Bristol", 690, registered=22, trained=4, survey="4.5"),
    Told("VECHTPLAN", "Planbureau Vechtplan", ADVISOR, "EU", "NL", "Utrecht", 500, registered=9, trained=2, survey="4.0"),
    Told("CIELO", "Studio Cieloaperto", ADVISOR, "EU", "IT", "Torino", 450, registered=8, trained=1, survey="3.8"),
    Told("HUSOGHJEM", "Hus og Hjem Rådgivning", ADVISOR, "NO", "NO", "Bergen", 430, registered=10, trained=2, survey="4.3"),
    Told("ALBORADA", "Alborada Consultores", ADVISOR, "EU", "ES", "Valencia", 210, registered=3, trained=0),
    Told("MEGUMI", "Megumi Sekkei", ADVISOR, "JP", "JP", "Nagoya", 400, registered=9, trained=2, survey="4.1"),
    Told("SUNDIAL", "Sundial Planning", ADVISOR, "US", "US", "Boulder", 470, registered=11, trained=2, survey="4.4"),
    Told("WATTSWORTH", "Wattsworth & Daughters", ADVISOR, "EU", "IE", "Galway", 180, registered=2, trained=1),
)  # fmt: skip
