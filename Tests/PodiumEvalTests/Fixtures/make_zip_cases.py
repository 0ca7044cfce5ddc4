#!/usr/bin/env python3
"""Writes zip-cases.json: archives made by Python's zipfile, good and hostile, as base64.

    python3 make_zip_cases.py > zip-cases.json
"""
import base64
import io
import json
import random
import zipfile
import zlib

SEED = 7


def archive(entries, method=zipfile.ZIP_DEFLATED, level=9):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=level) as out:
        for name, data in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = method
            out.writestr(info, data, compresslevel=level)
    return buffer.getvalue()


def main():
    rng = random.Random(SEED)
    words = " ".join(rng.choice(["entailment", "neutral", "contradiction"]) for _ in range(2000)).encode()
    noise = rng.randbytes(3000)
    good = []
    for label, method, level in [("stored", zipfile.ZIP_STORED, None), ("fast", zipfile.ZIP_DEFLATED, 1),
                                 ("best", zipfile.ZIP_DEFLATED, 9)]:
        entries = [("words.tsv", words), ("noise.bin", noise), ("empty.tsv", b""), ("short.tsv", b"a")]
        data = archive(entries, method, level)
        good.append({"label": label, "archive": base64.b64encode(data).decode(),
                     "files": [{"name": n, "size": len(d), "crc32": zlib.crc32(d)} for n, d in entries]})
    plain = archive([("CoLA.tsv", b"index\tprediction\n0\t1\n")])
    bad_sum = plain.replace(zlib.crc32(b"index\tprediction\n0\t1\n").to_bytes(4, "little"), b"\0\0\0\0")
    bomb = archive([("CoLA.tsv", b"0" * (80 << 20))])
    # A directory that claims 100 bytes for data that unpack to a million.
    liar = bytearray(archive([("CoLA.tsv", b"0" * 1_000_000)]))
    place = bytes(liar).rfind(b"PK\x01\x02")
    liar[place + 24:place + 28] = (100).to_bytes(4, "little")
    encrypted = bytearray(plain)
    encrypted[bytes(plain).rfind(b"PK\x01\x02") + 8] |= 1
    many = archive([(f"f{i}", b"") for i in range(1001)], zipfile.ZIP_STORED, None)
    bad = [
        {"label": "path escape", "code": "hostileArchive", "data": archive([("../CoLA.tsv", b"x")])},
        {"label": "inner path escape", "code": "hostileArchive", "data": archive([("a/../../CoLA.tsv", b"x")])},
        {"label": "absolute path", "code": "hostileArchive", "data": archive([("/etc/passwd", b"x")])},
        {"label": "drive letter", "code": "hostileArchive", "data": archive([("C:CoLA.tsv", b"x")])},
        {"label": "backslash", "code": "hostileArchive", "data": archive([("a\\b.tsv", b"x")])},
        {"label": "bomb", "code": "hostileArchive", "data": bomb},
        {"label": "size that lies", "code": "hostileArchive", "data": bytes(liar)},
        {"label": "too many entries", "code": "hostileArchive", "data": many},
        {"label": "wrong checksum", "code": "malformed", "data": bad_sum},
        {"label": "encrypted", "code": "malformed", "data": bytes(encrypted)},
        {"label": "bzip2", "code": "malformed", "data": archive([("CoLA.tsv", b"x")], zipfile.ZIP_BZIP2)},
        {"label": "cut off", "code": "malformed", "data": plain[:-10]},
        {"label": "empty", "code": "malformed", "data": b""},
        {"label": "no archive", "code": "malformed", "data": b"index\tprediction\n" * 4},
    ]
    for case in bad:
        case["data"] = base64.b64encode(case["data"]).decode()
    print(json.dumps({"seed": SEED, "good": good, "bad": bad}, indent=1))


if __name__ == "__main__":
    main()
