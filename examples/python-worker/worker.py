#!/usr/bin/env python3
"""A Powernode worker in Python's standard library: no database, no packages, only the bridge's URL and its secret.
Copy this folder, write your own handlers.py, run it. It keeps to docs/protocol.md and nothing else."""
import os
import signal
import socket
import threading
import time
import uuid

from bridge import WORKER_ID, Unknown, call, insist
from handlers import HANDLERS
from job import Job, Settled

ME = f"/workers/{WORKER_ID}"
QUEUES = os.environ.get("WORKER_QUEUES", "file_processing").split(",")
CONCURRENCY = int(os.environ.get("WORKER_CONCURRENCY", "2"))
DRAIN_SECONDS = float(os.environ.get("DRAIN_SECONDS", "30"))

jobs, intervals = {}, {}
draining, stop_now, beat_now = threading.Event(), threading.Event(), threading.Event()


def register():
    about = {"hostname": socket.gethostname(), "pid": os.getpid(), "version": "1.0.0", "protocol": 1}
    status, data = insist("/workers/register", {**about, "queues": QUEUES, "concurrency": CONCURRENCY}, draining)
    if status == 201:
        intervals.update(data["intervals"])
    else:
        print(f"the bridge refuses this worker: {data['error']}", flush=True)
        draining.set()


def keep_beating():
    while True:
        running = list(jobs.values())
        try:
            beat(running)
        except Unknown:
            pass
        for job in running:  # no renewal for a whole lease: someone else may have the job by now
            if time.monotonic() - job.renewed > intervals["leaseSeconds"]:
                job.stopped.set()
        beat_now.wait(intervals["heartbeatSeconds"])
        beat_now.clear()


def beat(running):
    sent, status = time.monotonic(), "draining" if draining.is_set() else "busy" if running else "idle"
    leases = [{"jobId": job.id, "lease": job.lease, "progress": {"percent": job.percent}} for job in running]
    code, reply = call("POST", f"{ME}/heartbeat", {"status": status, "running": leases}, timeout=5)
    if code == 404 and not draining.is_set():
        register()
    if code != 200:
        return
    for job in running:
        job.renewed = sent
        if job.id in reply["lost"] or job.id in reply["cancelled"]:
            job.stopped.set()
    if reply["directive"] == "stop":
        stop_now.set()
    if reply["directive"] != "continue":
        draining.set()


def serve_slot():
    """One slot: claim, work, settle, again. A claim whose answer was lost is repeated under the same claimId."""
    claim_id, wait = str(uuid.uuid4()), intervals["claimWaitSeconds"]
    while not draining.is_set():
        sent, wish = time.monotonic(), {"claimId": claim_id, "queues": QUEUES, "limit": 1, "waitSeconds": wait}
        try:
            status, data = call("POST", f"{ME}/claim", wish, timeout=wait + 10)
        except Unknown:
            draining.wait(1)
            continue
        claim_id = str(uuid.uuid4())
        if status == 200:
            for claimed in data["jobs"]:
                work(Job(claimed, sent))
        elif status != 204:  # most likely worker_unknown: the next beat hears it too, and registers again
            beat_now.set()
            draining.wait(1)


def work(job):
    jobs[job.id] = job
    beat_now.set()  # the first beat confirms the claim
    try:
        if job.name not in HANDLERS:
            raise job.released(f"this worker has no handler for {job.name}", delay_seconds=5)
        verb, body = "complete", {"output": HANDLERS[job.name](job) or {}}
    except Settled as other:
        verb, body = other.args
    except Exception as error:
        verb, body = job.crashed(error).args
    settle(job, verb, body)
    del jobs[job.id]


def settle(job, verb, body):
    """Goes on until the answer is definite, beating all the while: settling twice is harmless."""
    status, data = insist(f"{ME}/{verb}/{job.id}", {"lease": job.lease, **body}, job.stopped)
    print(f"{job.name} {job.id}: {verb} {status} {data.get('state') or data['error']}", flush=True)
    if status in (413, 422):  # too large, or text that cannot be stored: the job must not stay behind unsettled
        reason = job.failed(data["error"], "outcome_refused", retry=False)
        insist(f"{ME}/fail/{job.id}", {"lease": job.lease, **reason.args[1]}, job.stopped)


def main():
    register()
    if draining.is_set():
        raise SystemExit(1)
    signals = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: signals.append(received))
    slots = [threading.Thread(target=serve_slot, daemon=True) for _ in range(CONCURRENCY)]
    for thread in [*slots, threading.Thread(target=keep_beating, daemon=True)]:
        thread.start()
    while not (signals or draining.wait(0.2)):
        pass
    draining.set()
    tell("POST", f"{ME}/drain")  # ends parked claims; what runs has DRAIN_SECONDS to end
    deadline = time.monotonic() + DRAIN_SECONDS
    while any(slot.is_alive() for slot in slots) and time.monotonic() < deadline and len(signals) < 2:
        if stop_now.wait(0.1):
            break
    tell("DELETE", ME)  # whatever still runs goes back without burning an attempt


def tell(method, path):
    """Said once: when it does not arrive, the leases run out by themselves."""
    try:
        call(method, path)
    except Unknown as silence:
        print(f"{method} {path}: {silence}", flush=True)


if __name__ == "__main__":
    main()
