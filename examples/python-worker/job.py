"""What a handler gets, and the ways in which it may end a job."""
import threading

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
        return Settled("fail", {"error": {"message": message, "code": code}, **how})

    def released(self, reason, delay_seconds=0):
        """Gives the job back without burning an attempt."""
        return Settled("release", {"reason": reason, "delaySeconds": delay_seconds})
