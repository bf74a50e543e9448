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
AFTER_COMMIT, BEFORE_ROLL = "die-after-commit", "die-before-roll"
HALVES = "--halves"  # without transactions: the control of the kills


def end_with_driver():
    sys.stdin.read()
    os._exit(0)


def die_if(order: Path) -> None:
    """End the process without a word, once for every order that was left."""
    with contextlib.suppress(FileNotFoundError):
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def die_after_commit(application, orders: Path):
    """Die after a record is committed and before it is answered.

    The request's transaction ends inside ``application``; the server sends
    nothing before that returns.
    """

    def wrapped(environ, start_response):
        began = []

        def note(status, *rest):
            began.append(status)
            return start_response(status, *rest)

        body = application(environ, note)
        created = environ["REQUEST_METHOD"] == "POST" and began[0][:3] == "302"
        if created and environ["PATH_INFO"] == CREATE:
            die_if(orders / AFTER_COMMIT)
        return body

    return wrapped


def die_before_roll(orders: Path):
    """Die when a record is written and its roll and photos are not."""
    from activities.services import lecture

    set_roll = lecture.set_roll

    def wrapped(*args):
        die_if(orders / BEFORE_ROLL)
        return set_roll(*args)

    lecture.set_roll = wrapped


def without_transactions():
    """Take the transactions out of saving a record, so that a kill halves it."""
    from django.conf import settings

    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False

    from activities.services import lecture
    from redleader.records import forms

    class NoTransaction:
        atomic = contextlib.nullcontext

    lecture.save_lecture = lecture.save_lecture.__wrapped__
    forms.transaction = NoTransaction
    forms.check_deferred_constraints = lambda: None


def main(port: int, orders: Path, options: list[str]):
    from waitress import serve

    threading.Thread(target=end_with_driver, daemon=True).start()
    from redleader.wsgi import application

    if HALVES in options:
        without_transactions()
    die_before_roll(orders)
    application = die_after_commit(application, orders)
    serve(application, host="127.0.0.1", port=port, threads=8, _quiet=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
