"""Posts with what MODE names: urllib, httpx, requests, or a proxy's form of http.client."""

import os
import sys

url, text, authorization, key = sys.argv[1:]
body = text.encode()
headers = {
    "Authorization": authorization,
    "Content-Type": "application/json",
    "Idempotency-Key": key,
}
match os.environ["MODE"]:
    case "urllib":
        from urllib.request import Request, urlopen

        with urlopen(Request(url, body, headers)) as answer:  # noqa: S310 - our own URL
            print(answer.status)
    case "httpx":
        import httpx

        print(httpx.post(url, content=body, headers=headers).status_code)
    case "requests":
        import requests  # pyright: ignore[reportMissingModuleSource] - only to be recorded

        print(requests.post(url, data=body, headers=headers, timeout=9).status_code)
    case "proxy":
        # As a client sends that takes the sandbox for its proxy: the whole URL in the first line.
        from http.client import HTTPConnection
        from urllib.parse import urlsplit

        connection = HTTPConnection(urlsplit(url).netloc)
        connection.request("POST", url, body, headers)
        print(connection.getresponse().status)
    case _:
        sys.exit("Which library?")
