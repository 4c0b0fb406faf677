"""The security headers of every answer. The policy for scripts and styles is made with the site, its hashes with it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradepost.doors.web.gateway import Gateway

# Addresses of these carry a secret in their path.
_SECRET_PARTS = ("{secret}", "{token}", "{link}")
_FEATURES = ("camera", "geolocation", "microphone", "payment", "usb")
_EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    # For browsers that do not know the policy's frame-ancestors.
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Cache-Control": "no-store",
}
_A_YEAR = "max-age=31536000; includeSubDomains"


def security_headers(gateway: Gateway, scope: Scope) -> dict[str, str]:
    """Headers of one answer, by the route that gives it."""
    route = getattr(scope.get("route"), "path", "")
    has_secret = any(part in route for part in _SECRET_PARTS)
    return {
        **_EVERYWHERE,
        "Content-Security-Policy": gateway.site.policy,
        # Elsewhere not "no-referrer": browsers then hide the origin of our own form posts, and those that send no
        # Sec-Fetch-Site would be refused. A page with a secret in its address takes posts by that secret alone.
        "Referrer-Policy": "no-referrer" if has_secret else "same-origin",
        **({"Strict-Transport-Security": _A_YEAR} if gateway.is_https else {}),
    }


class SecurityHeaders:
    """Puts the security headers on every answer that does not set its own."""

    def __init__(self, app: ASGIApp, gateway: Gateway) -> None:
        self._app = app
        self._gateway = gateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                wanted = security_headers(self._gateway, scope).items()
                encoded = [(name.lower().encode(), value.encode()) for name, value in wanted]
                message["headers"] += [pair for pair in encoded if pair[0] not in present]
            await send(message)

        await self._app(scope, receive, send_with_headers)
