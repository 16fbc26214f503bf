"""The two pages ahead of Prefect's own: the one behind the link that lets a browser in, and the one without it.

The key stands behind the `#` of the link, which no browser sends to a server: it is in no log and in no referrer. From
there it goes to where Prefect's pages look for the credential themselves: the storage of this origin, which no page of
another port or host can read, as it could a cookie.
"""

import hashlib
from base64 import b64encode
from urllib.parse import quote

from starlette.responses import HTMLResponse

ENTRANCE = "/optex"


def link(ui: str, credential: str) -> str:
    """The address that lets a browser in."""
    return f"{ui}{ENTRANCE}#{quote(credential, safe='')}"


def mark_of(port: int) -> str:
    """The cookie of a browser that came by the link. It opens nothing: by it the page to show is chosen, no more."""
    return f"optex-{port}"


def entrance(port: int) -> HTMLResponse:
    """The page of the link: it tries the key, keeps it, and goes on to Prefect's front page."""
    return _page(200, "One moment…", _ENTER.replace("MARK", mark_of(port)))


def signpost() -> HTMLResponse:
    """What a browser is told that did not come by the link."""
    return _page(401, _WITHOUT)


_WITHOUT = (
    "This browser does not know the key of these offers yet: open the link that optex serve printed when it started, "
    "or that <code>optex link FOLDER</code> prints again."
)
_ENTER = """
const enter = async () => {
  const said = document.querySelector("p"), key = decodeURIComponent(location.hash.slice(1));
  const held = btoa(key);
  const answer = await fetch("/api/version", { headers: { Authorization: "Basic " + held } });
  if (!answer.ok) {
    said.textContent = "This link is not the one of the offers that are served here now: "
      + "optex link FOLDER prints the right one.";
    return;
  }
  localStorage.setItem("prefect-password", held);
  document.cookie = "MARK=1; path=/; max-age=31536000; samesite=lax";
  location.replace("/");
};
addEventListener("hashchange", enter);
enter();
"""


def _page(status: int, words: str, script: str = "") -> HTMLResponse:
    """A page that may run its own script and load nothing at all."""
    may = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; connect-src 'self'"
    if script:
        may += f"; script-src 'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
    body = _FRAME.replace("WORDS", words) + (f"<script>{script}</script>" if script else "")
    return HTMLResponse(body, status, {"Content-Security-Policy": may, "Cache-Control": "no-store"})


_FRAME = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>optex</title>
<style>:root { color-scheme: light dark } body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem;
margin: 15vh auto; padding: 0 1rem }</style>
<p>WORDS</p>
"""
