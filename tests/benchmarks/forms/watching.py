"""What a page costs whoever fills it in, asked of the browser: times to frames as they are drawn, and the main thread's
CPU time, heap and nodes from DevTools.

Scripts of ours are put in by DevTools as well, so that a page's content security policy stands as it is.
"""

import json
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page

_KEYS = "abcdefg"
_APART_MS = 120
_TYPED = "typed on the go"
_QUIET_MS = 2500
_SECONDS = 120

# A frame that has the field, and after it a message: the main thread answers.
_LOADING = """
(([first, last]) => {
  const seen = (window.benchSeen = {});
  let parsed = false;
  addEventListener("DOMContentLoaded", () => (parsed = true));
  const answered = (name) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => (seen[name] = performance.now());
    channel.port2.postMessage(0);
  };
  const look = () => {
    if (seen.first === undefined && document.querySelector(first)) { seen.first = null; answered("first"); }
    if (seen.all === undefined && parsed && document.querySelector(last)) { seen.all = null; answered("all"); }
    if (!seen.all) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})(PLACES)
"""

_AFTER_KEY = """
() => {
  window.benchPainted = new Promise((done) => {
    const pressed = (event) => requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now() - event.timeStamp);
      channel.port2.postMessage(0);
    });
    addEventListener("keydown", pressed, { capture: true, once: true });
  });
}
"""

_LONGEST_TASK = """
() => {
  window.benchLongest = 0;
  window.benchTasks = new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.benchLongest = Math.max(window.benchLongest, task.duration);
  });
  benchTasks.observe({ type: "longtask" });
}
"""

_PASTE = """
([first, last, value, text, wrong]) => new Promise((done) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  const from = performance.now();
  let checked;
  document.querySelector(first).dispatchEvent(event);
  const handled = performance.now() - from;
  const there = () => document.querySelector(last)?.value === value
    && document.querySelectorAll("[aria-invalid=true]").length >= wrong;
  const counted = () => parseInt(document.querySelector("[data-count]").textContent) >= wrong;
  const look = () => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const painted = performance.now() - from;
      if (!checked && counted()) checked = painted;
      if (there() || painted > 20000) done({ handled, painted, checked, there: there() });
      else requestAnimationFrame(look);
    };
    channel.port2.postMessage(0);
  };
  requestAnimationFrame(look);
})
"""


@dataclass(frozen=True)
class Places:
    """Selectors: the first learner's first field, the last learner's last, and a text field in the middle row."""

    first: str
    last: str
    middle: str


class Watched:
    """One page in a browser of its own."""

    def __init__(self, page: Page, places: Places, slowed: int = 1) -> None:
        self._page, self._places = page, places
        self._devtools: CDPSession = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        if slowed > 1:
            self._devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
        page.add_init_script(_LOADING.replace("PLACES", json.dumps([places.first, places.last])))

    def load(self, go: Callable[[Page], None]) -> dict[str, float]:
        """From the start of a navigation, in milliseconds: first byte, first field usable, all rows usable."""
        go(self._page)
        both = "() => window.benchSeen?.first && benchSeen.all"
        self._page.wait_for_function(both, polling=_APART_MS, timeout=_SECONDS * 1000)
        seen: dict[str, float] = self._page.evaluate("() => benchSeen")
        byte = self._page.evaluate("() => performance.getEntriesByType('navigation')[0].responseStart")
        return {"first byte": byte, "first usable": seen["first"], "all usable": seen["all"]}

    def arrive(self, go: Callable[[Page], None]) -> None:
        """Load, and wait until nothing is left to do."""
        go(self._page)
        self._page.locator(self._places.middle).wait_for(state="attached")
        self._page.wait_for_timeout(_QUIET_MS)

    def type(self) -> dict[str, float]:
        """Keys pressed in the middle row, each by itself; then leaving the field."""
        self._page.locator(self._places.middle).focus()
        self._page.keyboard.press("End")
        self._page.wait_for_timeout(_APART_MS * 4)
        pressed = [self._press(key) for key in _KEYS][1:]
        left = self._press("Tab")
        return {
            "key to paint": statistics.median(paint for paint, _ in pressed),
            "key CPU": statistics.median(cpu for _, cpu in pressed),
            "leave to paint": left[0],
            "leave CPU": left[1],
        }

    def type_on(self) -> dict[str, float]:
        """Some words without a pause, and all that follows by itself: drafts kept, counts, what the gateway says."""
        self._page.locator(self._places.middle).focus()
        self._page.evaluate(_LONGEST_TASK)
        before = self._cpu()
        self._page.keyboard.type(_TYPED, delay=_APART_MS)
        self._page.wait_for_timeout(_QUIET_MS)
        longest = self._page.evaluate("() => benchLongest")
        return {"typing CPU": (self._cpu() - before) / len(_TYPED), "longest task": longest}

    def hold(self) -> dict[str, float]:
        """What the page holds once all garbage is collected: megabytes of heap, and nodes."""
        self._devtools.send("HeapProfiler.enable")
        for _ in range(2):
            self._devtools.send("HeapProfiler.collectGarbage")
        metrics = self._metrics()
        return {"heap": metrics["JSHeapUsedSize"] / 1e6, "nodes": metrics["Nodes"]}

    def paste(self, text: str, value: str, wrong: int) -> dict[str, float]:
        """A spreadsheet's range pasted at the first field: until it is said how much is wrong in it, and drawn, and
        until the last row is there with its values."""
        before = self._cpu()
        self._page.locator(self._places.first).focus()
        told: dict[str, Any] = self._page.evaluate(_PASTE, [self._places.first, self._places.last, value, text, wrong])
        done = {"pasted": told["painted"], "handled": told["handled"]} if told["there"] else {}
        done |= {"checked": told["checked"]} if told.get("checked") else {}
        self._page.wait_for_timeout(_QUIET_MS)
        return done | {"paste CPU": self._cpu() - before}

    def _press(self, key: str) -> tuple[float, float]:
        self._page.wait_for_timeout(_APART_MS)
        self._page.evaluate(_AFTER_KEY)
        before = self._cpu()
        self._page.keyboard.press(key)
        painted = self._page.evaluate("() => benchPainted")
        return painted, self._cpu() - before

    def _cpu(self) -> float:
        return self._metrics()["TaskDuration"] * 1000

    def _metrics(self) -> dict[str, float]:
        return {one["name"]: one["value"] for one in self._devtools.send("Performance.getMetrics")["metrics"]}
