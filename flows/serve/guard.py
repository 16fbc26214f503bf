"""The guard before Prefect's server on this machine.

A page that is open in the same browser can call this machine too. What it says of itself, `Host` and `Origin`, no page
can choose; who may act says so by the credential, which Prefect asks for (`PREFECT_SERVER_API_AUTH_STRING`).
"""

from contextlib import suppress
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.serve.entrance import ENTRANCE, entrance, mark_of, signpost

LOOPBACK = "127.0.0.1"
_API = "/api"
# As nginx.conf.template has them.
_ALWAYS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}
# Prefect's second UI tells others what is clicked, analytics off or not.
_NO_CALL_OUT = "connect-src 'self'"


class Guard:
    """Prefect's server for callers of its own address only, whatever they ask for; a browser comes in by the link."""

    def __init__(self, app: ASGIApp, port: int, front: Path) -> None:
        self.app = app
        self.port = port
        self.front = front
        self.hosts = (f"{LOOPBACK}:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if refusal := self._refusal(headers):
            await _refuse(scope, receive, send, refusal)
        elif scope["type"] == "websocket":  # of these Prefect asks the credential as well
            await self.app(scope, receive, send)
        elif page := self._page(scope, headers):
            await page(scope, receive, self._answering(send, headers))
        else:
            await self.app(scope, receive, self._answering(send, headers))

    def _refusal(self, headers: Headers) -> Response | None:
        """Why a caller is not heard at all: a host that was made to lead here by its name, or another origin."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return PlainTextResponse(f"Only {self.hosts[0]} is served here.\n", 421)
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in headers.getlist("origin")):
            return PlainTextResponse("No page of another origin is answered here.\n", 403)
        return None

    def _page(self, scope: Scope, headers: Headers) -> Response | None:
        """The page of ours that a browser gets in place of Prefect's; None where it gets that one."""
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD") or path == _API or path.startswith(f"{_API}/"):
            return None
        if not (path == ENTRANCE or "text/html" in headers.get("accept", "")):
            return None
        if headers["host"].lower() != self.hosts[0]:  # what a browser keeps for one name it does not know by the other
            query = scope["query_string"].decode("latin-1")
            return RedirectResponse(f"http://{self.hosts[0]}{path}" + (f"?{query}" if query else ""))
        if path == ENTRANCE:
            return entrance(self.port)
        if mark_of(self.port) not in cookie_parser(headers.get("cookie", "")):
            return signpost()
        return RedirectResponse(self._front()) if path == "/" and self._front() else None

    def _front(self) -> str:
        """The page to which the front page leads; Prefect's own where there is none yet."""
        with suppress(OSError):
            return self.front.read_text(encoding="utf-8").strip()
        return ""

    def _answering(self, send: Send, asked: Headers) -> Send:
        """What is sent, with the headers of every answer; a browser whose key is refused is shown the way in again."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_ALWAYS)
                headers.setdefault("Content-Security-Policy", _NO_CALL_OUT)
                if message["status"] == 401 and "authorization" in asked:
                    headers.append("Set-Cookie", f"{mark_of(self.port)}=; path=/; max-age=0; samesite=lax")
            await send(message)

        return answer


async def _refuse(scope: Scope, receive: Receive, send: Send, refusal: Response) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it was accepted: answered 403
    else:
        await refusal(scope, receive, send)
