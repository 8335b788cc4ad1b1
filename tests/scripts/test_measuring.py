"""What the scripts that measure build on."""

import io
import json
import sys
import tarfile
from pathlib import Path

import image_size
import make_sbom
import measuring
import pytest
from lines import FAIL, NOT_CHECKED, ONLY_FLOOR, PASS, at_least, at_most, holds, markdown, not_checked


def test_long_traffic_is_the_same_later_and_between_others(captures: Path, tmp_path: Path) -> None:
    source = captures / "server_think.pcap"
    size_bytes = 24 + 5 * (source.stat().st_size - 24)
    long = measuring.lengthened(source, size_bytes, tmp_path / "long.pcap")
    assert long.stat().st_size == size_bytes
    once, often = source.read_bytes(), long.read_bytes()
    assert often.startswith(once)
    assert often[len(once) :][:200] != once[24:][:200]
    assert measuring.packets(long) == 5 * measuring.packets(source)

    from pcap_analyzer import analyze

    with analyze(str(long)) as analysis:
        found = analysis.rows("SELECT count(*) AS flows, count(DISTINCT client_address) AS clients FROM flows")[0]
    assert found["flows"] == found["clients"] == 5


def test_a_run_is_measured() -> None:
    run = measuring.measure([sys.executable, "-c", "x = bytearray(60_000_000)"])
    assert run.peak_bytes > 60_000_000
    assert run.wall_s > 0
    with pytest.raises(SystemExit, match="exit 3"):
        measuring.measure([sys.executable, "-c", "raise SystemExit(3)"])


def test_verdicts_follow_from_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out.json"
    assert measuring.tell({"a": 1.0}, {"it is so": True, "it is not": False}, output) == 1
    assert capsys.readouterr().out.splitlines()[1:] == ["PASS it is so", "FAIL it is not"]
    assert json.loads(output.read_text()) == {"figures": {"a": 1.0}, "checks": {"it is so": True, "it is not": False}}
    assert measuring.tell({}, {"it is so": True}, None) == 0


def test_a_line_passes_at_its_goal_alone() -> None:
    assert [at_most("image", "x", value, "s", floor=5, goal=1).verdict for value in (1, 2, 6)] == [
        PASS,
        ONLY_FLOOR,
        FAIL,
    ]
    assert [at_least("image", "x", value, "s", floor=1, goal=5).verdict for value in (5, 2, 0.5)] == [
        PASS,
        ONLY_FLOOR,
        FAIL,
    ]
    assert holds("image", "x", "so", False).verdict == FAIL
    page = markdown(
        [at_most("image", "a|b", 123456, "B", floor=None, goal=1), not_checked("image", "y", "so", "no tool")]
    )
    assert "| a\\|b | – | ≤ 1 B | 123,456 B | FAIL |  |" in page
    assert f"| y | – | so | – | {NOT_CHECKED} | no tool |" in page


def archive(path: Path, layers: list[bytes]) -> Path:
    """An image as `docker save` writes it."""
    with tarfile.open(path, "w") as outer:
        names = [f"layer{number}.tar" for number in range(len(layers))]
        files = {"manifest.json": json.dumps([{"Layers": names}]).encode(), **dict(zip(names, layers, strict=True))}
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            outer.addfile(entry, io.BytesIO(content))
    return path


def test_layers_count_as_they_lie_on_the_disk(tmp_path: Path) -> None:
    import gzip

    image = archive(tmp_path / "image.tar", [bytes(3000), gzip.compress(bytes(5000))])
    assert image_size.layer_bytes(image) == [3000, 5000]


def test_the_bill_of_materials_names_crates(tmp_path: Path) -> None:
    listing = tmp_path / "crates.txt"
    listing.write_text(
        "flate2 v1.1.11|MIT OR Apache-2.0\nour-core v0.1.0 (/build/crates/core)|Apache-2.0\nflate2 v1.1.11|MIT OR Apache-2.0 (*)\n"
    )
    found = {one["purl"]: one["licenses"][0]["license"]["name"] for one in make_sbom.crates(listing)}
    assert found == {"pkg:cargo/flate2@1.1.11": "MIT OR Apache-2.0", "pkg:cargo/our-core@0.1.0": "Apache-2.0"}
