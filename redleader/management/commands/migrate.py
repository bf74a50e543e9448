from django.core.management import CommandError
from django.core.management.commands import migrate

from redleader.backup import upgrade


class Command(migrate.Command):
    """Django's ``migrate`` may silently skip an app; this one reports it."""

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
