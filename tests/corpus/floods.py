"""Larger hostile inputs: bombs, claims of 4 GB, deep tunnels, and floods of whatever a program might keep."""

import gzip
import random
import struct

import craft

HEAD = craft.pcap([])
FRAME = craft.conversation()[0]


def inputs() -> dict[str, bytes]:
    return bombs() | claims() | tunnels()


def bombs() -> dict[str, bytes]:
    """A few megabytes of file that become gigabytes."""
    record = struct.pack("<IIII", 1_700_000_000, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    nested = craft.pcap([FRAME])
    for _ in range(12):
        nested = gzip.compress(nested, mtime=0)
    return {
        "gzip bomb of zeros": craft.gzip_bomb(b"", 2_000),
        "gzip bomb of empty records": craft.gzip_bomb(HEAD, 2_000),
        "gzip bomb of one record": craft.gzip_bomb(HEAD + record, 2_000),
        "gzip in gzip": nested,
        "zstd bomb of zeros": craft.zstd_bomb(b"", 16_000),
        "zstd bomb of empty records": craft.zstd_bomb(HEAD, 16_000),
        "zstd bomb of one record": craft.zstd_bomb(HEAD + record, 16_000),
        "zstd window of 3.75 TB": craft.zstd_frame([(0, len(HEAD), HEAD)], window=0xFF),
        "zstd window of 1 GB": craft.zstd_frame([(0, len(HEAD), HEAD)] + [(1, 128 << 10, b"\0")] * 8_000, window=0xA0),
        "zstd content of 16 EB": struct.pack("<IBBQ", 0xFD2FB528, 0xC0, 0x70, 2**64 - 1) + b"\xc1\0\0" + HEAD,
        "zstd skippable frame of 4 GB": struct.pack("<II", 0x184D2A50, 0xFFFFFFFF) + bytes(100),
        "lz4 bomb of zeros": craft.lz4_bomb(b"", 500),
        "lz4 bomb of empty records": craft.lz4_bomb(HEAD, 500),
        "lz4 bomb of one record": craft.lz4_bomb(HEAD + record, 500),
        "lz4 block of 2 GB": craft.lz4_frame([b"\xff\xff\xff\x7f" + bytes(1_000)]),
    }


def claims() -> dict[str, bytes]:
    """Lengths of 4 GB where a small number belongs."""
    good = struct.pack("<IIII", 1_700_000_000, 0, len(FRAME), len(FRAME)) + FRAME
    huge = struct.pack("<IIII", 1_700_000_000, 0, 0xFFFFFFFF, 0xFFFFFFFF)
    section = craft.pcapng([])[:28]
    frame = craft.ethernet(0x0800, craft.ipv4(17, craft.udp(1, 2, b"x", claimed=0xFFFF), claimed=0xFFFF))
    return {
        "pcap record of 4 GB": HEAD + good * 10 + huge + bytes(5_000_000),
        "pcap records of 4 GB": HEAD + huge * 100_000,
        "pcap wire length of 4 GB": HEAD + (struct.pack("<IIII", 1, 0, len(FRAME), 0xFFFFFFFF) + FRAME) * 1_000,
        "pcapng block of 4 GB": craft.pcapng([FRAME]) + struct.pack("<II", 6, 0xFFFFFFFC) + bytes(5_000_000),
        "pcapng blocks of no length": craft.pcapng([FRAME]) + struct.pack("<II", 6, 0) * 500_000,
        "pcapng packet of 4 GB": craft.pcapng([])
        + craft.block(6, struct.pack("<IIIII", 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF) + FRAME, "<") * 10_000,
        "pcapng option of 64 kB": section + craft.block(1, struct.pack("<HHIHH", 1, 0, 0, 2, 0xFFFF) + bytes(60), "<"),
        "snoop record of 4 GB": craft.snoop([FRAME]) + b"\xff" * 5_000_000,
        "btsnoop record of 4 GB": craft.btsnoop([b"\1"]) + b"\xff" * 5_000_000,
        "iptrace record of 4 GB": craft.iptrace([FRAME]) + b"\xff" * 5_000_000,
        "IP packets of 64 kB": craft.pcap([frame] * 50_000),
    }


def tunnels() -> dict[str, bytes]:
    """Headers within headers, as deep as a frame is long."""
    return {f"deep {name}": craft.pcap([frame] * 300) for name, frame in craft.deep_tunnels(2_500).items()}


def kept_forever() -> dict[str, bytes]:
    """One of everything that a program might count, list or wait for."""
    chance = random.Random(1)
    ip = craft.ethernet(0x0800, craft.ipv4(17, craft.udp(1, 2, b"x" * 30)))
    fragments = [
        craft.ethernet(0x0800, ip[14:18] + struct.pack("!HH", number & 0xFFFF, 0x2000) + ip[22:])
        for number in range(100_000)
    ]
    addresses = [
        craft.ethernet(
            0x0800, craft.ipv4(6, craft.tcp(number & 0xFFFF, 80, 1, 2))[:12] + struct.pack("!I", number) + ip[30:34]
        )
        + craft.tcp(number & 0xFFFF, 80, 1, 2)
        for number in range(300_000)
    ]
    layers = list(craft.layers().values())
    paths = []
    for _ in range(30_000):
        payload = ip[14:]
        for _ in range(chance.randrange(1, 20)):
            payload = chance.choice(
                [craft.ipv4(4, payload), craft.ipv4(47, b"\0\0\x08\0" + payload), craft.ipv6(4, payload)]
            )
            payload = payload if payload[0] >> 4 == 4 else craft.ipv4(41, payload)
        paths.append(craft.ethernet(0x0800, payload))
    times = b"".join(
        struct.pack("<IIII", chance.getrandbits(32), 0, len(FRAME), len(FRAME)) + FRAME for _ in range(100_000)
    )
    interface = craft.block(1, struct.pack("<HHI", 1, 0, 0), "<")
    section = craft.pcapng([])[:28]
    comment = struct.pack("<HH", 1, 60_000) + b"c" * 60_000
    return {
        "unfinished fragments": craft.pcap(fragments),
        "SYN from everywhere": craft.pcap(addresses),
        "random paths": craft.pcap(paths),
        "random times": HEAD + times,
        "every EtherType": craft.pcap(craft.ethernet(number, bytes(46)) for number in range(65_536)),
        "every link type": b"".join(
            section + craft.block(1, struct.pack("<HHI", number, 0, 0), "<") for number in range(65_536)
        ),
        "damaged layers": craft.pcap(
            bytes(byte ^ (chance.getrandbits(8) if chance.random() < 0.05 else 0) for byte in chance.choice(layers))
            for _ in range(60_000)
        ),
        "interfaces": section + interface * 300_000,
        "sections": section * 300_000,
        "comments": section + craft.block(1, struct.pack("<HHI", 1, 0, 0) + comment * 200, "<"),
    }
