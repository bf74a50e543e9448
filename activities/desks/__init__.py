"""Everything served of each noun, one module per noun.

A new module is found by itself: its registers, and what it gives to these facets.
Nothing else knows which nouns there are. Places stand in steps of ten, so that
another noun fits between two.
"""

from collections.abc import Callable, Iterable

from chambers.models import Chamber, Role, User
from chambers.rights import serves
from redleader.records.facets import Facet, May
from redleader.records.finds import Findable
from redleader.records.menus import MenuEntry, NewestRows, PublicPage
from redleader.records.todos import Matters, Todo

TODOS: Facet[Callable[[User], Iterable[Todo]]] = Facet()
HANDOVER: Facet[Callable[[Chamber, User], Matters]] = Facet()
# A card of the works: name, about, totals, links (label, name of the page).
CARDS: Facet[Callable[[User], dict[str, object]]] = Facet()
FINDS: Facet[Findable] = Facet()  # in the search at work
PUBLIC_FINDS: Facet[Findable] = Facet()
MENU: Facet[MenuEntry] = Facet()  # at work
PUBLIC_MENU: Facet[MenuEntry] = Facet()
SITE_MAP: Facet[MenuEntry] = Facet()  # at the foot of every page
PAGES: Facet[PublicPage] = Facet()
SITEMAP: Facet[NewestRows] = Facet()

# Groups of things to do that several nouns share.
REVIEW, WORKS = "待审核", "各项工作"


def todos(user: User) -> list[Todo]:
    """Return what waits for a user, group by group.

    The number of queries does not depend on the number of rows.
    """
    return [todo for given in TODOS.of(user) for todo in given(user)]


def opens(page: str) -> May:
    """Return a right: a part is shown to those who may open a page."""
    return lambda user: serves(user, page)


def sees_numbers(user: User) -> bool:
    """Tell whether this user gets numbers with links: staff, and townships."""
    return user.is_staff or user.role == Role.TOWNSHIP


def leads_chamber(user: User) -> bool:
    """Tell whether this user does what a chamber has to do."""
    return user.role == Role.SECRETARY


def keeps_records(user: User) -> bool:
    """Tell whether this user writes the records of a chamber or a branch."""
    return user.role in (Role.SECRETARY, Role.BRANCH_SECRETARY)
