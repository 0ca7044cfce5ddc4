#!/usr/bin/env python3
"""Many open pages while a suite runs: whether an event is missed when connections are cut, and what following costs.

usage: live.py PODIUM [--pages N] [--seconds S]

Each page follows /api/v1/events as a browser does and is cut at random every few seconds, in the middle of whatever is
on its way. Meanwhile suites are submitted and cancelled and a run trains. Prints the share of a core that the server
took and exits 1 if any page missed an event or got one out of order.
"""
import argparse
import asyncio
import os
import random
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from place import Podium

JOB = """name: live-{number}
kind: pretrain
model: {{preset: tiny}}
corpus: sample
training: {{maxDuration: 10m, batchSize: 16, learningRate: 1e-3, maxSequenceLength: 64, maxPredictionsPerSequence: 10}}
sweep: {{seed: {{count: {count}}}}}
resources: {{threads: {threads}}}
"""


class Page:
    """Reads the stream over its own connections; keeps every event's id in order."""

    def __init__(self, port, start):
        self.port, self.last, self.ids, self.buffer = port, start, [], b""

    async def follow(self, end):
        chance = random.Random(id(self))
        while time.monotonic() < end:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: {self.last}\r\n\r\n".encode())
            cut = min(end, time.monotonic() + chance.uniform(0.5, 8))
            self.buffer = b""
            try:
                while time.monotonic() < cut:
                    piece = await asyncio.wait_for(reader.read(chance.randint(1, 4096)), max(0.01, cut - time.monotonic()))
                    if not piece:
                        break
                    self.read(piece)
            except asyncio.TimeoutError:
                pass
            writer.transport.abort()

    def read(self, piece):
        self.buffer += piece
        while b"\n\n" in self.buffer:
            event, self.buffer = self.buffer.split(b"\n\n", 1)
            found = re.search(rb"^id: ([0-9.]+)$", event, re.MULTILINE)
            if found:
                self.last = found.group(1).decode()
                if b"event: change" in event:
                    self.ids.append(self.last)


def processor_seconds(process):
    fields = open(f"/proc/{process}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def watch(podium, pages, seconds):
    port = int(podium.address.rsplit(":", 1)[1])
    with open(podium.folder + "/run.yaml", "w") as file:
        file.write(JOB.format(number=0, count=1, threads=1))
    podium.run("submit", podium.folder + "/run.yaml")
    await asyncio.sleep(3)
    base = processor_seconds(podium.process.pid)
    await asyncio.sleep(5)
    idle = (processor_seconds(podium.process.pid) - base) / 5
    readers = [Page(port, "0.0") for _ in range(pages)]
    end = time.monotonic() + seconds
    tasks = [asyncio.create_task(page.follow(end + 8)) for page in readers]
    await asyncio.sleep(2)
    base = processor_seconds(podium.process.pid)
    started = time.monotonic()
    number = 0
    while time.monotonic() < end:
        number += 1
        with open(podium.folder + "/more.yaml", "w") as file:
            file.write(JOB.format(number=number, count=5, threads=64))
        suite = await asyncio.to_thread(podium.run, "submit", podium.folder + "/more.yaml", "--parsable")
        await asyncio.sleep(2)
        await asyncio.to_thread(podium.run, "cancel", "--suite", suite)
        await asyncio.sleep(2)
    share = (processor_seconds(podium.process.pid) - base) / (time.monotonic() - started)
    await asyncio.gather(*tasks)
    expected = Page(port, "0.0")
    await expected.follow(time.monotonic() + 3)
    longest = max((page.ids for page in readers + [expected]), key=len)
    wrong = [page for page in readers if page.ids != longest]
    print(f"{pages} pages, {len(longest)} events: {len(wrong)} pages missed some; "
          f"the server took {100 * share:.1f} % of a core ({100 * idle:.1f} % without pages)")
    return bool(wrong) or len(longest) < 10


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("podium")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    podium = Podium(options.podium)
    try:
        return asyncio.run(watch(podium, options.pages, options.seconds))
    finally:
        podium.stop()


sys.exit(main())
