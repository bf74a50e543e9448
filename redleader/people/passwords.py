"""How passwords are stored and which ones are refused.

Two profiles: 等保 asks for classes of characters and a change every 90 days; ASVS for
length alone. ``PASSWORD_PROFILE`` says which.
"""

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator as DjangoCommonPasswordValidator,
)
from django.core.exceptions import ValidationError

COMMON_ERROR = "密码过于常见或包含单位、姓名等信息，请更换。"
CONTEXT_WORDS = ["shanghang", "honglin", "hongling", "redleader", "上杭", "红领"]
MIN_LENGTH = {settings.DENGBAO: 10, settings.ASVS: 12}
REUSE_ERROR = "不能使用最近 5 次用过的密码，请换一个。"
REMEMBERED = 5


class SmallArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, so that 20 sign-ins at once fit a small server."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1


class LocalPasswordValidator:
    """Long enough, of three classes where 等保 counts, without names of the place.

    Source: GB/T 22239-2019 level 2 asks for complexity and gives no numbers.
    """

    def validate(self, password, user=None):
        classes = [
            any(c.isalpha() for c in password),
            any(c.isdigit() for c in password),
            any(not c.isalnum() for c in password),
        ]
        mixed_case = any(c.islower() for c in password) and any(
            c.isupper() for c in password
        )
        few = (
            settings.PASSWORD_PROFILE == settings.DENGBAO
            and sum(classes) + mixed_case < 3
        )
        if few or len(password) < MIN_LENGTH[settings.PASSWORD_PROFILE]:
            raise ValidationError(self.get_help_text(), code="weak")
        words = [*CONTEXT_WORDS]
        if user is not None:
            words += [user.username, user.name]
        lowered = password.lower()
        if any(word and word.lower() in lowered for word in words):
            raise ValidationError(COMMON_ERROR, code="context")

    def get_help_text(self):
        length = MIN_LENGTH[settings.PASSWORD_PROFILE]
        if settings.PASSWORD_PROFILE == settings.ASVS:
            return f"密码至少 {length} 位，可以用几个词组成的短句。"
        return (
            f"密码至少 {length} 位，并包含字母、数字、符号中的三类"
            "（大小写字母算两类）。"
        )


class CommonPasswordValidator(DjangoCommonPasswordValidator):
    def validate(self, password, user=None):
        if password.lower().strip() in self.passwords:
            raise ValidationError(COMMON_ERROR, code="common")

    def get_help_text(self):
        return "密码不能是常见密码。"


class ReuseValidator:
    """Refuses the previous passwords of a user; Django reports each new one to it."""

    def validate(self, password, user=None):
        if user is None or user.pk is None:
            return
        kept = user.password_history.values_list("password", flat=True)[:REMEMBERED]
        if any(check_password(password, old) for old in {*kept, user.password}):
            raise ValidationError(REUSE_ERROR, code="reused")

    def password_changed(self, password, user=None):
        if user is not None and user.pk is not None and user.has_usable_password():
            user.password_history.create(password=user.password)

    def get_help_text(self):
        return f"不能与最近 {REMEMBERED} 次用过的密码相同。"
