"""A person with a browser and a stop watch: one connection that is kept, and cookies."""

import http.client
import re
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, body as it travelled, seconds it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Client:
    """Keeps one connection and the cookies; `encoding` is what the browser would accept."""

    port: int
    encoding: str = "identity"
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        return self._ask("POST", path, urllib.parse.urlencode(fields))

    def sign_in(self, path: str, email: str, password: str) -> None:
        """Fill in the sign-in form, with the hidden fields it carries."""
        page = self.get(path).text
        hidden = dict(_hidden(page))
        answer = self.post(path, hidden | {"email": email, "password": password})
        if answer.status != http.client.SEE_OTHER:
            raise SystemExit(f"{email} could not sign in: the page answered {answer.status}")

    def warm(self, path: str) -> None:
        """Visit a page a few times; raises LookupError when it is not there."""
        for _ in range(5):
            answer = self.get(path)
            if answer.status != http.client.OK:
                raise LookupError(f"answered {answer.status}")

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        try:
            return self._ask_once(method, path, body)
        except (
            http.client.RemoteDisconnected,
            ConnectionError,
        ):  # the worker was replaced, as it is now and then
            self._connection.close()
            return self._ask_once(method, path, body)

    def _ask_once(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"Accept": "text/html", "Accept-Encoding": self.encoding}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"http://127.0.0.1:{self.port}{path}"
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        took = time.perf_counter() - began
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, {k.lower(): v for k, v in response.headers.items()}, content, took)


def _hidden(page: str) -> Iterator[tuple[str, str]]:
    for tag in HIDDEN.findall(page):
        attributes = dict(ATTRIBUTE.findall(tag))
        if "name" in attributes:
            yield attributes["name"], attributes.get("value", "")
