"""Words as they stand on the pages: apart from one another, in one piece, and to be read."""

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Look, Open
from tests.browser.test_pages import FOR_ADMINISTRATORS, SHOWN

pytestmark = pytest.mark.xdist_group("browser")

_FAULTS: Final = """() => {
  const found = new Set(), word = /[\\p{L}\\p{N}]/u;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let before = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.data.trim() || node.parentElement.closest("script, style, noscript, textarea, option, .away, code, pre, .table, .said")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 2 && box.height > 2);
    if (!boxes.length) continue;
    if (before && before.node.parentElement !== node.parentElement && word.test(before.node.data.slice(-1)) && word.test(node.data[0])) {
      const apart = boxes[0].left - before.end.right;
      if (Math.abs(boxes[0].bottom - before.end.bottom) < 4 && apart > -2 && apart < 2) found.add(`glued: ${before.node.data.slice(-20)}|${node.data.slice(0, 20)}`);
    }
    for (const one of node.data.matchAll(/(?<![\\p{L}\\p{N}_.])[\\p{L}\\p{N}]{3,12}(?![\\p{L}\\p{N}_.])/gu)) {
      range.setStart(node, one.index);
      range.setEnd(node, one.index + one[0].length);
      const lines = new Set([...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top)));
      if (lines.size > 1) found.add(`broken: ${one[0]}`);
    }
    before = { node, end: boxes.at(-1) };
  }
  return [...found];
}"""

_CONTRAST: Final = """(field) => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const style = getComputedStyle(field, "::placeholder");
  let under = field;
  while (parts(getComputedStyle(under).backgroundColor)[3] === 0) under = under.parentElement;
  const [a, b] = [light(parts(style.color)), light(parts(getComputedStyle(under).backgroundColor))];
  return style.opacity * (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


@pytest.mark.parametrize("width", [1280, 390])
def test_words_stand_apart_and_in_one_piece(open_page: Open, width: int) -> None:
    faults = []
    for who, pages in (("somebody", SHOWN), ("administrator", FOR_ADMINISTRATORS)):
        page = open_page("/about", Look("light", width), who=who, fails="404")
        for at in pages.values():
            page.goto(at)
            faults += [f"{at}: {fault}" for fault in page.evaluate(_FAULTS)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("at", ["/", "/people", "/who-knows", "/admin/policy"])
def test_what_a_field_is_for_can_be_read_in_it(open_page: Open, theme: str, at: str) -> None:
    page = open_page(at, Look(theme, 1280), who="administrator")
    for field in page.query_selector_all("input[placeholder], textarea[placeholder]"):
        if field.is_visible():
            assert field.evaluate(_CONTRAST) >= 4.5


def test_what_a_page_came_with_is_not_new_again(open_page: Open) -> None:
    page = open_page("/")
    keys = page.eval_on_selector_all(".posts[data-of] > .item", "all => all.map(one => one.dataset.key)")
    told = f"event: post\ndata: {keys[0]} 0\n\nevent: post\ndata: {int(keys[1]) + 1} 0\n\n"
    for more, is_hidden in (("", True), (f"event: post\ndata: {int(keys[0]) + 65536} 0\n\n", False)):
        said = f"{told}{more}event: beat\ndata:\n\n"
        page.route("**/live?*", _saying(said))
        with page.expect_response("**/live?*"):
            page.reload()
        expect(page.locator(".pill")).to_have_js_property("hidden", is_hidden)
        page.unroute("**/live?*")


def _saying(said: str) -> Callable[[Route], None]:
    """A stream that says this."""
    return lambda route: route.fulfill(content_type="text/event-stream", body=said)
