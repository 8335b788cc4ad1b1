"""Prints what an image weighs: each layer, and their uncompressed sum, against a bound.

    scripts/image_size.py ARCHIVE [--base ARCHIVE --published-base-mb MB] [--below MB] [--output JSON]

ARCHIVE is what `docker save`, `podman save` or `buildah push docker-archive:` write. With --base the layers of that image are
told apart, and --published-base-mb is what they weigh where the image is really built: a stand-in is then no part of the verdict.
MB are 1,000,000 bytes. Standard library only.
"""

import argparse
import gzip
import json
import sys
import tarfile
from pathlib import Path

_BLOCK_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"


def layer_bytes(archive: Path) -> list[int]:
    """The uncompressed size of each layer, the lowest first."""
    with tarfile.open(archive) as outer:
        listing = outer.extractfile("manifest.json")
        assert listing is not None
        manifest = json.load(listing)
        return [unpacked_bytes(outer, name) for name in manifest[0]["Layers"]]


def unpacked_bytes(outer: tarfile.TarFile, name: str) -> int:
    member = outer.getmember(name)
    while member.issym():  # podman names equal layers once
        member = outer.getmember(str(Path(name).parent.joinpath(member.linkname)).replace("../", ""))
    file = outer.extractfile(member)
    assert file is not None
    if file.read(2) != _GZIP:
        return member.size
    file.seek(0)
    with gzip.open(file) as unpacked:
        return sum(map(len, iter(lambda: unpacked.read(_BLOCK_BYTES), b"")))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--published-base-mb", type=float)
    parser.add_argument("--below", type=float, default=250)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    layers = layer_bytes(options.archive)
    base_layers = len(layer_bytes(options.base)) if options.base else 0
    base_mb, added_mb = sum(layers[:base_layers]) / 1e6, sum(layers[base_layers:]) / 1e6
    for number, size in enumerate(layers):
        print(f"layer {number + 1:2} {size / 1e6:8.1f} MB {'base' if number < base_layers else 'added'}")
    figures = {"base_mb": base_mb, "added_mb": added_mb, "total_mb": base_mb + added_mb}
    if options.published_base_mb:
        figures |= {"published_base_mb": options.published_base_mb}
        figures["total_on_published_base_mb"] = options.published_base_mb + added_mb
    for key, value in figures.items():
        print(f"{key:28} {value:8.1f}")
    counted_mb = figures.get("total_on_published_base_mb", figures["total_mb"])
    holds = counted_mb < options.below
    print(
        "PASS" if holds else "FAIL",
        f"the uncompressed layers sum up to {counted_mb:.1f} MB, below {options.below:g} MB",
    )
    if options.output:
        rounded = {key: round(value, 1) for key, value in figures.items()}
        options.output.write_text(json.dumps({"figures": rounded, "checks": {"size": holds}}, indent=2) + "\n")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
