"""Writes captures for a live tshark to judge: SHARED/tools/make_oracle.py makes the answers.

    make_live.py FOLDER [--generator PROGRAM]

Hand-made ones of every kind, and a slice of benchmark traffic from the example `generate_capture` for some seeds.
"""

import argparse
import subprocess
from pathlib import Path

import craft


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--generator", type=Path, required=True)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name, capture in craft.captures().items():
        if name != "iptrace":  # tshark 4.0 gives its frames no encapsulation
            (options.folder / f"{name}.pcap").write_bytes(capture)
    for seed in range(1, 4):
        path = options.folder / f"traffic_{seed}.pcap"
        subprocess.run([options.generator, path, "20000", "800", str(seed)], check=True)


if __name__ == "__main__":
    main()
