"""The wire between a client on httpx and the sandbox in its process: no sockets, but time-outs."""

import asyncio

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SandboxTransport(httpx.ASGITransport):
    """Hangs up when the app is silent for longer than httpx's read timeout, as over a socket.

    httpx's own transport without sockets ignores timeouts. The app's work is canceled, which is
    how it learns that its caller has gone.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the app.

        Raises:
            httpx.ReadTimeout: Nothing came for as long as the request's timeout allows.
        """
        seconds: float | None = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(seconds) as silence:
                app = _heard(self.app, silence, seconds)
                return await httpx.ASGITransport(app).handle_async_request(request)
        except TimeoutError as error:
            raise httpx.ReadTimeout(
                "The sandbox did not answer in time.", request=request
            ) from error


def _heard(app: ASGIApp, silence: asyncio.Timeout, seconds: float | None) -> ASGIApp:
    """Return the app with a timeout that begins anew with each piece of a response."""

    async def heard(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_heard(message: Message) -> None:
            if seconds is not None:
                silence.reschedule(asyncio.get_running_loop().time() + seconds)
            await send(message)

        await app(scope, receive, send_heard)

    return heard
