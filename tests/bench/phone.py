"""What a phone on a slow line waits for: ``python -m tests.bench.phone [RUNS]``.

The example company is served by the program itself; each page is opened in a new browser context,
so that nothing is stored, on a screen of 360 pixels, at the speed of slow 4G (1.6 Mbit/s, 150 ms)
and on a processor that is four times slower. A line for each page has the medians of all runs:

- ``LCP``: when the largest part of the first screen was painted, and of which element it is
- ``own``: the same with a fast line, which leaves the server's time and the phone's own work
- ``FCP``: when anything was painted
- ``TTFB``: when the first byte of the page came
- ``CLS``: how much the page moved while it loaded
- ``requests``: before the first paint, and in all
- ``KB``: compressed and with headers, as they came over the line, before the first paint and in all
- ``style``, ``layout``, ``script``: milliseconds of the slowed processor
- ``nodes``: elements of the page

Times are those of a machine that does other work too: compare those of one run only.
"""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, CDPSession, StorageState, sync_playwright

from engine import load_config
from tests.support.browsing import PHONE
from tests.support.chromium import MISSING, chromium
from tests.support.plan import plan_sources
from web.example import Login, make

PROJECT: Final = Path(__file__).parents[2]
RUNS: Final = 9
SLOW_4G: Final = {"latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
"""Milliseconds, and bytes a second."""
FAST: Final = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
SLOWER: Final = 4
"""Times that the processor is slower."""
PAGES: Final = {
    "login": "/login",
    "inbox": "/tasks?show=all",
    "task": ".task-link",
    "cases": "/cases/",
    "case": ".row-link",
    "history": "/history/",
}
"""Names and addresses; what begins with a point is the first such link of the page before."""
OBSERVE: Final = """
window.seen = { lcp: 0, element: "", fcp: 0, cls: 0 };
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({ type, buffered: true });
watch("largest-contentful-paint", (e) => {
  seen.lcp = e.startTime;
  seen.element = e.element ? e.element.localName + (e.element.className ? "." + e.element.className : "") : e.url;
});
watch("paint", (e) => { if (e.name === "first-contentful-paint") seen.fcp = e.startTime; });
watch("layout-shift", (e) => { if (!e.hadRecentInput) seen.cls += e.value; });
"""  # noqa: E501
READ: Final = """() => ({ ...seen,
  ttfb: performance.getEntriesByType("navigation")[0].responseStart,
  nodes: document.getElementsByTagName("*").length })"""


def main(arguments: list[str]) -> int:
    runs = int(arguments[0]) if arguments else RUNS
    executable = chromium()
    if executable is None:
        print(MISSING, file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        _served(Path(folder)) as (address, login),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        kept = _signed_in(browser, address, login)
        for name, url in _places(browser, address, kept).items():
            state = kept if name != "login" else None
            slow = [measured(browser, url, state, SLOW_4G) for _ in range(runs)]
            fast = [measured(browser, url, state, FAST) for _ in range(runs)]
            print(line(name, slow, fast), flush=True)
        browser.close()
    return 0


def measured(
    browser: Browser, url: str, state: StorageState | None, network: dict[str, int]
) -> dict[str, Any]:
    """The figures of one visit in a context of its own."""
    context = browser.new_context(
        viewport={"width": PHONE["width"], "height": PHONE["height"]},
        is_mobile=True,
        has_touch=True,
        device_scale_factor=2,
        locale="sv-SE",
        storage_state=state,
    )
    try:
        page = context.new_page()
        page.add_init_script(OBSERVE)
        session = context.new_cdp_session(page)
        received = _watched(session)
        session.send("Performance.enable")
        session.send("Network.emulateNetworkConditions", {"offline": False, **network})
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(url, wait_until="networkidle")
        page.wait_for_timeout(200)
        figures: dict[str, Any] = page.evaluate(READ)
        spent = {x["name"]: x["value"] for x in session.send("Performance.getMetrics")["metrics"]}
    finally:
        context.close()
    begun = min(begin for begin, _, _ in received.values())
    before = [x for x in received.values() if x[1] and (x[1] - begun) * 1000 <= figures["fcp"]]
    return figures | {
        "requests": len(received),
        "bytes": sum(size for _, _, size in received.values()),
        "requests before": len(before),
        "bytes before": sum(size for _, _, size in before),
        "style": spent["RecalcStyleDuration"] * 1000,
        "layout": spent["LayoutDuration"] * 1000,
        "script": spent["ScriptDuration"] * 1000,
    }


def line(name: str, slow: list[dict[str, Any]], fast: list[dict[str, Any]]) -> str:
    """The medians of a page, as one line."""

    def median(key: str, of: list[dict[str, Any]] = slow) -> float:
        return float(statistics.median(each[key] for each in of))

    return (
        f"{name:8} LCP {median('lcp'):5.0f} ms ({slow[0]['element']}), "
        f"own {median('lcp', fast):4.0f} ms, FCP {median('fcp'):5.0f} ms, "
        f"TTFB {median('ttfb'):4.0f} ms, CLS {median('cls'):.3f}, "
        f"requests {median('requests before'):.0f}/{median('requests'):.0f}, "
        f"KB {median('bytes before') / 1000:.1f}/{median('bytes') / 1000:.1f}, "
        f"style {median('style'):.0f}, layout {median('layout'):.0f}, "
        f"script {median('script'):.0f}, nodes {median('nodes'):.0f}"
    )


def _watched(session: CDPSession) -> dict[str, tuple[float, float, int]]:
    """Of each request, by its id: when it began, when its answer was whole (0 when it was not),
    and the bytes that came. Filled as the page loads."""
    received: dict[str, tuple[float, float, int]] = {}

    def begun(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            received[event["requestId"]] = (event["timestamp"], 0.0, 0)

    def whole(event: dict[str, Any]) -> None:
        if event["requestId"] in received:
            begin = received[event["requestId"]][0]
            size = int(event["encodedDataLength"])
            received[event["requestId"]] = (begin, event["timestamp"], size)

    session.on("Network.requestWillBeSent", begun)
    session.on("Network.loadingFinished", whole)
    session.send("Network.enable")
    return received


def _signed_in(browser: Browser, address: str, login: Login) -> StorageState:
    """The cookies of a signed-in browser."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("input[name=username]", login.username)
    page.fill("input[name=password]", login.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.nav")
    state = context.storage_state()
    context.close()
    return state


def _places(browser: Browser, address: str, kept: StorageState) -> dict[str, str]:
    """The whole address of each page."""
    context = browser.new_context(storage_state=kept)
    page = context.new_page()
    places = {}
    for name, path in PAGES.items():
        link = path.startswith(".")
        found = page.locator(path).first.get_attribute("href") if link else path
        places[name] = f"{address}{found}"
        page.goto(places[name])
    context.close()
    return places


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, Login]]:
    """The program on a port of its own with the example company, and a manager's login."""
    database = folder / "example.db"
    config = load_config(PROJECT / "config.toml")
    logins = make(f"sqlite:///{database}", config, plan_sources())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("serviceplan")), "serve"]
    server = subprocess.Popen(
        [*command, "--port", str(port), "--database", str(database)], stdout=subprocess.DEVNULL
    )
    try:
        _wait(port, server)
        yield f"http://127.0.0.1:{port}", next(x for x in logins if "manager" in x.rights)
    finally:
        server.terminate()
        server.wait()


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        if server.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
