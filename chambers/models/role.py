"""The roles of accounts, and what each may do with the nouns of the back office."""

from django.db import models


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "系统管理员"
    ORGANISATION = "organisation", "组织部"
    FEDERATION = "federation", "工商联"
    TOWNSHIP = "township", "乡镇"
    SECRETARY = "secretary", "商会秘书"
    BRANCH_SECRETARY = "branch_secretary", "支部书记"
    MEDIATOR = "mediator", "调解员"
    AUDITOR = "auditor", "审计员"


# Staff see the whole county; the auditor among them may not write.
OFFICE_ROLES = [Role.ADMINISTRATOR, Role.ORGANISATION, Role.FEDERATION]
STAFF_ROLES = [*OFFICE_ROLES, Role.AUDITOR]
EXPORT_ROLES = [*OFFICE_ROLES, Role.SECRETARY]
READ_ONLY_ROLES = [Role.TOWNSHIP, Role.AUDITOR]

# Admin rights by role and application. Only the administrator may delete, and
# only rows of nouns whose admin is ``deletable`` and that nothing refers to.
REGISTRY = {"view", "add", "change"}
ALL = REGISTRY | {"delete"}
RIGHTS: dict[Role, dict[str, set[str]]] = {
    Role.ADMINISTRATOR: {"chambers": ALL, "activities": ALL},
    Role.ORGANISATION: {"chambers": REGISTRY, "activities": REGISTRY},
    Role.FEDERATION: {"chambers": REGISTRY, "activities": REGISTRY},
    Role.TOWNSHIP: {},
    Role.SECRETARY: {},
    Role.BRANCH_SECRETARY: {},
    Role.MEDIATOR: {},
    Role.AUDITOR: {"chambers": {"view"}, "activities": {"view"}},
}
# Accounts and the export log are for the administrator alone.
ADMINISTRATOR_MODELS = {"user", "exportlog"}


def grants(role: str, permission: str) -> bool:
    """Tell whether a role includes an admin permission such as ``app.view_x``."""
    app, _, codename = permission.partition(".")
    action, _, model = codename.partition("_")
    if model in ADMINISTRATOR_MODELS and role != Role.ADMINISTRATOR:
        return False
    return action in RIGHTS[Role(role)].get(app, set())
