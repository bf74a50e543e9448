"""Clear the personal values of one person, from the row and from the history."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from chambers.models import Member
from chambers.services.member import erase_member


class Command(BaseCommand):
    help = "Erase a person for good; counts stay. Asks for the name as a check."

    def add_arguments(self, parser):
        parser.add_argument("number", type=int, help="the member's number")
        parser.add_argument("--name", required=True, help="must be the member's name")
        parser.add_argument("--by", required=True, help="who decided it")
        parser.add_argument("--reason", required=True)

    def handle(self, *, number, name, by, reason, **options):
        member = Member.objects.filter(pk=number).first()
        if member is None or member.name != name:
            raise CommandError("编号和姓名对不上，没有清除。")
        try:
            cleared = erase_member(member, actor=by, reason=reason)
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        self.stdout.write(f"已清除，涉及历史 {cleared} 条。")
