"""Accounts. Rights come from the role and from present appointments."""

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chambers.models.role import (
    EXPORT_ROLES,
    READ_ONLY_ROLES,
    STAFF_ROLES,
    Role,
    grants,
)
from redleader.records.constraints import one_of


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
    """A person's account, never shared.

    A secretary sees the chambers in which ``member`` holds a post today, and a branch
    secretary the lectures of the branches they head, so access ends with the
    appointment. A township sees its chambers, staff the county, a mediator only the
    cases assigned to them.
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
        help_text="商会秘书、支部书记须填写；能看到什么由其现任职务决定。",
    )
    township = models.ForeignKey(
        "chambers.Region",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"level": "township"},
        related_name="+",
        verbose_name="所在乡镇",
        help_text="乡镇账号须填写，其他账号不填；只能查看本乡镇的商会。",
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
        constraints = [
            one_of(Role, "role", "角色"),
            models.CheckConstraint(
                condition=Q(role=Role.TOWNSHIP, township__isnull=False)
                | ~Q(role=Role.TOWNSHIP) & Q(township__isnull=True),
                name="%(app_label)s_%(class)s_township_fits",
                violation_error_message="乡镇账号须填写所在乡镇，其他账号不填。",
            ),
        ]

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

    @property
    def is_read_only(self):
        return self.role in READ_ONLY_ROLES

    def has_perm(self, perm, obj=None):
        """Tell whether the role allows an admin permission (app.action_model)."""
        return self.is_active and grants(self.role, perm)

    def has_perms(self, perms, obj=None):
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label):
        return self.is_staff


class PasswordHistory(models.Model):
    """The hash of a former password, so that it cannot be used again.

    It is a secret rather than a record, so it has no history.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.user} {self.at:%Y-%m-%d}"
