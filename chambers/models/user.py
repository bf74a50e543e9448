"""Accounts. Rights come from the role and from present appointments."""

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone

from redleader.constraints import one_of


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "系统管理员"
    ORGANISATION = "organisation", "组织部"
    FEDERATION = "federation", "工商联"
    SECRETARY = "secretary", "商会秘书"
    MEDIATOR = "mediator", "调解员"


STAFF_ROLES = [Role.ADMINISTRATOR, Role.ORGANISATION, Role.FEDERATION]
EXPORT_ROLES = [*STAFF_ROLES, Role.SECRETARY]


class UserManager(BaseUserManager):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username, password=None, **fields):
        fields |= {"role": Role.ADMINISTRATOR}
        return self.create_user(username, password, **fields)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person's account; nobody shares one.

    A secretary sees the chambers of the posts that ``member`` holds today, so
    access ends with the appointment. Staff see the county, a mediator nothing but
    the cases assigned to them.
    """

    username = models.CharField(
        "用户名",
        max_length=50,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "该用户名已有人使用，请换一个。"},
    )
    name = models.CharField("姓名", max_length=30)
    role = models.CharField("角色", max_length=20, choices=Role)
    member = models.OneToOneField(
        "chambers.Member",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"kind": "person"},
        related_name="user",
        verbose_name="对应的会员",
        help_text="商会秘书须填写；能看到哪些商会由其现任职务决定。",
    )
    is_active = models.BooleanField("启用", default=True)
    may_export = models.BooleanField(
        "可以导出",
        default=True,
        help_text="能把看得到的记录下载为 Excel 等文件；每次导出都留有记录。",
    )
    joined_at = models.DateTimeField("建立时间", default=timezone.now, editable=False)
    password_changed_at = models.DateTimeField(
        "密码修改时间", null=True, editable=False
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]
        constraints = [one_of(Role, "role", "角色")]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name

    def set_password(self, raw_password):
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    @property
    def is_staff(self):
        return self.is_active and self.role in STAFF_ROLES

    @property
    def is_exporter(self):
        return self.is_active and self.may_export and self.role in EXPORT_ROLES

    def has_perm(self, perm, obj=None):
        """Tell whether the role allows an admin permission (app.action_model)."""
        from chambers.access import allows

        return allows(self, perm)

    def has_perms(self, perms, obj=None):
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label):
        return self.is_staff
