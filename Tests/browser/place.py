"""A podium of a test's own."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request


class Podium:
    """A podium of its own in a folder of its own, with a dashboard and one worker."""

    def __init__(self, binary):
        self.binary = os.path.abspath(binary)
        self.folder = tempfile.mkdtemp(prefix="podium-browser-")
        os.chmod(self.folder, 0o755)
        self.environment = dict(os.environ, PODIUM_DATA_DIR=self.folder + "/data")
        self.log = open(self.folder + "/up.log", "w")
        started = time.monotonic()
        self.process = subprocess.Popen(
            [self.binary, "up", "--threads", "1", "--port", "0"], env=self.environment, stdout=self.log,
            stderr=self.log, stdin=subprocess.DEVNULL)
        self.address = self.wait_for_address()
        with urllib.request.urlopen(self.address) as page:
            page.read()
        print(f"first page {time.monotonic() - started:.2f} s after podium up", flush=True)

    def wait_for_address(self):
        for _ in range(2400):
            text = open(self.folder + "/up.log").read()
            found = re.search(r"dashboard is at (http://\S+)/", text)
            if found:
                return found.group(1)
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        sys.exit("podium up does not come up:\n" + open(self.folder + "/up.log").read())

    def run(self, *arguments):
        done = subprocess.run([self.binary, *arguments], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"podium {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
