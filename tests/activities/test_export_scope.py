"""Every file of rows, asked for by a secretary while another chamber has rows too."""

import io
import re
import zipfile
from html import unescape

import pytest
from django.core.cache import cache
from django.urls import reverse

from activities.models import Fund
from activities.reports import REPORTS
from chambers.models import Branch, Chamber
from tests.activities.test_addresses import ACTORS, EXPORTS, TABLE, World
from tests.workbooks import assert_is_guarded

pytestmark = pytest.mark.django_db
CANARY, MINE = "=金丝雀", "=自家"  # A text that a table might take for a formula.
# What the whole county has once, so that two worlds share it.
SHARED = {"federation", "administrator", "named", "template", "locked", "assembly"}
SHARED |= {"level", "award", "certificate"}


def world_of(word, **shared):
    """Return a world of one chamber whose rows all say its word."""
    world = World(chamber=Chamber.objects.create(name=f"{word}商会", kind="trade").pk)
    world.update(shared)
    Branch.objects.filter(pk=world["branch"]).update(name=f"{word}党支部")
    for key in sorted({key for name in EXPORTS for key in TABLE[name][0]} | ROWED):
        assert world[key]
    # What a file calls by another name than the chamber's.
    Fund.objects.filter(pk=world["fund"]).update(name=f"{word}基金")
    committee = world.chamber.mediation_committees.filter(cases=world["case"])
    committee.update(name=f"{word}调解委员会")
    return world


# A row of each noun that leaves in a file; a file without a foreign row to leave out
# is found below, so none is forgotten here.
ROWED = {"application", "case", "charity", "contact", "demand", "donation", "fund"}
ROWED |= {"fund_entry", "lead", "pairing", "promotion", "return_project"}


@pytest.fixture
def worlds():
    mine = world_of(MINE)
    shared = {key: mine[key] for key in SHARED & {*mine}}
    return mine, world_of(CANARY, **shared)


def text_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = [package.read(part).decode() for part in package.namelist()]
    return re.sub(r"<[^>]*>", "", unescape("".join(parts)))


def sent(client, address, query=""):
    """Return the file of an address; nothing when it is not for this reader."""
    cache.clear()  # How many files a person takes out is limited.
    answer = client.get(address, query)
    if answer.status_code != 200:
        return b""
    return b"".join(answer) if answer.streaming else answer.content


def file_of(client, name, world, query=""):
    """Return what an export says."""
    address = reverse(name, args=[world[key] for key in TABLE[name][0]])
    content = sent(client, address, query)
    return text_of(content) if content else ""


def narrowed(name):
    """Tell whether secretaries have this file, too: then it is theirs alone."""
    answers = dict(zip(ACTORS, TABLE[name][1], strict=True))
    return answers["federation"] != 200 or answers["own"] == 200


OF_A_SECRETARY = [name for name in EXPORTS if narrowed(name)]


@pytest.mark.parametrize("name", OF_A_SECRETARY)
def test_file_of_a_secretary_has_the_own_rows_only(name, worlds, sign_in):
    mine, foreign = worlds
    client = sign_in(mine["own"])

    assert MINE in file_of(client, name, mine)
    for query in ({}, {"chamber": foreign["chamber"]}):
        assert CANARY not in file_of(client, name, mine, query)
    if TABLE[name][0]:
        assert file_of(client, name, foreign) == ""
    # The control: whoever may see both finds the other chamber's row there.
    assert CANARY in file_of(sign_in(mine["federation"]), name, foreign)


@pytest.mark.parametrize("name", sorted({*EXPORTS} - {*OF_A_SECRETARY}))
def test_file_of_staff_is_no_file_of_a_secretary(name, worlds, sign_in):
    mine, _ = worlds
    assert file_of(sign_in(mine["own"]), name, mine) == ""
    assert file_of(sign_in(mine["federation"]), name, mine)


def test_no_text_of_a_file_is_a_formula(sign_in, settings):
    """The title of each file begins with the county's name, a row with a chamber's."""
    settings.PORTAL = settings.PORTAL | {"county": "=上杭县"}
    world = world_of(MINE)
    client = sign_in(world["federation"])
    addresses = [
        reverse(name, args=[world[key] for key in TABLE[name][0]]) for name in EXPORTS
    ]
    addresses += [reverse("workbench:report-export", args=[code]) for code in REPORTS]
    addresses.append(reverse("public:honour-export"))
    files = [sent(client, address) for address in addresses]

    assert all(files)
    for content in files:
        assert_is_guarded(content)
    assert sum(MINE in text_of(content) for content in files) > 10
