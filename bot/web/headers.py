"""The headers that every answer carries, errors included.

Law: no page loads anything from another site, runs a script that isn't a file of ours, or is shown in
somebody else's frame unless the organisation's file names that site.
"""

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # A form's Origin would be "null" under no-referrer; this tells other sites just as little.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
_FOR_A_YEAR: Final = "max-age=31536000"


def policy(ancestors: Iterable[str] = ()) -> str:
    """Return the content security policy of a page that these sites may show in a frame."""
    return _POLICY.format(ancestors=" ".join(ancestors) or "'none'")


class SecureHeaders:
    """Adds to every answer the headers that it doesn't bring itself; must stand around everything else."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, sending)

    def _add(self, headers: MutableHeaders) -> None:
        headers.setdefault("Content-Security-Policy", policy())
        if "frame-ancestors 'none'" in headers["Content-Security-Policy"]:
            headers.setdefault("X-Frame-Options", "DENY")  # for browsers that don't know the policy
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._https:
            headers.setdefault("Strict-Transport-Security", _FOR_A_YEAR)
