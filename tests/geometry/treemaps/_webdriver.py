"""A headless Chromium, driven by the W3C WebDriver protocol over HTTP."""

import json
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

__all__ = ["CHROMIUM", "DRIVER", "KEYS", "browser"]

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

KEYS = {
    "Backspace": "\ue003", "Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008",
    "Escape": "\ue00c", "Home": "\ue011", "ArrowLeft": "\ue012", "ArrowUp": "\ue013",
    "ArrowRight": "\ue014", "ArrowDown": "\ue015",
}  # fmt: skip
"""How the protocol writes keys that are no letters."""

_OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


class Browser:
    """One window."""

    def __init__(self, address):
        self._address = address

    def call(self, method, path, body=None):
        """Send one command and return its value."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._address + path, data, {"Content-Type": "application/json"})
        request.method = method
        try:
            with urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def open(self, url):
        """Load a page."""
        self.call("POST", "/url", {"url": str(url)})

    def run(self, script, *arguments):
        """Return what a function of this body returns in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, selector):
        """Return the text of an element that is seen, and nothing for another."""
        return self.run("return document.querySelector(arguments[0]).innerText", selector)

    def wait(self, script, *arguments, seconds=20):
        """Wait until an expression is true in the page."""
        end = time.monotonic() + seconds
        while not self.run(f"return Boolean({script})", *arguments):
            assert time.monotonic() < end, f"not true after {seconds} s: {script}"
            time.sleep(0.02)

    def pointer(self, x, y, *, click=False):
        """Move the pointer to a place in the window, and press there."""
        steps = [{"type": "pointerMove", "x": round(x), "y": round(y), "duration": 0}]
        if click:
            steps += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def press(self, *names, shift=False):
        """Press keys one after the other."""
        steps = []
        for name in names:
            steps += [
                {"type": kind, "value": KEYS.get(name, name)} for kind in ("keyDown", "keyUp")
            ]
        if shift:
            held = {"value": KEYS["Shift"]}
            steps = [{"type": "keyDown", **held}, *steps, {"type": "keyUp", **held}]
        self._act({"type": "key", "id": "keys", "actions": steps})

    def _act(self, source):
        self.call("POST", "/actions", {"actions": [source]})

    def complaints(self):
        """Return the errors and warnings in the console since the last call."""
        return self.call("POST", "/se/log", {"type": "browser"})

    def prefer(self, **features):
        """Set what media queries see, such as prefers-color-scheme."""
        wanted = [{"name": name, "value": value} for name, value in features.items()]
        params = {"features": wanted}
        body = {"cmd": "Emulation.setEmulatedMedia", "params": params}
        self.call("POST", "/goog/cdp/execute", body)

    def screenshot(self):
        """Return the window as PNG in base64."""
        return self.call("GET", "/screenshot")


@contextmanager
def browser(width=1000, height=700):
    """Start a driver and a window, and end both."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    driver = subprocess.Popen(
        [DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_until_ready(address)
        options = {"binary": CHROMIUM, "args": [*_OPTIONS, f"--window-size={width},{height}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        made = Browser(f"{address}").call(
            "POST", "/session", {"capabilities": {"alwaysMatch": wanted}}
        )
        window = Browser(f"{address}/session/{made['sessionId']}")
        try:
            yield window
        finally:
            window.call("DELETE", "")
    finally:
        driver.terminate()
        driver.wait(20)


def _wait_until_ready(address):
    end = time.monotonic() + 30
    while True:
        try:
            with urlopen(f"{address}/status", timeout=5) as answer:
                if json.load(answer)["value"]["ready"]:
                    return
        except (URLError, ConnectionError):
            assert time.monotonic() < end, "the driver does not start"
        time.sleep(0.05)
