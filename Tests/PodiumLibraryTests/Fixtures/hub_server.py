#!/usr/bin/env python3
"""A hub on this machine that behaves as its first path component says.

    python3 hub_server.py FOLDER REQUESTS

Serves the files of FOLDER as the model o/m, prints its port, ends when its standard input does. The file REQUESTS lists what was asked for, a JSON object a line.

ok            as the hub does: large files by a redirect to /cdn, digests in headers
breaks        the connection ends twice in the middle of the large file
ignores       ranges are ignored: everything is sent again, and the connection breaks once
busy          503 twice before anything
wrong         one byte of the large file is another
more, fewer   the large file is longer, or shorter, than announced, always
loops         redirects for ever
elsewhere     the redirect goes to another host name
nameless      no digests in the headers
other-part    a range is answered with another part
pickles       a model without safetensors
denied        the large file is not for everybody
api           a daemon that takes no token
release       the 2018 release's archives: any name's zip has the files of FOLDER, digests as a storage host gives them
glue          archives of FOLDER's folders, MRPC as SentEval has it, other files as they are
"""
import base64
import hashlib
import http.server
import io
import json
import os
import sys
import threading
import zipfile

folder = sys.argv[1]
counts = {}
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def content(name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def benchmark(name):
    folders = {"QQP-clean": "QQP", "QNLIv2": "QNLI"}
    stem = os.path.splitext(name)[0]
    if name.endswith(".zip"):
        source = os.path.join(folder, folders.get(stem, stem))
        if not os.path.isdir(source):
            return None
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            names = os.listdir(source)
            for file in names:
                archive.write(os.path.join(source, file), f"{stem}/{file}")
            if "train.tsv" not in names:
                archive.writestr(f"{stem}/train.tsv", "a part that is not at hand\n")
        return packed.getvalue()
    if name == "AX.tsv":
        return content("AX/diagnostic.tsv")
    if name in ("mrpc_dev_ids.tsv", "msr_paraphrase_train.txt"):
        train, development = (content(f"MRPC/{split}.tsv").split(b"\n", 1) for split in ("train", "dev"))
        if name == "msr_paraphrase_train.txt":
            return train[0] + b"\n" + train[1] + development[1]
        rows = development[1].rstrip(b"\n").split(b"\n")
        return b"".join(b"\t".join(row.split(b"\t")[1:3]) + b"\n" for row in rows)
    if name == "msr_paraphrase_test.txt":
        header, *rows = content("MRPC/test.tsv").rstrip(b"\n").split(b"\n")
        return header + b"\n" + b"".join(b"1\t" + row.split(b"\t", 1)[1] + b"\n" for row in rows)
    try:
        return content(name)
    except FileNotFoundError:
        return None


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer(True)

    def do_GET(self):
        self.answer(False)

    def send(self, status, headers, body=b"", length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()

    def end(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)

    def first(self, key, times):
        counts[key] = counts.get(key, 0) + 1
        return counts[key] <= times

    def answer(self, is_head):
        parts = self.path.strip("/").split("/")
        with open(sys.argv[2], "a") as file:
            print(json.dumps({
                "method": self.command, "path": self.path, "range": self.headers.get("Range", ""),
                "authorization": self.headers.get("Authorization", ""), "host": self.headers.get("Host", ""),
            }), file=file)
        mode, rest = parts[0], parts[1:]
        if mode == "api" or (mode == "denied" and rest[0] == "cdn"):
            return self.send(401, {})
        if mode == "busy" and self.first(("busy", self.path), 2):
            return self.send(503, {})
        if mode == "release":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for name in sorted(os.listdir(folder)):
                    archive.writestr(zipfile.ZipInfo(f"{rest[-1][:-len('.zip')]}/{name}"), content(name))
            body = packed.getvalue()
            self.send_response(200)
            self.send_header("x-goog-hash", "crc32c=AAAAAA==")
            self.send_header("x-goog-hash", "md5=" + base64.b64encode(hashlib.md5(body).digest()).decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if not is_head:
                self.wfile.write(body)
            return None
        if mode == "glue":
            body = benchmark(rest[-1])
            return self.send(404, {}) if body is None else self.send(200, {}, body)
        if rest[:1] == ["api"]:
            names = sorted(os.listdir(folder))
            if mode == "pickles":
                names = [n for n in names if not n.endswith(".safetensors")] + ["pytorch_model.bin"]
            if rest[2:4] != ["o", "m"]:
                return self.send(404, {})
            answer = {"sha": COMMIT, "siblings": [{"rfilename": n} for n in names]}
            return self.send(200, {}, json.dumps(answer).encode())
        name = rest[-1]
        try:
            body = content(name)
        except FileNotFoundError:
            return self.send(404, {})
        if mode == "loops":
            return self.send(302, {"Location": self.path})
        if rest[0] == "o":
            if not name.endswith(".safetensors"):
                tag = hashlib.sha1(b"blob %d\0" % len(body) + body).hexdigest()
                return self.send(200, {} if mode == "nameless" else {"ETag": f'"{tag}"'}, body)
            host = f"localhost:{port}" if mode == "elsewhere" else f"127.0.0.1:{port}"
            headers = {"Location": f"http://{host}/{mode}/cdn/{name}", "ETag": '"0000"'}
            if mode != "nameless":
                headers["X-Linked-Etag"] = f'"{hashlib.sha256(body).hexdigest()}"'
                headers["X-Linked-Size"] = str(len(body))
            return self.send(302, headers, b"redirected")
        if mode == "wrong":
            body = body[:100] + bytes([body[100] ^ 1]) + body[101:]
        if mode == "more":
            body += b"more"
        if mode == "fewer":
            body = body[:-10]
        if is_head:
            return self.send(200, {}, body)
        start, status, headers = 0, 200, {}
        wanted = self.headers.get("Range", "")
        if wanted and mode != "ignores":
            start = int(wanted[len("bytes="):].rstrip("-"))
            if start >= len(body):
                return self.send(416, {})
            if mode == "other-part":
                start = 0
            status, headers = 206, {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        body = body[start:]
        if (mode in ("breaks", "other-part") and self.first((mode, name), 2)) or (mode == "ignores" and self.first(mode, 1)):
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:len(body) // 3])
            return self.end()
        self.send(status, headers, body)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # A client that hangs up in the middle is what some of these tests are about.
        pass


server = Server(("127.0.0.1", 0), Handler)
port = server.server_address[1]
print(port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
