"""Writes the hand-made part of fuzz/corpus: one small input for each format, layer and compression.

    .venv/bin/python scripts/make_fuzz_seeds.py

Inputs that a fuzzer found lie beside them under other names, and stay.
"""

import struct
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "corpus"))

import craft  # noqa: E402


def main() -> None:
    for name, capture in craft.captures().items():
        write("capture", name, b"\x06" + capture)
        write("pipeline", name, b"\x06" + capture)
    deep = craft.pcap(craft.deep_tunnels(60).values())
    fragments = craft.pcap([craft.layers()["first_fragment"], craft.layers()["last_fragment"]])
    bundled = (ROOT / "tests" / "captures" / "healthy_dns_web.pcap").read_bytes()[:4_000]
    for name, capture in {"deep": deep, "fragments": fragments, "real": bundled}.items():
        write("pipeline", name, b"\x86" + capture)
    for name, frame in craft.layers().items() | craft.deep_tunnels(60).items():
        write("decode", name, struct.pack("!HB", 1, 0) + frame)
    for link_type in (0, 9, 12, 50, 51, 100, 104, 105, 108, 113, 119, 127, 192, 204, 239, 258, 276):
        write(
            "decode",
            f"link_{link_type}",
            struct.pack("!HB", link_type, 4) + link_header(link_type) + craft.ipv4(17, craft.udp(1, 2, b"x")),
        )


def link_header(link_type: int) -> bytes:
    """What stands before an IPv4 header on this link type, more or less."""
    headers = {
        0: "02000000",
        9: "ff030021",
        50: "ff030021",
        51: "1100000100100021",
        100: "aaaa030000000800",
        104: "0f000800",
        105: "08000000" + "02" * 18 + "0000" + "aaaa030000000800",
        108: "00000002",
        113: "0000000100060200000000010000" + "0800",
        119: "00000044" + "00" * 140 + "08000000" + "02" * 18 + "0000aaaa030000000800",
        127: "0000080000000000" + "08000000" + "02" * 18 + "0000aaaa030000000800",
        192: "0000080069000000" + "08000000" + "02" * 18 + "0000aaaa030000000800",
        204: "00ff030021",
        239: "02000000" + "0800090000000000",
        258: "6c000000010000000c000000" + "00" * 96,
        276: "0800000000000002000100060200000000010000",
    }
    return bytes.fromhex(headers.get(link_type, ""))


def write(target: str, name: str, content: bytes) -> None:
    folder = ROOT / "fuzz" / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
