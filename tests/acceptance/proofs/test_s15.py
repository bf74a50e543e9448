"""S15: requests that change something, and the entries that they leave."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from redleader import database
from redleader.models import AuditEntry
from redleader.records.forms import check_deferred_constraints
from tests.acceptance.proofs.forms import opened, update_pages
from tests.activities.test_addresses import ACTORS, TABLE, World
from tests.activities.test_audited import DONE, NO_RECORD
from tests.chambers.test_sessions import WORDS, enter, user  # noqa: F401
from tests.conftest import become

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
WHAT = "audit: requests that changed something, and those that left an entry"
TARGET = "100 %, with who, from where and what; sign-ins, refusals, exports, photos too"
ADDRESS = "192.0.2.7"


def entries_of(act):
    """Do something; return the answer and the entries it left, all in one piece."""
    check_deferred_constraints()
    last = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    answer = act()
    if answer.streaming:
        b"".join(answer)
    check_deferred_constraints()
    return answer, list(AuditEntry.objects.filter(id__gt=last))


def requests(sign_in, names):
    """Yield the name, address, person and act of every POST that may change a row."""
    for name in names:
        client, address, fields = opened(name, sign_in)
        yield name, address, client, fields
    for name, (keys, _, answers) in TABLE.items():
        actors = [a for a, code in zip(ACTORS, answers, strict=True) if code in DONE]
        actors = [actor for actor in actors if actor != "stranger"]
        if not actors or not name.startswith("workbench:") or name in NO_RECORD:
            continue
        world = World()
        address = reverse(name, args=[world[key] for key in keys])
        yield name, address, sign_in(world[actors[0]]), {}


def measure(sign_in, names):
    """Return (requests that were done, those without a whole entry)."""
    done, silent = 0, []
    for name, address, client, fields in requests(sign_in, names):
        with transaction.atomic():
            answer, entries = entries_of(
                lambda c=client, a=address, f=fields: c.post(a, f, REMOTE_ADDR=ADDRESS)
            )
            if answer.status_code in DONE:
                done += 1
                person = int(client.session["_auth_user_id"])
                whole = [
                    entry
                    for entry in entries
                    if (entry.person_id, entry.address) == (person, ADDRESS)
                    and (entry.path, entry.method) == (address, "POST")
                    and entry.at.tzinfo
                    and (entry.kind != "change" or entry.detail)
                ]
                if not whole or len(whole) != len(entries):
                    silent.append(name)
            transaction.set_rollback(True)
    return done, silent


def other_doors(sign_in):
    """Return what was done beside changes, and the kinds of entries it left."""
    world = World()
    staff = sign_in(world["federation"])
    foreign = sign_in(world["foreign"])
    photo = reverse("public:photo", args=[world["photo"], "full"])
    detail = reverse("workbench:lecture-detail", args=[world["draft"]])
    acts = {
        "failed sign-in": lambda: enter(Client(), "wrong"),
        "sign-in": lambda: enter(Client()),
        "a foreign record": lambda: foreign.get(detail),
        "no right": lambda: foreign.get(reverse("workbench:quarter-list")),
        "export": lambda: staff.get(reverse("workbench:lead-export")),
        "photo that is not public": lambda: sign_in(world["own"]).get(photo),
    }
    return {what: [e.kind for e in entries_of(act)[1]] for what, act in acts.items()}


def secrets_logged():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM redleader_auditentry e WHERE e::text LIKE %s",
            [f"%{WORDS}%"],
        )
        return cursor.fetchone()[0]


@pytest.fixture
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_figure(figure, user, undone, sign_in):  # noqa: F811
    done, silent = measure(sign_in, update_pages())
    figure(
        f"{done} requests done, {len(silent)} without an entry"
        f" {silent[:5] or ''}".strip(),
        kept=done >= 40 and not silent,
    )
    left = other_doors(sign_in)
    none = [what for what, kinds in left.items() if not kinds]
    figure(
        f"{len(left)} other doors, {len(none)} without an entry {none or ''}".strip(),
        kept=not none,
    )
    count = secrets_logged()
    figure(f"entries with a password in them: {count}", kept=count == 0)


def switch(how):
    """Switch the trigger that chains events, on every table of events."""
    become("postgres")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname = 'audit_event'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} {how} TRIGGER audit_event")
    become(database.APP)


def test_control(control, sign_in):
    switch("DISABLE")
    try:
        with transaction.atomic():
            names = ["workbench:lead-update", "workbench:demand-update"]
            done, silent = measure(sign_in, names)
            transaction.set_rollback(True)
    finally:
        switch("ENABLE")
    control(
        f"triggers off: {len(silent)} of {done} requests without an entry",
        caught=len(silent) > done / 2,
    )
