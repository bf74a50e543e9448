"""Every form that changes a row, filled in as its page offers it."""

from django.urls import reverse

from tests.acceptance.drives.browser import read_form
from tests.activities.test_addresses import ACTORS, TABLE, World

# A POST there is answered by a form that stood on the page, or by a step.
ANSWERS = (302, 422)
ACTOR = "own"


def update_pages(prefix="workbench:"):
    """Return the addresses whose form a secretary may open and send."""
    at = ACTORS.index(ACTOR)
    return [
        name
        for name, (_, reads, posts) in TABLE.items()
        if name.startswith(prefix)
        and reads[at] == 200
        and posts[at] in ANSWERS
        and name != "workbench:import-file"
    ]


def opened(name, sign_in, actor=ACTOR):
    """Return (client, address, fields) of a form as its page offers it."""
    world = World()
    address = reverse(name, args=[world[key] for key in TABLE[name][0]])
    client = sign_in(world[actor])
    page = client.get(address).content.decode()
    main = page.partition("<main")[2].partition("</main>")[0]
    return client, address, read_form(main)
