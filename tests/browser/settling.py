"""Waiting until a page is complete, without an idle period.

Playwright's "network idle" waits for half a second after the last response, on every page.
"""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page

# Reflex reports over its socket that a page has its state, after all its load handlers.
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
# A loop of our own, because our pages' policy forbids Playwright's ``wait_for_function``.
# The second frame starts when React has rendered the state and the first has been painted.
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
    """Make every page of a context notice its state; call it before the first page."""
    context.add_init_script(LISTEN)
    return context


def settle(page: Page) -> None:
    """Wait until React has taken over and has rendered the page's state."""
    page.evaluate(COMPLETE, PATIENCE_SECONDS)
    # The not-found page shows nothing before.
    page.locator("main h1:visible").first.wait_for()
