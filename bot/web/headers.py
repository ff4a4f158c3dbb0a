"""The headers that every answer carries, errors included.

Law: no page loads anything from another site, runs a script that isn't a file of ours, or is shown in
somebody else's frame unless the organisation's file names that site.
"""

from collections.abc import Iterable
from typing import Final

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
_CSP: Final = b"content-security-policy"
_UNFRAMED: Final = b"frame-ancestors 'none'"
_OLDER: Final = (b"x-frame-options", b"DENY")
"""For browsers that don't know the policy."""


def policy(ancestors: Iterable[str] = ()) -> str:
    """Return the content security policy of a page that these sites may show in a frame."""
    return _POLICY.format(ancestors=" ".join(ancestors) or "'none'")


class SecureHeaders:
    """Adds to every answer the headers that it doesn't bring itself; must stand around everything else."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        always = {"Content-Security-Policy": policy(), **HEADERS}
        always |= {"Strict-Transport-Security": _FOR_A_YEAR} if https else {}
        self._always = [(name.lower().encode(), value.encode()) for name, value in always.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": self._with(list(message.get("headers", ())))}
            await send(message)

        await self._app(scope, receive, sending)

    def _with(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return an answer's headers with those it lacks; their names are in small letters, as ASGI says."""
        given = dict(headers)
        headers += [one for one in self._always if one[0] not in given]
        if _UNFRAMED in given.get(_CSP, _UNFRAMED) and _OLDER[0] not in given:
            headers.append(_OLDER)
        return headers
