"""Take the pictures of the handbook, and of the README, from a running demo.

``python -m tests.browser.screenshots FOLDER`` starts a demo of its own on loopback,
looks at its front page, works in it as a secretary on a phone, and stops it again.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.conftest import CHROMIUM, NO_CHROMIUM

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_demo(folder: str, port: int) -> tuple[subprocess.Popen, str]:
    """Return the running demo and the password of the first secretary."""
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"REDLEADER_VAR": folder},
        stdout=subprocess.PIPE,
        text=True,
    )
    password = ""
    for line in demo.stdout:
        found = re.search(r"mishu01\t密码 (\S+)", line)
        password = found[1] if found else password
        if "http://" in line:
            return demo, password
    raise SystemExit("演示没有启动起来。")


class Album:
    def __init__(self, page: Page, folder: Path):
        self.page, self.folder = page, folder

    def take(self, name: str, *, height: int = 740) -> None:
        """Save what a phone shows, from the top, as a small PNG."""
        self.page.mouse.move(0, 0)
        content = self.page.screenshot(full_page=True)
        picture = Image.open(BytesIO(content)).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(height, picture.height)))
        colours = picture.quantize(64, dither=Image.Dither.NONE)
        colours.save(self.folder / f"{name}.png", optimize=True)
        print(f"{name}.png")  # noqa: T201  the progress of a command


def tall(page: Page, height: int) -> None:
    """Make the window as tall as the picture, so that what sticks stays below."""
    page.set_viewport_size(PHONE | {"height": height})


def work(page: Page, album: Album, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("用户名").fill("mishu01")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/workbench/")
    album.take("desk", height=1100)
    page.goto("/workbench/plan/")
    album.take("plan", height=1100)

    tall(page, 1000)
    page.goto("/workbench/lectures/new/")
    page.get_by_label("类别").select_option(label="党课")
    page.get_by_label("主题").fill("民营经济促进法怎么用")
    album.take("step1", height=1000)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="全到").click()
    people = page.get_by_role("radiogroup")
    names = [people.nth(n).get_attribute("aria-label") for n in range(people.count())]
    for number in (1, 4, 7):
        people.nth(number).get_by_role("radio", name="缺席").check()
    for number in (2, 5):
        people.nth(number).get_by_role("radio", name="请假").check()
    album.take("step2", height=1000)
    page.get_by_text("粘贴接龙或名单").click()
    listed = [*names[8:11], names[2]]
    pasted = "\n".join(f"{n}. {name}" for n, name in enumerate(listed, start=1))
    page.get_by_label("把微信群里的接龙").fill(f"#接龙\n{pasted}\n5. 客人甲 +1")
    page.get_by_role("button", name="对照名单").click()
    page.locator(".match").wait_for()
    tall(page, 1000)
    page.locator(".paste").scroll_into_view_if_needed()
    page.locator(".paste").screenshot(path=album.folder / "match.png")
    page.get_by_role("button", name="下一步").click()
    album.take("step3", height=1000)
    page.get_by_role("button", name="存为草稿").last.click()
    page.get_by_text("已存为草稿").first.wait_for()
    conflict(page, album)


def conflict(page: Page, album: Album) -> None:
    page.get_by_role("link", name="修改").first.click()
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("地点").fill("文化馆二楼")
    other.get_by_role("button", name="存为草稿").last.click()
    other.get_by_text("已存为草稿").first.wait_for()
    other.close()
    page.get_by_label("地点").fill("镇政府三楼会议室")
    page.get_by_role("button", name="存为草稿").last.click()
    page.get_by_text("修改过此记录").wait_for()
    album.take("conflict", height=900)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    folder = parser.parse_args().folder
    if not CHROMIUM:
        raise SystemExit(NO_CHROMIUM)
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="redleader-pictures-") as var:
        demo, password = start_demo(var, port)
        try:
            with sync_playwright() as play:
                browser = play.chromium.launch(
                    executable_path=CHROMIUM, args=["--no-sandbox"]
                )
                site = {"base_url": f"http://127.0.0.1:{port}", "locale": "zh-CN"}
                page = browser.new_context(viewport=DESK, **site).new_page()
                page.goto("/")
                Album(page, folder.parent).take("home", height=DESK["height"])
                page = browser.new_context(viewport=PHONE, **site).new_page()
                work(page, Album(page, folder), password)
                browser.close()
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(START_SECONDS)


if __name__ == "__main__":
    main()
