"""Writes packed-cases.json: gzip files and what Python's own module makes of them.

Run in this folder: python3 make_packed_cases.py
"""

import base64
import gzip
import json
import zlib

TEXT = b"Quality\t#1 ID\n" * 20


def case(name, packed):
    entry = {"name": name, "packed": base64.b64encode(packed).decode()}
    try:
        content = gzip.decompress(packed)
        entry["size"] = len(content)
        entry["crc"] = zlib.crc32(content)
    except EOFError:
        entry["error"] = "truncated"
    except (gzip.BadGzipFile, zlib.error):
        entry["error"] = "malformed"
    return entry


def member(content, **options):
    return gzip.compress(content, mtime=0, **options)


whole = member(TEXT)
named = whole[:3] + bytes([8]) + whole[4:10] + b"dev.tsv\0" + whole[10:]
wrong_sum = whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]
wrong_size = whole[:-1] + bytes([whole[-1] ^ 1])
damaged = whole[:14] + bytes([whole[14] ^ 0xFF]) + whole[15:]
cases = [
    case("one member", whole),
    case("nothing packed", member(b"")),
    case("stored", member(TEXT, compresslevel=0)),
    case("name in the header", named),
    case("two members", whole + member(b"more\n")),
    case("three members, the last empty", whole + member(b"x") + member(b"")),
    case("zeros after the end", whole + bytes(512)),
    case("text after the end", whole + b"garbage"),
    case("cut in the trailer", whole[:-3]),
    case("cut in the data", whole[: len(whole) // 2]),
    case("cut in the header", whole[:6]),
    case("second member cut", whole + whole[:-5]),
    case("wrong checksum", wrong_sum),
    case("wrong size", wrong_size),
    case("damaged data", damaged),
]
with open("packed-cases.json", "w") as file:
    json.dump(cases, file, indent=1)
    file.write("\n")
