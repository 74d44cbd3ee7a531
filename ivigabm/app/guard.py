"""Who may speak to the server, and the headers that every answer carries."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOCAL = ("127.0.0.1", "localhost", "[::1]")
EVERYWHERE = ("0.0.0.0", "::")
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self' ws://{host}; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'none'"
)


class Guard:
    """Refuses foreign hosts and origins; adds the policy to every answer.

    A page of another site can open a websocket to this machine, and a name of that site can be
    made to point here. Neither gets past: Host must be a name of ours, Origin the same place.

    Parameters
    ----------
    host : what the server is bound to; on all interfaces any Host is taken.
    """

    def __init__(self, app: App, host: str = LOCAL[0]) -> None:
        self._app = app
        self._names = None if host in EVERYWHERE else {*LOCAL, host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or websocket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin")
        if not self._ours(host) or (origin is not None and not _same(origin, host)):
            await _refuse(scope, receive, send)
            return
        policy = _POLICY.format(host=host).encode("latin-1")

        async def with_policy(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"content-security-policy", policy),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                    (b"cross-origin-opener-policy", b"same-origin"),
                ]
            await send(message)

        await self._app(scope, receive, with_policy)

    def _ours(self, host: str) -> bool:
        try:
            parts = urlsplit(f"//{host}")
            name, _ = parts.hostname, parts.port
        except ValueError:
            return False
        if not name or parts.netloc != host or set(host) & set(" ;,/'\"@"):
            return False
        bracketed = f"[{name}]" if ":" in name else name
        return self._names is None or bracketed in self._names or name in self._names


def _same(origin: str, host: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc == host


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """403; a websocket that is closed before it is accepted becomes one."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
        return
    await send({
        "type": "http.response.start", "status": 403,
        "headers": [(b"content-type", b"text/plain; charset=utf-8")],
    })  # fmt: skip
    await send({"type": "http.response.body", "body": b"this page is for its own origin only\n"})
