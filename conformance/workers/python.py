"""The three jobs that a worker under test must know, run by examples/python-worker."""
import pathlib
import sys
import types

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "examples" / "python-worker"))


def fail(job):
    raise RuntimeError("on purpose")


def hold(job):
    job.stopped.wait()
    raise job.released("stopped")


handlers = types.ModuleType("handlers")
handlers.HANDLERS = {"conformance.complete": lambda job: {"done": True}, "conformance.fail": fail, "conformance.hold": hold}
sys.modules["handlers"] = handlers
from worker import main  # noqa: E402  (it reads its handlers when it is loaded)

main()
