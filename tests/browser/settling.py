"""Knowing when a page is complete, without waiting for a while in which nothing happens.

Playwright's "network idle" rests for half a second after the last answer, at every page.
"""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

# Reflex says over its socket that a page has its state, after every handler of its loading.
LISTEN = """
window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", ({ data }) => {
      if (String(data).includes('"is_hydrated_rx_state_":true')) window.__stateCame = true;
    });
  }
};
"""
# A loop of our own: our pages forbid what Playwright waits for a function with.
# The second frame begins when React has drawn what came and the first has been painted.
COMPLETE = """async (seconds) => {
  const until = Date.now() + seconds * 1000;
  while (!window.__stateCame) {
    if (Date.now() > until) throw new Error(`no state came to ${location.href}`);
    await new Promise((done) => setTimeout(done, 5));
  }
  await document.fonts.ready;
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
PATIENCE_SECONDS = 30


def listen(context: BrowserContext) -> BrowserContext:
    """Let every page of a context notice when its state comes; before its first page."""
    context.add_init_script(LISTEN)
    return context


def settle(page: Page) -> None:
    """Wait until React has taken over and the page's state has come and is drawn."""
    page.evaluate(COMPLETE, PATIENCE_SECONDS)
    # An address that does not exist has nothing to show before.
    page.locator("main h1:visible").first.wait_for()
