"""Every request that changes something leaves an entry of who, when and from where."""

import pytest
from django.urls import reverse

from redleader.models import AuditEntry
from redleader.records.forms import check_deferred_constraints
from tests.activities.test_addresses import ACTORS, TABLE, World

pytestmark = pytest.mark.django_db

# Unfinished text is no record; these leave nothing, and show that the count can be 0.
NO_RECORD = {"workbench:draft-drop"}


def test_every_post_that_is_done_leaves_an_entry(sign_in):
    silent, count = set(), 0
    for name, (keys, _, answers) in TABLE.items():
        actors = [a for a, code in zip(ACTORS, answers, strict=True) if code in DONE]
        actors = [actor for actor in actors if actor != "stranger"]
        if not actors or not name.startswith("workbench:"):
            continue
        world = World()
        address = reverse(name, args=[world[key] for key in keys])
        client = sign_in(world[actors[0]])
        check_deferred_constraints()
        before = AuditEntry.objects.count()
        answer = client.post(address, REMOTE_ADDR="192.0.2.7")
        assert answer.status_code in DONE, name
        check_deferred_constraints()
        entries = AuditEntry.objects.all()[: AuditEntry.objects.count() - before]
        count += 1
        if not entries:
            silent.add(name)
        for entry in entries:
            assert entry.person_id == world[actors[0]].pk, name
            assert entry.address == "192.0.2.7", name
            assert entry.path == address, name

    assert count >= 15
    assert silent == NO_RECORD


DONE = (302, 204)
