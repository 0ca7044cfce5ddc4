#!/usr/bin/env python3
"""Drives the dashboard of a built podium in Debian's Chromium: the whole path, by pointer and by keyboard alone.

usage: run.py PODIUM [--pictures FOLDER]

Checks on every page, and on a report: no errors in the console, no request to anywhere else, axe-core's rules of WCAG 2.2 A and AA in
light and dark, at 1450 and 320 px wide and at 200 %, no sideways scrolling of the page at 320 px. Exits 1 and says
what is wrong otherwise.
"""
import base64
import importlib.util
import json
import os
import pathlib
import re
import shutil
import sys
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from place import Podium

# Only its copy of axe-core is used, not the package, which would need Playwright.
AXE = pathlib.Path(importlib.util.find_spec("axe_playwright_python").submodule_search_locations[0], "axe.min.js").read_text()
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
         "resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
JOB = """name: browser
kind: pretrain
model: {preset: tiny}
corpus: sample
training: {maxDuration: 10m, batchSize: 16, learningRate: 1e-3, maxSequenceLength: 64, maxPredictionsPerSequence: 10}
sweep: {seed: {count: 2}}
resources: {threads: 1}
"""

REPORTED = """name: reported
kind: suite
corpus: sample
pretrain: [{name: start, model: {preset: tiny}, training: {maxSteps: 4, batchSize: 8, maxSequenceLength: 64}}]
systems: [{name: small, model: {run: start}}, {name: other, model: {run: start}, training: {learningRate: 1e-3}}]
tasks: [glue/MRPC, glue/RTE, squad-v1.1]
training: {maxSteps: 6, batchSize: 8, maxSequenceLength: 96}
sweep: {seed: {count: 2}}
resources: {threads: 1}
"""

problems = []


def check(holds, what):
    if not holds:
        problems.append(what)
        print("WRONG:", what, flush=True)


def start_browser(is_dark):
    options = Options()
    options.binary_location = shutil.which("chromium") or "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1450,1000",
                     "--hide-scrollbars", "--disable-background-networking"]:
        options.add_argument(argument)
    if is_dark:
        options.add_argument("--force-dark-mode")
        options.add_argument("--blink-settings=preferredColorScheme=0")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    browser.set_page_load_timeout(30)
    return browser


class Session:
    def __init__(self, podium, pictures):
        self.podium = podium
        self.pictures = pictures
        self.browser = start_browser(False)

    def open(self, path):
        self.browser.get(path if path.startswith("file:") else self.podium.address + path)

    def wait(self, what, condition, seconds=60):
        try:
            # An element may be gone by the time it is read: the page is live, and forms lead to another.
            return WebDriverWait(self.browser, seconds, 0.1, [StaleElementReferenceException]).until(condition)
        except Exception as error:
            check(False, f"{self.browser.current_url}: waited in vain for {what} ({type(error).__name__})")
            return None

    def text(self):
        return self.browser.find_element(By.TAG_NAME, "main").text

    def look(self, width, is_dark, zoom=1):
        command = self.browser.execute_cdp_cmd
        command("Emulation.setDeviceMetricsOverride",
                {"width": width, "height": 1000, "deviceScaleFactor": zoom, "mobile": False})
        scheme = "dark" if is_dark else "light"
        command("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def examine(self, path, name, most_elements=3000):
        """Everything that must hold of a page, in each way of looking at it."""
        self.open(path)
        for width, is_dark, label in [(1450, False, "light"), (1450, True, "dark"), (725, False, "200%"),
                                      (320, False, "narrow"), (320, True, "narrow dark")]:
            self.look(width, is_dark)
            self.browser.execute_script(AXE)
            found = self.browser.execute_async_script(
                "const done = arguments[1]; axe.run(document, arguments[0]).then(r => done(r.violations));", RULES)
            for violation in found:
                for node in violation["nodes"][:3]:
                    check(False, f"{name} ({label}): {violation['id']}: {node['html'][:160]}: {node.get('failureSummary', '')[:300]}")
            if width == 320:
                wide = self.browser.execute_script("return document.documentElement.scrollWidth")
                check(wide <= 321, f"{name}: {wide} px wide at 320 px")
            if self.pictures and label != "200%":
                height = self.browser.execute_script("return document.documentElement.scrollHeight")
                data = self.browser.execute_cdp_cmd("Page.captureScreenshot", {
                    "captureBeyondViewport": True,
                    "clip": {"x": 0, "y": 0, "width": width, "height": min(height, 4000), "scale": 1}})
                (self.pictures / f"{name}-{label.replace(' ', '-')}.png").write_bytes(base64.b64decode(data["data"]))
        elements = self.browser.execute_script("return document.getElementsByTagName('*').length")
        check(elements <= most_elements, f"{name}: {elements} elements")
        self.look(1450, False)
        self.read_console(name)

    def read_console(self, name):
        for entry in self.browser.get_log("browser"):
            # A page that says no is a page all the same; a page from before the first token is refused what belongs to it.
            expected = re.search(r"status of (401|403|404|422) ", entry["message"])
            if entry["level"] in ("SEVERE", "WARNING") and not expected:
                check(False, f"{name}: console: {entry['message']}")
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] != "Network.requestWillBeSent":
                continue
            url = message["params"]["request"]["url"]
            check(url.startswith((self.podium.address, "data:", "chrome:", "file:")), f"{name}: asks {url}")

    def tab_to(self, css, limit=120):
        """Reaches an element by the tabulator alone."""
        target = self.browser.find_element(By.CSS_SELECTOR, css)
        for _ in range(limit):
            if self.browser.switch_to.active_element == target:
                visible = self.browser.execute_script(
                    "const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' || s.boxShadow !== 'none'")
                check(visible, f"{css} does not show that it has the focus")
                return target
            self.browser.switch_to.active_element.send_keys(Keys.TAB)
        check(False, f"{self.browser.current_url}: {css} cannot be reached by keyboard")
        return target


def main():
    pictures = None
    if "--pictures" in sys.argv:
        pictures = pathlib.Path(sys.argv[sys.argv.index("--pictures") + 1])
        pictures.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    podium = Podium(sys.argv[1])
    session = None
    try:
        session = Session(podium, pictures)
        walk(podium, session)
    finally:
        if session:
            session.browser.quit()
        podium.stop()
    print(f"The browser tests took {time.monotonic() - started:.0f} s.")
    if problems:
        sys.exit(f"{len(problems)} things are wrong in the dashboard.")


def walk(podium, session):
    browser = session.browser
    # Nobody has a token: there is something to read and nothing to change.
    session.open("/submit")
    check("podium token create" in session.text(), "without a token the submit page does not say how to get one")
    token = podium.run("token", "create", "alice", "--role", "admin")
    # Now everybody needs one; the server remembers for half a second that nobody did.
    for _ in range(50):
        session.open("/queue")
        if "/sign-in" in browser.current_url:
            break
        time.sleep(0.1)
    check("/sign-in" in browser.current_url, "without a token a page is shown though there are tokens")
    session.tab_to("#token").send_keys(token + Keys.ENTER)
    session.wait("the queue after signing in", lambda b: b.current_url.endswith("/queue"))

    # Submit by keyboard: first with a mistake, which is shown at its line.
    session.open("/submit")
    area = session.tab_to("#yaml")
    area.send_keys(Keys.CONTROL, "a")
    area.send_keys(JOB.replace("maxDuration", "maxDurations"))
    session.tab_to("button[value=submit]").send_keys(Keys.ENTER)
    session.wait("the mistake's line", lambda b: "Line 5" in b.find_element(By.TAG_NAME, "main").text)
    area = session.tab_to("#yaml")
    area.send_keys(Keys.CONTROL, "a")
    area.send_keys(JOB)
    session.tab_to("button[value=submit]").send_keys(Keys.ENTER)
    session.wait("the suite's matrix", lambda b: re.search(r"/suites/\d+$", b.current_url))
    suite = browser.current_url.rsplit("/", 1)[1]

    # Watch: the first run starts, and its cell and curve move without a reload.
    loaded = browser.execute_script("return performance.timeOrigin")
    session.wait("a running cell", lambda b: b.find_elements(By.CSS_SELECTOR, ".matrix td.running"))
    run = browser.find_element(By.CSS_SELECTOR, ".matrix td.running a").get_attribute("href").rsplit("/", 1)[1]
    session.open("/runs/" + run)
    session.wait("a curve", lambda b: b.find_elements(By.CSS_SELECTOR, "#run .chart path.line"))
    path = browser.execute_script("return document.querySelector('#run .chart path.line')?.getAttribute('d')")
    session.wait("the curve to grow", lambda b: b.execute_script(
        "return document.querySelector('#run .chart path.line')?.getAttribute('d')") != path)
    check(browser.execute_script("return performance.timeOrigin") != loaded, "the run's page was not loaded")
    session.read_console("live run")

    # While one runs and one waits every page has something to show.
    for path, name in [("/", "overview"), ("/queue", "queue"), (f"/suites/{suite}", "matrix-running"),
                       (f"/runs/{run}", "run-running"), (f"/suites/{suite}/graph", "graph")]:
        session.examine(path, name)

    # Cancel by keyboard; the page hears of it by itself.
    session.open("/queue")
    box = session.tab_to(f"input[value='{run}'][name=run]")
    box.send_keys(Keys.SPACE)
    browser.execute_script("window.scrollTo(0, 0)")
    button = browser.find_element(By.CSS_SELECTOR, "button[value=cancel]")
    for _ in range(100):
        if browser.switch_to.active_element == button:
            break
        browser.switch_to.active_element.send_keys(Keys.SHIFT, Keys.TAB)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    session.wait("what the cancelling did", lambda b: "1 run cancelled" in b.find_element(By.TAG_NAME, "main").text)
    session.open("/runs/" + run)
    session.wait("the cancelled run", lambda b: "cancelled" in b.find_element(By.CSS_SELECTOR, ".headline").text)
    podium.run("cancel", "--suite", suite)
    other = json.loads(podium.run("queue", "--suite", suite, "--all", "--json"))
    runs = [str(item["id"]) for item in other if item["spec"]["kind"] == "pretrain"]

    # Compare by keyboard.
    session.open("/compare")
    session.tab_to("input[name=runs]").send_keys(", ".join(runs) + Keys.ENTER)
    session.wait("the comparison", lambda b: b.find_elements(By.CSS_SELECTOR, "#compare table"))
    check("seed" in session.text(), "the comparison does not show the setting that differs")

    for path, name in [("/suites", "suites"), (f"/suites/{suite}", "matrix"), (f"/runs/{run}", "run"),
                       (f"/suites/{suite}/leaderboard", "leaderboard"), ("/history", "history"),
                       ("/compare?runs=" + ",".join(runs), "compare"), ("/workers", "workers"), ("/submit", "submit"),
                       ("/actions", "actions"), ("/nothing", "not-found")]:
        session.examine(path, name)
    # A report, opened as a file: it asks nobody for anything.
    folder = pathlib.Path(podium.folder)
    job = folder / "report.yaml"
    job.write_text(REPORTED)
    podium.run("submit", str(job), "--wait")
    podium.run("report", "--suite", "reported", "--out", str(folder / "report"))
    for page in sorted((folder / "report").glob("*.html")):
        session.examine(page.as_uri(), "report" if page.stem == "report" else f"report-{page.stem}", most_elements=20000)
    # The pages of a suite that has all there is: steps that wait, scores, tests, answers that differ, a tag and a note.
    podium.run("tag", "reported", "camera-ready")
    podium.run("note", "reported", "for the paper")
    finished = json.loads(podium.run("queue", "--suite", "reported", "--all", "--json"))
    tuned = [item["id"] for item in finished if item["spec"]["kind"] == "finetune"]
    pair = [item["id"] for item in finished if item["spec"]["name"].endswith("glue/MRPC/seed-1")]
    check(len(pair) == 2, f"not two systems on MRPC: {pair}")
    number = finished[0]["suite"]
    for path, name in [("/leaderboard", "leaderboard-tested"), (f"/suites/{number}/graph", "graph-steps"),
                       (f"/compare?runs={tuned[0]}-{tuned[-1]}&group=system", "compare-many"),
                       ("/compare?runs=" + ",".join(map(str, pair)), "compare-pair"), (f"/runs/{pair[0]}", "run-tuned"),
                       ("/history?sort=task", "history-grouped"), ("/suites", "suites-tagged"),
                       ("/compare?runs=999999", "compare-nothing")]:
        session.examine(path, name)
    # Budgets, one of which is used up, and runs that wait for it; the form's own word on what was done before.
    podium.run("budget", "set", "parsing", "--hours", "0")
    (folder / "spent.yaml").write_text(JOB.replace("name: browser", "name: spent\nproject: parsing"))
    podium.run("submit", str(folder / "spent.yaml"))
    session.examine("/", "overview-budgets")
    check("used up" in session.text(), "the overview does not say that a budget is used up")
    session.examine("/queue", "queue-budgets")
    check("wait until it has more hours" in session.text(), "the queue does not say why runs wait")
    session.open("/submit")
    session.tab_to("#yaml")
    session.tab_to("input[name=fresh]").send_keys(Keys.SPACE)
    session.tab_to("button[value=check]").send_keys(Keys.ENTER)
    session.wait("the plan", lambda b: "What it asks for" in b.find_element(By.TAG_NAME, "main").text)
    check(browser.find_element(By.CSS_SELECTOR, "input[name=fresh]").is_selected(), "the form forgot that all is to be run anew")
    # What an open page shows is put away, then deleted: it hears of both, and keeps what it showed.
    session.open(f"/suites/{number}")
    podium.run("archive", "reported")
    session.wait("that the suite is archived", lambda b: "archived" in b.find_element(By.TAG_NAME, "main").text)
    podium.run("delete", "--suite", "reported")
    session.wait("that the suite is gone", lambda b: "was deleted" in b.find_element(By.TAG_NAME, "main").text)
    check("small" in session.text(), "the page of a deleted suite lost what it showed")
    check(not browser.find_elements(By.CSS_SELECTOR, "#actions button:enabled"), "a deleted suite can be acted on")
    session.read_console("deleted suite")
    # Signed out, the door.
    browser.delete_all_cookies()
    session.examine("/sign-in", "sign-in")


main()
