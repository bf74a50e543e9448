"""As much of a browser as a drive needs: cookies, forms, uploads."""

import http.client
import random
import secrets
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

# What a client sees when the other side dies.
LOST = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Answer:
    status: int
    address: str  # where a redirect leads
    text: str


class Browser:
    """One person's session; every request goes to one of the ports, by chance."""

    def __init__(self, ports, timeout=60):
        self.ports, self.timeout = ports, timeout
        self.cookies = {}

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, fields: dict, files=None) -> Answer:
        """Send a form; ``files`` are (field, file name, bytes). May raise LOST."""
        if files is None:
            kind = "application/x-www-form-urlencoded"
            return self.send("POST", path, urlencode(fields).encode(), kind)
        return self.send("POST", path, *multipart(fields, files))

    def send(self, method, path, body=None, kind=None) -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if kind:
            headers["Content-Type"] = kind
        port = random.choice(self.ports)
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=self.timeout)
        try:
            link.request(method, path, body, headers)
            response = link.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            link.close()
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, response.headers.get("Location", ""), text)

    def sign_in(self, username: str, password: str) -> "Browser":
        page = self.get("/accounts/login/")
        typed = {"login": username, "password": password}
        answer = self.post("/accounts/login/", read_form(page.text) | typed)
        if answer.status != 302:
            raise RuntimeError(f"{username} could not sign in: {answer.status}")
        return self


def multipart(fields: dict, files) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    parts = []
    for name, value in fields.items():
        head = f'Content-Disposition: form-data; name="{name}"'
        parts.append(f"--{boundary}\r\n{head}\r\n\r\n{value}\r\n".encode())
    for name, filename, content in files:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
        kind = "Content-Type: image/jpeg"
        parts.append(f"--{boundary}\r\n{head}\r\n{kind}\r\n\r\n".encode())
        parts.append(content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


class FormReader(HTMLParser):
    """Collects what a page's forms would send without a button."""

    def __init__(self):
        super().__init__()
        self.fields = {}
        self.area = self.select = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name, kind = given.get("name"), given.get("type", "text")
        if tag == "input" and name and kind not in ("file", "submit"):
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.fields[name] = given.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.fields[name] = ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and (
            "selected" in given or self.select not in self.fields
        ):
            self.fields[self.select] = given.get("value") or ""

    def handle_data(self, data):
        if self.area:
            self.fields[self.area] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.area:
            # A browser drops the line break that follows the opening tag.
            text = self.fields[self.area].replace("\r\n", "\n")
            self.fields[self.area] = text.removeprefix("\n")
            self.area = None
        elif tag == "select":
            self.select = None


def read_form(page: str) -> dict[str, str]:
    reader = FormReader()
    reader.feed(page)
    return reader.fields
