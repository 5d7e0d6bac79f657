"""What a handler gets, and the ways in which it may end a job."""
import threading
import traceback

from bridge import call, send


class Settled(Exception):
    """Raised by a handler that ends its job in another way than completed: raise job.failed(…) or job.released(…)."""


class Job:
    """What a handler gets. `stopped` is set once nobody wants the result any more: look at it now and then."""

    def __init__(self, claimed, claim_sent):
        self.id, self.name, self.payload, self.lease = (claimed[key] for key in ("id", "name", "payload", "lease"))
        self.token, self.renewed, self.percent, self.stopped = claimed["token"], claim_sent, 0, threading.Event()

    def api(self, method, path, body=None):
        """A call on the job's own data plane, with the token that came with the claim."""
        status, data = call(method, path, body, self.token)
        if status >= 400:
            raise self.failed(f"{method} {path}: {data['error']}", data["code"])
        return data

    def download(self, path):
        return send("GET", path, None, self.token)

    def failed(self, message, code="failed", **how):
        """`how` may hold retry (True or False) and retryInSeconds; without them the job's own policy decides."""
        return Settled("fail", {"error": {"message": storable(message), "code": code}, **how})

    def crashed(self, error):
        stack = "".join(traceback.format_exception(type(error), error, error.__traceback__))[-20000:]
        details = {"message": storable(error), "name": type(error).__name__, "stack": storable(stack)}
        return Settled("fail", {"error": details})

    def released(self, reason, delay_seconds=0):
        """Gives the job back without burning an attempt."""
        return Settled("release", {"reason": reason, "delaySeconds": delay_seconds})


def storable(text):
    """PostgreSQL holds neither NUL nor half a character, so the bridge refuses them."""
    return str(text).encode("utf-8", "replace").decode().replace("\0", "\ufffd")
