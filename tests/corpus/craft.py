"""Small captures made by hand: formats, layers, compression, and the ways in which each can lie.

Standard library only. zstd and lz4 are written with stored or run-length blocks, so nothing needs to be installed.
"""

import gzip
import struct
import zlib
from collections.abc import Iterable, Sequence

START_NS = 1_700_000_000 * 10**9
ETHERNET = bytes.fromhex("020000000002020000000001")


# ---- frames -------------------------------------------------------------------------------------------------------


def ethernet(ether_type: int, payload: bytes) -> bytes:
    return ETHERNET + struct.pack("!H", ether_type) + payload


def ipv4(protocol: int, payload: bytes, *, claimed: int | None = None, fragment: int = 0) -> bytes:
    """`claimed` is the total length in the header, `fragment` its flags and offset."""
    length = 20 + len(payload) if claimed is None else claimed
    header = struct.pack("!BBHHHBBH", 0x45, 0, length & 0xFFFF, 7, fragment, 64, protocol, 0)
    return header + bytes([192, 0, 2, 1, 198, 51, 100, 2]) + payload


def ipv6(next_header: int, payload: bytes, *, claimed: int | None = None) -> bytes:
    length = len(payload) if claimed is None else claimed
    addresses = bytes.fromhex("20010db800000000000000000000000120010db8000000000000000000000002")
    return struct.pack("!IHBB", 0x60000000, length, next_header, 64) + addresses + payload


def udp(source: int, target: int, payload: bytes, *, claimed: int | None = None) -> bytes:
    return struct.pack("!HHHH", source, target, 8 + len(payload) if claimed is None else claimed, 0) + payload


def tcp(source: int, target: int, seq: int, flags: int, payload: bytes = b"", *, options: bytes = b"") -> bytes:
    offset = (20 + len(options)) // 4
    return struct.pack("!HHIIBBHHH", source, target, seq, 1, offset << 4, flags, 8192, 0, 0) + options + payload


def dns_query() -> bytes:
    return bytes.fromhex("1234010000010000000000000377777707657861 6d706c6503636f6d0000010001")


def conversation() -> list[bytes]:
    """A DNS query and a TCP connection of six frames."""
    segments = [
        tcp(40000, 80, 100, 2, options=bytes.fromhex("020405b4010303070101040a"[:24])),
        tcp(40000, 80, 101, 16),
        tcp(40000, 80, 101, 24, b"GET / HTTP/1.1\r\n\r\n"),
        tcp(40000, 80, 119, 17),
    ]
    return [ethernet(0x0800, ipv4(17, udp(40001, 53, dns_query())))] + [
        ethernet(0x0800, ipv4(6, segment)) for segment in segments
    ]


def layers() -> dict[str, bytes]:
    """One frame for each of the layers that nest."""
    inner = ipv4(17, udp(1000, 2000, b"inner"))
    inner6 = ipv6(6, tcp(1000, 443, 5, 16))
    frame = ethernet(0x0800, inner)
    extensions = b"".join(bytes([following, 0, 1, 4, 0, 0, 0, 0]) for following in (60, 43, 17))
    return {
        "vlan": ethernet(0x8100, b"\0\5\x08\0" + inner),
        "qinq": ethernet(0x88A8, b"\0\7\x81\0\0\5\x08\0" + inner),
        "mpls": ethernet(0x8847, b"\0\1\0\x40\0\2\1\x40" + inner),
        "pppoe": ethernet(0x8864, b"\x11\0\0\1" + struct.pack("!H", len(inner) + 2) + b"\0\x21" + inner),
        "arp": ethernet(0x0806, bytes.fromhex("0001080006040001020000000001c00002010000000000 00c0000202")),
        "llc_snap": ETHERNET + struct.pack("!H", 8 + len(inner)) + b"\xaa\xaa\3\0\0\0\x08\0" + inner,
        "ipip": ethernet(0x0800, ipv4(4, inner)),
        "6in4": ethernet(0x0800, ipv4(41, inner6)),
        "gre": ethernet(0x0800, ipv4(47, b"\x20\0\x08\0\0\0\0\7" + inner)),
        "erspan": ethernet(0x0800, ipv4(47, b"\x10\0\x88\xbe\0\0\0\1" + b"\x10\5\0\1\0\0\0\2" + frame)),
        "vxlan": ethernet(0x0800, ipv4(17, udp(5000, 4789, b"\x08\0\0\0\0\0\5\0" + frame))),
        "geneve": ethernet(0x0800, ipv4(17, udp(5000, 6081, b"\0\0\x65\x58\0\0\5\0" + frame))),
        "gtp": ethernet(0x0800, ipv4(17, udp(2152, 2152, struct.pack("!BBHI", 0x30, 255, len(inner), 9) + inner))),
        "l2tp": ethernet(0x0800, ipv4(17, udp(1701, 1701, b"\0\2\0\1\0\1\xff\3\0\x21" + inner))),
        "teredo": ethernet(0x0800, ipv4(17, udp(5000, 3544, inner6))),
        "ah": ethernet(0x0800, ipv4(51, b"\x11\4\0\0\0\0\0\1\0\0\0\1" + bytes(12) + udp(1, 2, b"x"))),
        "ipv6_extensions": ethernet(0x86DD, ipv6(0, extensions + udp(5, 6, b"x"))),
        "icmp_error": ethernet(0x0800, ipv4(1, b"\3\4\0\0\0\0\5\0" + ipv4(6, tcp(1000, 443, 9, 16)))),
        "icmpv6_error": ethernet(0x86DD, ipv6(58, b"\2\0\0\0\0\0\5\0" + inner6)),
        "first_fragment": ethernet(0x0800, ipv4(17, udp(7, 8, b"x" * 16, claimed=40), fragment=0x2000)),
        "last_fragment": ethernet(0x0800, ipv4(17, b"y" * 16, fragment=3)),
        "sctp": ethernet(0x0800, ipv4(132, struct.pack("!HHII", 5, 6, 1, 0) + b"\0\3\0\x10" + bytes(12))),
    }


def deep_tunnels(depth: int) -> dict[str, bytes]:
    """Frames that nest `depth` times, each in its own way, as far as 64 kB of frame go."""
    ip_in_ip = udp(1, 2, b"end")
    gre = ip_in_ip
    for _ in range(min(depth, 1_500)):
        ip_in_ip = ipv4(4, ip_in_ip)
        gre = b"\0\0\x08\0" + ipv4(47, gre)
    vxlan = ethernet(0x0800, ipv4(17, udp(1, 2, b"end")))
    for _ in range(min(depth, 1_000)):
        vxlan = ethernet(0x0800, ipv4(17, udp(5000, 4789, b"\x08\0\0\0\0\0\5\0" + vxlan)))
    return {
        "ip_in_ip": ethernet(0x0800, ip_in_ip),
        "gre": ethernet(0x0800, ipv4(47, gre)),
        "vxlan": vxlan,
        "vlan": ethernet(0x8100, b"\0\5\x81\0" * depth),
        "mpls": ethernet(0x8847, b"\0\1\0\x40" * depth),
        "ipv6_extensions": ethernet(0x86DD, ipv6(60, b"\x3c\0\1\4\0\0\0\0" * depth)),
        "icmp": ethernet(0x0800, b"".join(ipv4(1, b"\3\1\0\0\0\0\0\0") for _ in range(min(depth, 2_000)))),
        "tcp_options": ethernet(0x0800, ipv4(6, tcp(1, 2, 3, 16, options=b"\1" * 39 + b"\xff"))),
    }


# ---- files --------------------------------------------------------------------------------------------------------


def pcap(frames: Iterable[bytes], *, order: str = "<", nanoseconds: bool = False, link_type: int = 1) -> bytes:
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262_144, link_type)]
    for number, frame in enumerate(frames):
        fraction = number * (1_000_000 if nanoseconds else 1_000)
        out.append(struct.pack(order + "IIII", START_NS // 10**9, fraction, len(frame), len(frame)) + frame)
    return b"".join(out)


def block(kind: int, body: bytes, order: str) -> bytes:
    padded = body + bytes(-len(body) % 4)
    length = struct.pack(order + "I", 12 + len(padded))
    return struct.pack(order + "I", kind) + length + padded + length


def pcapng(frames: Iterable[bytes], *, order: str = "<") -> bytes:
    """A section with one interface, packets in turn as EPB and SPB, and interface statistics."""
    options = struct.pack(order + "HH4sHHBxxxHH", 2, 4, b"eth0", 9, 1, 9, 0, 0)
    out = [
        block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1), order),
        block(1, struct.pack(order + "HHI", 1, 0, 262_144) + options, order),
    ]
    for number, frame in enumerate(frames):
        if number % 3 == 2:
            out.append(block(3, struct.pack(order + "I", len(frame)) + frame, order))
            continue
        stamp = START_NS + number * 10**6
        head = struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame))
        out.append(block(6, head + frame, order))
    dropped = struct.pack(order + "HHQHHQHH", 4, 8, 100, 5, 8, 3, 0, 0)
    out.append(block(5, struct.pack(order + "III", 0, 0, 0) + dropped, order))
    return b"".join(out)


def snoop(frames: Iterable[bytes]) -> bytes:
    out = [b"snoop\0\0\0" + struct.pack("!II", 2, 4)]
    for number, frame in enumerate(frames):
        padding = -len(frame) % 4
        head = struct.pack("!IIIIII", len(frame), len(frame), 24 + len(frame) + padding, 0, START_NS // 10**9, number)
        out.append(head + frame + bytes(padding))
    return b"".join(out)


def btsnoop(frames: Iterable[bytes]) -> bytes:
    out = [b"btsnoop\0" + struct.pack("!II", 1, 1002)]
    for number, frame in enumerate(frames):
        stamp = 0x00DCDDB30F2F8000 + START_NS // 1_000 + number
        out.append(struct.pack("!IIIIq", len(frame), len(frame), 0, 0, stamp) + frame)
    return b"".join(out)


def iptrace(frames: Iterable[bytes]) -> bytes:
    out = [b"iptrace 2.0"]
    for frame in frames:
        name, description, second = b"en0", b"standard", START_NS // 10**9
        head = struct.pack("!III4s12sBBHII", len(frame) + 32, second, 0, name, description, 6, 1, 0, second, 7)
        out.append(head + frame)
    return b"".join(out)


def captures() -> dict[str, bytes]:
    """Small captures of every kind that can be made by hand."""
    frames = conversation()
    plain = pcap(frames)
    return {
        "pcap_little": plain,
        "pcap_big": pcap(frames, order=">"),
        "pcap_nanoseconds": pcap(frames, nanoseconds=True),
        "pcap_layers": pcap(layers().values()),
        "pcap_raw_ip": pcap([ipv4(17, udp(1, 2, b"x")), ipv6(6, tcp(1, 2, 3, 2))], link_type=101),
        "pcapng_little": pcapng(frames),
        "pcapng_big": pcapng(frames, order=">"),
        "pcapng_sections": pcapng(frames) + pcapng(frames, order=">"),
        "snoop": snoop(frames),
        "btsnoop": btsnoop([b"\x01\x03\x0c\x00", b"\x04\x0e\x04\x01\x03\x0c\x00"]),
        "iptrace": iptrace(frames),
        "gzip": gzip.compress(plain, mtime=0),
        "gzip_members": gzip.compress(plain[:50], mtime=0) + gzip.compress(plain[50:], mtime=0),
        "zstd": zstd(plain),
        "lz4": lz4(plain),
    }


# ---- compression --------------------------------------------------------------------------------------------------


def zstd(data: bytes) -> bytes:
    """A zstd frame of stored blocks."""
    blocks = [data[at : at + 100_000] for at in range(0, len(data), 100_000)] or [b""]
    return zstd_frame([(0, len(part), part) for part in blocks])


def zstd_frame(blocks: Sequence[tuple[int, int, bytes]], window: int = 0x70) -> bytes:
    """Blocks are (type, size, bytes); the window is given by its descriptor byte."""
    out = [struct.pack("<I", 0xFD2FB528), bytes([0x00, window])]
    for number, (kind, size, content) in enumerate(blocks):
        last = number == len(blocks) - 1
        out.append(struct.pack("<I", size << 3 | kind << 1 | last)[:3] + content)
    return b"".join(out)


def zstd_bomb(head: bytes, blocks: int) -> bytes:
    """`head`, then 128 kB of zeros for every four bytes of file."""
    return zstd_frame([(0, len(head), head)] + [(1, 128 << 10, b"\0")] * blocks)


def lz4(data: bytes) -> bytes:
    """An lz4 frame of stored blocks."""
    blocks = [data[at : at + 4_000_000] for at in range(0, len(data), 4_000_000)]
    return lz4_frame([struct.pack("<I", len(part) | 1 << 31) + part for part in blocks])


def lz4_frame(blocks: Sequence[bytes]) -> bytes:
    descriptor = b"\x60\x70"  # version 1, blocks independent, at most 4 MiB each
    check = bytes([xxh32(descriptor) >> 8 & 0xFF])
    return struct.pack("<I", 0x184D2204) + descriptor + check + b"".join(blocks) + bytes(4)


def lz4_bomb(head: bytes, blocks: int) -> bytes:
    """`head`, then blocks of nearly 4 MiB of zeros for every 16 kB of file."""
    match = b"\x1f\0\1\0" + b"\xff" * 16_400 + b"\0"  # one zero, then itself over and over
    content = match + b"\x50" + bytes(5)
    zeros = struct.pack("<I", len(content)) + content
    return lz4_frame([struct.pack("<I", len(head) | 1 << 31) + head] + [zeros] * blocks)


def gzip_bomb(head: bytes, megabytes: int) -> bytes:
    """`head`, then zeros: a thousand bytes for every byte of file."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = [squeeze.compress(head)]
    out += [squeeze.compress(bytes(1 << 20)) for _ in range(megabytes)]
    return b"".join(out) + squeeze.flush()


def xxh32(data: bytes) -> int:
    """xxHash of less than 16 bytes, as the lz4 frame header needs it."""
    mask = 0xFFFFFFFF

    def rotate(value: int, bits: int) -> int:
        return (value << bits | value >> (32 - bits)) & mask

    total = (374761393 + len(data)) & mask
    for at in range(0, len(data) - 3, 4):
        total = rotate((total + int.from_bytes(data[at : at + 4], "little") * 3266489917) & mask, 17) * 668265263 & mask
    for byte in data[len(data) & ~3 :]:
        total = rotate((total + byte * 374761393) & mask, 11) * 2654435761 & mask
    total = (total ^ total >> 15) * 2246822519 & mask
    total = (total ^ total >> 13) * 3266489917 & mask
    return total ^ total >> 16
