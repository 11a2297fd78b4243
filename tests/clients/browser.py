"""A browser without JavaScript: it opens pages, fills the form that stands there, and presses a button."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx

from tests.clients.running import PASSWORD
from tests.patience import PATIENCE


class _Page(HTMLParser):
    """The form of a page (the first that shows), and the code on it where there is one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.has_form = False
        self.action = ""
        self.fields: dict[str, str] = {}
        self.code = ""
        self._is_in_code = self._is_in_form = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            assert given.get("method") == "post"
            self._is_in_form = not self.has_form and "hidden" not in given
            if self._is_in_form:
                self.has_form, self.action = True, given.get("action", "")
        elif tag == "input" and self._is_in_form:
            self.fields[given["name"]] = given.get("value", "")
        self._is_in_code = tag == "output"

    def handle_data(self, data: str) -> None:
        if self._is_in_code:
            self.code += data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._is_in_code = False


class Browser:
    def __init__(self) -> None:
        self._client = httpx.Client(timeout=PATIENCE)

    def consent(self, address: str, name: str) -> str:
        """Signs in and allows what an app asks for. Gives the code on the page, or where the app is called back."""
        page = self._open(address)
        assert set(_Page(page.text).fields) == {"form", "name", "password"}, page.text
        page = self._press(page, name=name, password=PASSWORD)
        if _Page(page.text).action.startswith("/settings/sign-in/read"):
            page = self._press(page)  # what has changed in how they sign in, read and out of the way
        assert _Page(page.text).has_form, page.text
        page = self._press(page, decision="allow")
        return _Page(page.text).code or str(page.url)

    def close(self) -> None:
        self._client.close()

    def _open(self, address: str) -> httpx.Response:
        return self._follow(self._client.get(address))

    def _press(self, page: httpx.Response, **given: str) -> httpx.Response:
        form = _Page(page.text)
        fields: dict[str, Any] = form.fields | given
        return self._follow(
            self._client.post(urljoin(str(page.url), form.action or str(page.url)), data=fields)
        )

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        """Goes where it is sent, but not into an app."""
        home = (answer.url.scheme, answer.url.netloc)
        while answer.is_redirect:
            place = answer.url.join(answer.headers["location"])
            if (place.scheme, place.netloc) != home:
                return httpx.Response(200, request=httpx.Request("GET", place))
            answer = self._client.get(place)
        assert answer.status_code == 200, answer.text
        return answer
