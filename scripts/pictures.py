#!/usr/bin/env python
"""Makes the pictures in docs/pictures from bundled captures: the terminal as SVG, pages as PNG by Chromium.

Run it by hand after a change of what people see: `.venv/bin/python scripts/pictures.py`.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
CAPTURE = ROOT / "tests" / "captures" / "loss_few_packets.pcapng"
_COLUMNS = 96
# What the picture ends before.
_END = "Where the time went"


def _program(*arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pcap_analyzer", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | environment)
    return done.stdout


def terminal() -> None:
    """The beginning of what `analyze` prints."""
    printed = _program("analyze", str(CAPTURE), "--no-report", "-q", FORCE_COLOR="1", COLUMNS=str(_COLUMNS))
    plain = [Text.from_ansi(line).plain for line in printed.splitlines()]
    end = next(number for number, line in enumerate(plain) if line.startswith(_END))
    text = Text.from_ansi("\n".join(printed.splitlines()[: end - 1]))
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=_COLUMNS, file=nowhere, force_terminal=True)
        console.print(text)
        svg = console.export_svg(title=f"pcap-analyzer analyze {CAPTURE.name}", unique_id="terminal")
    # No font of another site: whoever looks has one.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")
    (FOLDER / "terminal.svg").write_text("".join(f"{line.rstrip()}\n" for line in svg.splitlines()), "utf-8")


def pages() -> None:
    """The first screen of the report, and the time–sequence graph of its first connection."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = Path(folder) / "report.html"
        page_file.write_text(_program("analyze", str(CAPTURE), "--format", "html"), "utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1240, "height": 860}, color_scheme="light")
        page.goto(page_file.as_uri())
        page.screenshot(path=FOLDER / "report.png")
        chapter = page.locator("#details details").first
        chapter.evaluate("element => { element.open = true }")
        graph = chapter.locator("[data-sequence]")
        graph.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        graph.screenshot(path=FOLDER / "sequence.png")
        page.locator(".findings .around").first.screenshot(path=FOLDER / "ladder.png")
        browser.close()


def _lighten(path: Path) -> None:
    """Few colours are in these pictures, and few are kept."""
    from PIL import Image

    image = Image.open(path)
    image.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(path, optimize=True)


def main() -> None:
    """Makes all of them anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    terminal()
    pages()
    for path in FOLDER.glob("*.png"):
        _lighten(path)


if __name__ == "__main__":
    main()
