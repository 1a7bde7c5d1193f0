"""Takes the pictures of ``docs/images/`` from the example company, on a day that stands still."""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT))

from engine import SYSTEM, Engine, FakeClock, Source, TaskRow, load_config  # noqa: E402
from tests.support.chromium import MISSING, chromium  # noqa: E402
from tests.support.plan import plan_sources  # noqa: E402
from tests.support.server import serving  # noqa: E402
from web.example import Login, make  # noqa: E402

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
IMAGES = PROJECT / "docs" / "images"


def main() -> int:
    executable = chromium()
    if executable is None:
        print(MISSING, file=sys.stderr)
        return 1
    config = load_config(PROJECT / "config.toml")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        url = f"sqlite:///{folder}/example.db"
        logins = {x.username: x for x in make(url, config, plan_sources(), now=NOW)}
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        with (
            closing(Engine.open(url, config=config, clock=FakeClock(NOW))) as engine,
            serving(config, engine) as address,
        ):
            take_all(browser, address, engine, logins)
        browser.close()
    return 0


def take_all(browser: Browser, address: str, engine: Engine, logins: dict[str, Login]) -> None:
    phases = {row.phases[0]: row for row in engine.cases.search(SYSTEM, state="all").items}
    running, starting = phases["C"], phases["B2"]
    late = next(
        t for t in engine.tasks.search(SYSTEM, show="all").items if t.case_id == starting.id
    )
    offer = next(d for d in engine.definitions.all(SYSTEM) if d.process_id == "fas_a")
    pages = {
        "cases": "/cases",
        "case": f"/cases/{running.id}",
        "start": "/cases/new",
        "definitions": "/definitions",
        "definition": f"/definitions/{offer.id}",
        "history": "/history",
    }
    manager = signed_in(browser, address, logins["cecilia"], 1280)
    for name, path in pages.items():
        take(manager, f"{address}{path}", name)
    staff = signed_in(browser, address, logins["johanna"], 1280)
    take(manager, f"{address}/tasks?show=all", "inbox")
    take(staff, f"{address}/tasks/{late.id}", "task")
    take(manager, f"{address}/overview/", "overview")
    owner = signed_in(browser, address, logins["mats"], 1280)
    take(owner, f"{address}{moving(engine, late)}", "moving")
    phone = signed_in(browser, address, logins["johanna"], 360)
    take(phone, f"{address}/tasks", "inbox-phone")
    take(phone, f"{address}/tasks/{late.id}", "task-phone")
    take(phone, f"{address}/cases/{starting.id}", "case-phone")


def moving(engine: Engine, late: TaskRow) -> str:
    """The way to move what runs to a version in which the late step is called something else, with
    the question of where its work goes on answered."""
    renamed = f"{late.element_id}_ny"
    begins = f'<bpmn:userTask id="{late.element_id}"'.encode()
    old = next(source for source in plan_sources() if begins in source.data)
    text = old.data.decode().replace(f'"{late.element_id}"', f'"{renamed}"')
    text = text.replace(f">{late.element_id}<", f">{renamed}<")
    made = engine.definitions.deploy(
        SYSTEM, [Source(old.filename, text.encode())], key="moving"
    ).definitions[0]
    return f"/migration/{made.id}?to-{late.element_id}={renamed}"


def signed_in(browser: Browser, address: str, login: Login, width: int) -> Page:
    page = browser.new_context(
        viewport={"width": width, "height": 1000 if width > 600 else 740}, locale="sv-SE"
    ).new_page()
    page.goto(f"{address}/login")
    page.fill("input[name=username]", login.username)
    page.fill("input[name=password]", login.password)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.nav")
    return page


def take(page: Page, url: str, name: str) -> None:
    answer = page.goto(url)
    assert answer is not None
    assert answer.ok, f"{url}: {answer.status}"
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    sys.exit(main())
