"""A real Chromium against a real server; every page is watched for faults."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from activities.demo import load_demo
from activities.services.public_report import load_public_report
from activities.services.seed import load_seed
from chambers.models import User
from tests.browser.snapshot import Snapshot
from tests.conftest import CHROMIUM

PASSWORD = "Xiaoqiao-4321"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def browser_type_launch_args():
    # Containers run as root, where Chromium's own sandbox cannot start.
    return {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}


@pytest.fixture(autouse=True)
def plain_settings(live_server):
    """The address of the test server is no host of ours."""
    settings.ALLOWED_HOSTS = ["*"]


class Visitor:
    """A browser window that remembers what went wrong on any page."""

    def __init__(self, browser, address, viewport):
        self.context = browser.new_context(
            viewport=viewport, base_url=address, locale="zh-CN"
        )
        self.page = self.context.new_page()
        self.own_host = urlsplit(address).netloc
        self.faults = []
        self.page.on("console", self.hear)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self.watch)

    def hear(self, message):
        # A refused form answers 422 and a late one 409; the page shows why.
        expected = "the server responded with a status of 4" in message.text
        if message.type in ("error", "warning") and not expected:
            self.faults.append(message.text)

    def watch(self, request):
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.own_host:
            self.faults.append(f"foreign host: {request.url}")

    def show(self, mode):
        """Look at the pages light, dark, in 大字 or in 高对比."""
        if mode == "dark":
            self.page.emulate_media(color_scheme="dark")
        elif mode != "light":
            self.page.goto(f"/display/?{mode}=1")

    def sign_in(self, user):
        user.set_password(PASSWORD)
        user.save()
        self.page.goto("/accounts/login/")
        self.page.get_by_label("用户名").fill(user.username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url("**/workbench/")

    def check(self):
        """Fail on any violation of WCAG 2.2 AA that axe finds, and on faults."""
        self.page.wait_for_load_state()
        assert not self.faults, (self.page.url, self.faults)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.page.viewport_size["width"], f"{self.page.url} 横向溢出"
        result = Axe().run(self.page)
        found = [
            (rule["id"], [node["html"][:200] for node in rule["nodes"]])
            for rule in result.response["violations"]
        ]
        assert not found, (self.page.url, found)
        self.faults.clear()  # axe tries styles of its own, which the policy refuses.


@pytest.fixture
def visit(browser, live_server):
    """Return a function that opens a window, by default on a phone."""
    visitors = []

    def open_window(user: User | None = None, viewport=PHONE):
        visitor = Visitor(browser, live_server.url, viewport)
        visitors.append(visitor)
        if user:
            visitor.sign_in(user)
        return visitor

    yield open_window
    for visitor in visitors:
        visitor.context.close()


@pytest.fixture(scope="session")
def kept_demo(tmp_path_factory):
    """Where the rows and files of the demo are kept from its first use on."""
    return Snapshot(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def demo(live_server, media, kept_demo):
    """The demo in the database; made once, then copied in."""
    if kept_demo.is_taken():
        kept_demo.restore(media)
        return
    load_public_report()
    load_seed()
    load_demo()
    kept_demo.take(media)
