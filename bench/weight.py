"""How much travels: a first visit with everything it needs, and the pages after it."""

import gzip
import re
from dataclasses import dataclass

from bench.client import Client

ASSET = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|svg|png|woff2|webmanifest|ico)[^"]*)"')
FONT = re.compile(r'url\("?(/static/[^")]+)"?\)')
CHARTS = "plotly."
LATIN = "inter-latin."


@dataclass(frozen=True)
class Weight:
    """Compressed kilobytes: the page itself, and all assets of a first visit but the chart library."""

    page: float
    assets: float
    count: int


def weigh(client: Client, path: str) -> Weight:
    """Weigh a page as a browser that takes brotli or gzip gets it, through a proxy that compresses pages."""
    page = client.get(path).text
    browser = Client(client.port, encoding="br, gzip")
    addresses = dict.fromkeys(ASSET.findall(page))
    for address in [address for address in addresses if address.partition("?")[0].endswith(".css")]:
        style = client.get(address).text
        addresses.update(dict.fromkeys(found for found in FONT.findall(style) if LATIN in found))
    wanted = [address for address in addresses if CHARTS not in address]
    assets = sum(len(browser.get(address).body) for address in wanted)
    return Weight(len(gzip.compress(page.encode())) / 1000, assets / 1000, len(wanted))
