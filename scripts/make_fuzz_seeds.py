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
    messages()


def messages() -> None:
    """One small message of each protocol that has a target of its own."""
    name = b"\x03www\x07example\x03com\x00"
    question = name + struct.pack("!HH", 1, 1)
    edns = b"\x00" + struct.pack("!HHIH", 41, 1232, 0x8000, 6) + struct.pack("!HHH", 15, 2, 22)
    header = struct.pack("!6H", 7, 0x0100, 1, 0, 0, 1)
    write("dns", "query", header + question + edns)
    pointer = b"\xc0\x0c"
    cname = pointer + struct.pack("!HHIH", 5, 1, 60, 6) + b"\x03cdn" + b"\xc0\x10"
    address = pointer + struct.pack("!HHIH", 1, 1, 60, 4) + bytes([192, 0, 2, 1])
    write("dns", "response", struct.pack("!6H", 7, 0x8180, 1, 2, 0, 1) + question + cname + address + edns)
    netbios = b"\x20" + b"FHFAEBEE" + b"CACACACACACACACACACACABM" + b"\x00"
    nb = netbios + struct.pack("!HHIH", 32, 1, 60, 6) + bytes([0, 0, 192, 0, 2, 1])
    write("dns", "netbios", struct.pack("!6H", 9, 0x8500, 0, 1, 0, 0) + nb)
    fields = struct.pack("!4BIHH4I", 1, 1, 6, 0, 0x01020304, 0, 0x8000, 0, 0, 0, 0)
    hardware = bytes([2, 0, 0, 0, 0, 9]) + bytes(10)
    options = bytes([99, 130, 83, 99, 53, 1, 3, 50, 4, 192, 0, 2, 9, 54, 4, 192, 0, 2, 1, 12, 2, 112, 99, 255])
    write("dhcp", "request", fields + hardware + bytes(192) + options)
    write("ntp", "server", struct.pack("!4BII4s8I", 0x24, 1, 6, 0xEC, 16, 32, b"GPS\0", *range(1, 9)))
    variable = bytes.fromhex("300c06082b060102010101000500")
    unit = bytes.fromhex("a019020101020100020100") + b"\x30\x0e" + variable
    write("snmp", "get", bytes.fromhex("3026020101") + b"\x04\x06public" + unit)
    discovery = bytes.fromhex("300f0201010202ffe304010402010304003011040004000400")
    write("snmp", "discovery", bytes.fromhex("303e020103") + discovery + unit)


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
