"""Invented rows for the demo, attached to invented chambers only.

Every name here is made up. Together with the facts of the public report, they make each
counted figure match its qualifier.
"""

import random

from django.db import transaction
from django.utils import timezone

from activities.demo.chamber import (
    CHAMBERS,
    STAND_INS,
    make_branches,
    make_chamber,
    make_committee,
    make_readers,
    make_secretaries,
    make_staff,
)
from activities.demo.honour import (
    make_applications,
    make_practice,
    make_titles,
)
from activities.demo.lead import make_leads
from activities.demo.lecture import (
    make_courses,
    make_exemption,
    make_lectures,
    make_meetings,
    make_plans,
)
from activities.demo.liaison import make_liaison
from activities.demo.mediation import make_mediation
from activities.demo.pairing import make_pairings
from activities.demo.project import make_projects
from activities.demo.welfare import make_welfare
from activities.models import OfficialFigure
from chambers.models import Chamber


@transaction.atomic
def load_demo(*, seed: int = 23) -> None:
    """Make all invented rows, or none. The report's facts must be there."""
    luck = random.Random(seed)
    today = timezone.localdate()
    staff = make_staff()
    chambers = [
        make_chamber(number, row, luck, today) for number, row in enumerate(CHAMBERS)
    ]
    branches = make_branches(chambers, luck, today)
    secretaries = make_secretaries(chambers, today)
    courses = make_courses()
    make_lectures(chambers, branches, courses, secretaries, staff, luck, today)
    make_meetings(branches, secretaries, staff, today)
    make_plans(branches, secretaries, today)
    make_committee(branches[0], today)
    make_exemption(branches[1], today)
    make_titles(chambers, today)
    make_applications(chambers, secretaries, staff, today)
    make_practice(chambers)
    make_leads(chambers, secretaries, staff, today)
    make_pairings(chambers, secretaries, today)
    make_mediation(chambers, staff, luck, today)
    make_welfare(chambers, today)
    make_liaison(branches, secretaries, staff, today)
    make_projects(chambers, secretaries, staff, today)
    make_readers(chambers, branches)
    stand_in(chambers)


def stand_in(chambers: list[Chamber]) -> None:
    """Attribute the figures of one chamber to its invented stand-in.

    Nothing invented may be attached to a real chamber.
    """
    for name, number in STAND_INS.items():
        figures = OfficialFigure.objects.filter(chamber__name=name)
        figures.update(chamber=chambers[number])
