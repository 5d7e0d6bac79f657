"""The bridge, as a worker sees it: a short-lived token and one function that calls a route."""
import base64
import hmac
import http.client
import json
import os
import socket
import time
import urllib.error
import urllib.request

API = os.environ.get("BACKEND_API_URL", "http://127.0.0.1:3000").rstrip("/") + "/api/v1"
SECRET = os.environ["WORKER_SERVICE_TOKEN"].encode()
WORKER_ID = os.environ.get("WORKER_ID", f"python-{socket.gethostname()}-{os.getpid()}")

cached = {"minted": 0, "token": ""}


class Unknown(Exception):
    """No definite answer came, which is neither yes nor no: send the same thing again."""


def call(method, path, body=None, bearer=None, timeout=10):
    """(status, data), or (status, the error's envelope) when the bridge refuses; raises Unknown when it did not say."""
    try:
        with send(method, path, body, bearer, timeout) as answer:
            return answer.status, json.loads(answer.read() or b"{}").get("data")
    except urllib.error.HTTPError as refusal:
        if refusal.code == 429 or refusal.code >= 500:
            raise Unknown(f"{refusal.code} from {path}") from refusal
        return refusal.code, json.loads(refusal.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unknown(str(error)) from error


def insist(path, body, given_up):
    """Sends the same thing until the answer is definite, or nobody waits for it any more."""
    while not given_up.is_set():
        try:
            return call("POST", path, body)
        except Unknown:
            given_up.wait(1)
    return 0, {"error": "given up"}


def send(method, path, body=None, bearer=None, timeout=10):
    """The open answer, for bodies that are streamed."""
    headers = {"Authorization": "Bearer " + (bearer or token()), "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(API + path, data, headers, method=method), timeout=timeout)


def token():
    """An HS256 JWT that lives for 300 s; one is used for 240 s."""
    now = int(time.time())
    if now - cached["minted"] >= 240:
        claims = {"type": "worker", "sub": WORKER_ID, "iss": "powernode-platform", "aud": "powernode-api"}
        parts = {"alg": "HS256", "typ": "JWT"}, {**claims, "iat": now, "exp": now + 300}
        head = b".".join(encode(json.dumps(part).encode()) for part in parts)
        signature = encode(hmac.digest(SECRET, head, "sha256"))
        cached.update(minted=now, token=(head + b"." + signature).decode())
    return cached["token"]


def encode(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
