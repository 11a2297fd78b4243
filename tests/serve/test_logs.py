"""No log holds what people write, look for, or sign in with, whatever goes wrong on the way."""

import asyncio
import logging
import os
import re
import secrets
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import structlog

from tests.serve.running import Installation, post, servers, serving
from weetwie.runtime import log


async def test_a_session_of_requests_leaves_no_word_in_any_log(installation: Installation) -> None:
    installation.environment |= {"WEETWIE_LOG_LEVEL": "debug", "WEETWIE_LOG_FORMAT": "json"}
    word = f"canary{secrets.token_hex(8)}"
    async with serving(installation) as run:
        token = await installation.somebody()
        async with installation.client(token) as site:
            await _say_everywhere(site, word)
            os.kill(servers(installation.data)[0], signal.SIGKILL)
            await _say_everywhere(site, word)
        async with installation.client(f"{word}-token") as stranger:
            await _say_everywhere(stranger, word)
        said = run.said
    logs = [path for path in installation.data.rglob("*.log*") if path.is_file()]
    everything = said + "".join(path.read_text(errors="replace") for path in logs)
    assert logs
    assert '"event"' in said
    assert word not in everything
    assert token not in everything


async def _say_everywhere(site: httpx.AsyncClient, word: str) -> None:
    for _ in range(2):
        with suppress(httpx.HTTPError):
            await post(site, f"{word} #{word} @{word}")
        for method, path, more in (
            ("GET", f"/api/v2/search?q={word}&limit=x{word}", {}),
            ("GET", f"/api/v1/timelines/tag/{word}?max_id={word}", {}),
            ("GET", f"/api/v1/accounts/lookup?acct={word}", {}),
            ("GET", f"/@{word}", {}),
            ("GET", f"/{word}%00%ff?{word}", {}),
            ("GET", f"/welcome/{word}", {}),
            ("POST", "/api/v1/statuses", {"content": f'{{"status": "{word}'}),
            ("POST", "/api/v1/statuses", {"json": {"status": word, "visibility": word}}),
            ("POST", "/api/v1/statuses", {"json": {"status": f"{word}\x00\ud800"}}),
            ("POST", "/api/v1/apps", {"data": {"client_name": word, "redirect_uris": word}}),
            ("POST", "/oauth/token", {"data": {"client_id": word, "client_secret": word, "code": word}}),
            (
                "PATCH",
                "/api/v1/accounts/update_credentials",
                {"data": {"note": word, "display_name": word * 9999}},
            ),
        ):
            try:
                await site.request(method, path, **more)
            except (httpx.HTTPError, UnicodeError):
                continue


def _fail(secret: str) -> None:
    try:
        int(secret)
    except ValueError as error:
        raise KeyError(secret) from error


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_error_is_told_by_its_place_and_kind_and_not_by_its_words(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    loop = asyncio.new_event_loop()
    before = logging.root.handlers[:], logging.root.level
    try:
        log.configure("info", form)
        try:
            _fail("canary")
        except KeyError as error:
            log.logger("tests").error("a request failed", exc_info=error)
            loop.default_exception_handler(
                {"message": "never retrieved", "exception": error, "future": error}
            )
        said = capsys.readouterr().err
    finally:
        loop.close()
        structlog.reset_defaults()
        logging.root.handlers[:], logging.root.level = before
    assert re.search(r"KeyError.*_fail.*ValueError.*_fail", said, re.DOTALL)
    assert Path(__file__).name in said
    assert "never retrieved" in said
    assert "canary" not in said
