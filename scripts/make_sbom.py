"""Writes what an image is made of, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), to standard output.

    scripts/make_sbom.py ENVIRONMENT CRATES

ENVIRONMENT is a virtual environment, CRATES a file with a line "name vVERSION|LICENCE" for each crate that was compiled in, as
`cargo tree --prefix none --format '{p}|{l}'` prints them. Debian's packages are those of the machine that it runs on.
Standard library only: it runs where the image is built.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

_DPKG_STATUS = Path("/var/lib/dpkg/status")


def component(kind: str, name: str, version: str, purl: str, licence: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"type": kind, "name": name, "version": version, "purl": purl, "bom-ref": purl}
    if licence:
        found["licenses"] = [{"license": {"name": licence}}]
    return found


def python_packages(environment: Path) -> Iterator[dict[str, Any]]:
    for folder in environment.glob("lib/python3*/site-packages"):
        for package in distributions(path=[str(folder)]):
            name, version = package.name, package.version
            purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}"
            yield component("library", name, version, purl, licence_of(package))


def licence_of(package: Distribution) -> str | None:
    """What the package says of itself; long texts are no names."""
    for key in ("License-Expression", "License"):
        for said in package.metadata.get_all(key) or []:
            if "\n" not in said:
                return str(said)
    classes = package.metadata.get_all("Classifier") or []
    names = [one.rpartition(" :: ")[2] for one in classes if one.startswith("License :: ")]
    return " OR ".join(names) or None


def crates(listing: Path) -> Iterator[dict[str, Any]]:
    for line in sorted(set(listing.read_text().splitlines())):
        found = re.match(r"(\S+) v(\S+)[^|]*\|([^ ]?[^(]*)", line)
        if found:
            name, version, licence = found.groups()
            yield component("library", name, version, f"pkg:cargo/{name}@{version}", licence.strip())


def debian_packages() -> Iterator[dict[str, Any]]:
    for entry in _DPKG_STATUS.read_text().split("\n\n"):
        facts = dict(re.findall(r"^(Package|Version|Architecture|Status): (.*)$", entry, re.MULTILINE))
        if facts.get("Status", "").endswith(" installed"):
            name, version = facts["Package"], facts["Version"]
            purl = f"pkg:deb/debian/{name}@{version}?arch={facts['Architecture']}"
            yield component("library", name, version, purl)


def main() -> int:
    environment, listing = map(Path, sys.argv[1:3])
    components = [*python_packages(environment), *crates(listing), *debian_packages()]
    unique = {one["bom-ref"]: one for one in components}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "pcap-analyzer"}},
        "components": [unique[key] for key in sorted(unique)],
    }
    json.dump(document, sys.stdout, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
