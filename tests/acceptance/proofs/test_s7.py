"""S7: what Chromium reports against the content security policy, page by page."""

import pytest
from django.db import transaction
from django.urls import reverse

from tests.activities.test_addresses import (
    ACTORS,
    ADMIN,
    TABLE,
    World,
    admin_rows,
)
from tests.browser.conftest import (  # noqa: F401  (fixtures)
    browser_type_launch_args,
    plain_settings,
    visit,
)
from tests.conftest import CHROMIUM, NO_CHROMIUM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason=NO_CHROMIUM),
]
WHAT = "violations of the content security policy in Chromium"
TARGET = "0 on every kind of HTML page; no unsafe-inline, no unsafe-eval"
LISTEN = """
window.reported = [];
document.addEventListener("securitypolicyviolation", event =>
  window.reported.push(event.effectiveDirective + " " + event.blockedURI));
"""
INJECTED = (
    "<script>window.injected = 1</script>"
    '<p style="color: red" onclick="window.injected = 2">x</p></body>'
)


def addresses(world):
    """Return (actor, address) of every page of the table, as somebody who may read."""
    for name, (keys, reads, _) in TABLE.items():
        readers = [a for a, code in zip(ACTORS, reads, strict=True) if code == 200]
        if readers:
            yield readers[-1], reverse(name, args=[world[key] for key in keys])
    rows = admin_rows(world)
    for noun, (_, rights) in ADMIN.items():
        pages = {
            "changelist": "view",
            "add": "add",
            "change": "view",
            "history": "view",
        }
        pages["delete"] = "delete"
        for page, right in pages.items():
            if right in rights:
                keys = [] if page in ("changelist", "add") else [rows[noun]]
                yield "administrator", reverse(f"admin:{noun}_{page}", args=keys)
    yield "administrator", reverse("admin:index")
    yield "stranger", "/没有这一页/"


class Reader:
    """A window of somebody that collects what the browser reports."""

    def __init__(self, visitor):
        self.page = visitor.page
        self.said = []
        self.page.add_init_script(LISTEN)
        self.page.on("console", self.hear)

    def hear(self, message):
        if "Content Security Policy" in message.text:
            self.said.append(message.text[:120])

    def read(self, address):
        """Return (its policy, reports), or None for what is no page."""
        self.said.clear()
        try:
            answer = self.page.goto(address, wait_until="load")
        except Exception as error:  # a download is no page
            if "Download is starting" in str(error) or "ERR_ABORTED" in str(error):
                return None
            raise
        if not answer or "text/html" not in answer.headers.get("content-type", ""):
            return None
        reports = self.page.evaluate("window.reported")
        return answer.headers.get("content-security-policy", ""), [*reports, *self.said]


@pytest.fixture
def readers(visit, live_server):  # noqa: F811
    """Windows of every actor, and what each of them is to read."""
    with transaction.atomic():  # Some rows fit together only at the end.
        world = World()
        people = {actor: world[actor] for actor in ACTORS if actor != "stranger"}
        pages = list(addresses(world))
    found = {actor: Reader(visit(user)) for actor, user in people.items()}
    return pages, found | {"stranger": Reader(visit())}


def test_figure(figure, readers):
    to_read, windows = readers
    pages, unsafe, reports = 0, [], []
    for actor, address in to_read:
        found = windows[actor].read(address)
        if found is None:
            continue
        policy, said = found
        pages += 1
        if "unsafe" in policy or "default-src 'none'" not in policy:
            unsafe.append(address)
        reports += [(address, text) for text in said]
    figure(
        f"{pages} pages: {len(reports)} violations {reports[:3] or ''}".strip(),
        kept=pages >= 200 and not reports,
    )
    figure(
        f"policies that allow unsafe: {len(unsafe)} {unsafe[:3] or ''}".strip(),
        kept=not unsafe,
    )


def test_control(control, visit, live_server):  # noqa: F811
    reader = Reader(visit())

    def inject(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</body>", INJECTED))

    reader.page.route("**/verify/", inject)
    reader.read("/verify/")
    reports = reader.page.evaluate("window.reported")
    ran = reader.page.evaluate("window.injected")
    control(
        f"script, style and handler put in: {len(reports)} reports, run: {ran}",
        caught=len(reports) == 3 and ran is None,
    )
