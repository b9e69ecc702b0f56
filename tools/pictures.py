"""Takes the pictures of README.md from a demo that `make demo` serves: pictures.py [ADDRESS]."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from app.demo.people import PASSWORD

WHERE = Path(__file__).parents[1] / "docs" / "img"
MANAGER = "tobias@solvane.example"
SELLER = "elif@brightroof.example"
WIDE = {"width": 1280, "height": 860}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Sign in on both faces and photograph what each person reads first."""
    address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=QUIET)
        for email, shots in (
            (MANAGER, {"home": "/", "partners": "/partnership/partners"}),
            (SELLER, {"program": "/portal/program"}),
        ):
            page = browser.new_context(viewport=WIDE, base_url=address).new_page()  # type: ignore[arg-type]
            _sign_in(page, email)
            for name, path in shots.items():
                page.goto(path, wait_until="networkidle")
                page.screenshot(path=WHERE / f"{name}.png")
        browser.close()


def _sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    main()
