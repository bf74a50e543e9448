"""The site as ``manage.py demo`` serves it, on one port, with faults on demand.

It ends with its driver: when the pipe on its standard input closes, it stops.
"""

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

CREATE = "/workbench/lectures/new/"
HALVES = "--halves"  # without transactions: the control of the kills


def end_with_driver():
    sys.stdin.read()
    os._exit(0)


def die_after_commit(application, order: Path):
    """End the process after a record is committed and before it is answered.

    It happens once for every ``order`` file. The request's transaction ends
    inside ``application``; the server sends nothing before that returns.
    """

    def wrapped(environ, start_response):
        began = []

        def note(status, *rest):
            began.append(status)
            return start_response(status, *rest)

        body = application(environ, note)
        created = environ["REQUEST_METHOD"] == "POST" and began[0][:3] == "302"
        if created and environ["PATH_INFO"] == CREATE:
            with contextlib.suppress(FileNotFoundError):
                order.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return body

    return wrapped


def without_transactions():
    """Take the transactions out of saving a record, so that a kill halves it."""
    from django.conf import settings

    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False

    from activities.services import lecture
    from redleader import forms

    class NoTransaction:
        atomic = contextlib.nullcontext

    lecture.save_lecture = lecture.save_lecture.__wrapped__
    forms.transaction = NoTransaction
    forms.check_deferred_rules = lambda: None


def main(port: int, order: Path, options: list[str]):
    from waitress import serve

    threading.Thread(target=end_with_driver, daemon=True).start()
    from redleader.wsgi import application

    if HALVES in options:
        without_transactions()
    application = die_after_commit(application, order)
    serve(application, host="127.0.0.1", port=port, threads=8, _quiet=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
