from django.core.management import CommandError
from django.core.management.commands import migrate

from redleader.backup import upgrade


class Command(migrate.Command):
    """Django's own, which may leave an app out without a word; this one says so."""

    def handle(self, *args, **options):
        using = options["database"]
        if found := upgrade.obstacles(upgrade.recorded(using)):
            raise CommandError(upgrade.words(found))
        super().handle(*args, **options)
        asked = ("app_label", "plan", "check_unapplied")
        if not any(options[name] for name in asked) and (
            found := upgrade.faults(using)
        ):
            raise CommandError(upgrade.words(found))
