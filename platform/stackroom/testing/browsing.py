"""People at browsers. Whatever they open is watched for what no page of ours may do."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pyotp
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from stackroom.demo import HOUSES, OPERATOR, OPERATOR_SECRET, PASSWORD, email
from stackroom.testing.serving import Served

FRESH = 600
"""Seconds for which a sign-in is shared: what is sensitive asks for one of the last 15 minutes."""
ASSETS = ("stylesheet", "script", "image", "font", "manifest")


@dataclass  # without slots: Playwright notes on the object which of its methods listen
class People:
    """Opens windows for somebody of a demo organisation; `faults` is what the watch has seen."""

    browser: Browser
    served: Served
    signed_in: dict[str, Any]
    """What a browser keeps of a sign-in, by e-mail: signing in is slow by design."""
    windows: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    beyond: set[str] = field(default_factory=set)
    """Origins of others that a journey leads to."""

    def visitor(self, slug: str = "", **options: Any) -> Page:
        """A window of nobody in particular, at an organisation or at the platform itself."""
        window = self.browser.new_context(base_url=self.served.origin(slug), **options)
        self.windows.append(window)
        self._watch(window)
        return window.new_page()

    def person(self, role: str, slug: str = "north", **options: Any) -> Page:
        """A window of the organisation's demo person in this role, signed in."""
        house = next(house for house in HOUSES if house.slug == slug)
        address = email(house, role)
        since, state = self.signed_in.get(address, (0.0, None))
        if state is None or time.monotonic() - since > FRESH:
            page = self.visitor(slug)
            page.goto("/sign-in")
            sign_in(page, address, PASSWORD)
            since, state = time.monotonic(), page.context.storage_state()
            self.signed_in[address] = since, state
        return self.visitor(slug, storage_state=state, **options)

    def operator(self, **options: Any) -> Page:
        """A window of the demo operator at the console. Signed in once: a code serves once."""
        if OPERATOR not in self.signed_in:
            page = self.visitor("console")
            page.goto("/")
            page.get_by_label("Code").fill(pyotp.TOTP(OPERATOR_SECRET).now())
            sign_in(page, OPERATOR, PASSWORD)
            self.signed_in[OPERATOR] = page.context.storage_state()
        return self.visitor("console", storage_state=self.signed_in[OPERATOR], **options)

    def leave(self) -> None:
        for window in self.windows:
            window.close()

    def _watch(self, window: BrowserContext) -> None:
        window.on("console", self._heed_console)
        window.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        window.on("request", self._heed_request)
        window.on("response", self._heed_response)

    def _heed_console(self, message: ConsoleMessage) -> None:
        """The browser's own line on a refused request is left out: refusing is our work."""
        refused = message.text.startswith("Failed to load resource")
        if message.type in ("error", "warning") and not refused:
            self.faults.append(f"{message.location['url']} says: {message.text}")

    def _heed_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        ours = (parts.hostname or "").endswith("localhost") and parts.port == self.served.port
        expected = ours or f"{parts.scheme}://{parts.netloc}" in self.beyond
        if parts.scheme in ("http", "https", "ws", "wss") and not expected:
            self.faults.append(f"another host is asked: {request.url}")

    def _heed_response(self, response: Response) -> None:
        missing = response.status >= 400 and response.request.resource_type in ASSETS
        if response.status >= 500 or missing:
            self.faults.append(f"{response.status} for {response.url}")


def sign_in(page: Page, address: str, password: str) -> None:
    """On the page that asks for it."""
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def grave_faults(page: Page) -> list[str]:
    """What axe calls serious or critical, by day and by night."""
    faults = []
    for theme in ("Light", "Dark"):
        page.get_by_role("button", name=theme, exact=True).click()
        page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
        for fault in Axe().run(page).response["violations"]:
            if fault["impact"] in ("serious", "critical"):
                faults += [f"{theme}: {fault['help']}: {each['html']}" for each in fault["nodes"]]
    return faults


def mails(page: Page) -> list[dict[str, str]]:
    """What the page's host shows as delivered, newest first."""
    page.goto("/dev/mail.json")
    items: list[dict[str, str]] = json.loads(page.locator("body").inner_text())["items"]
    return items
