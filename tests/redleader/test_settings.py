"""Settings of a real installation, each in a process of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

KEY = "k3-" + "abcdefghij" * 6
READ = (
    "import django; django.setup(); from django.conf import settings as s;"
    "print(s.DEMO, s.SESSION_COOKIE_SECURE, s.SECOND_FACTOR_REQUIRED, s.MEDIA_ROOT)"
)


def run(*command, tmp_path, **variables):
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "redleader.settings",
            "REDLEADER_VAR": str(tmp_path),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "variables",
    [{"REDLEADER_DEMO": "0"}, {"DATABASE_URL": "postgres://a:b@127.0.0.1:1/c"}],
)
def test_a_real_installation_refuses_to_start_without_a_key(tmp_path, variables):
    done = run("-c", READ, tmp_path=tmp_path, **variables)
    assert done.returncode
    assert "没有设置 SECRET_KEY，系统拒绝启动。" in done.stderr


def test_manage_says_it_in_one_line(tmp_path):
    done = run("manage.py", "check", tmp_path=tmp_path, REDLEADER_DEMO="0")
    assert done.returncode == 3
    assert done.stderr.startswith("没有设置 SECRET_KEY")
    assert "Traceback" not in done.stderr


def test_a_real_installation_is_strict(tmp_path):
    done = run("-c", READ, tmp_path=tmp_path, REDLEADER_DEMO="0", SECRET_KEY=KEY)
    assert done.stdout.split()[:3] == ["False", "True", "True"]
    assert done.stdout.strip().endswith("/media")


def test_without_any_configuration_this_is_the_demo(tmp_path):
    done = run("-c", READ, tmp_path=tmp_path)
    assert done.stdout.split()[:3] == ["True", "False", "False"]
    key = tmp_path / "demo_secret_key"
    assert len(key.read_text()) >= 50
    assert key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("address", ["chamber.example", "https://a.cn/x", "ftp://a.cn"])
def test_an_address_of_the_site_that_is_none_is_refused(tmp_path, address):
    done = run("manage.py", "check", tmp_path=tmp_path, SITE_URL=address)
    assert done.returncode == 3
    assert done.stderr.startswith("SITE_URL 应为网站的网址")
    assert address in done.stderr


def test_address_of_the_site_and_the_key_are_set(tmp_path):
    read = READ.replace("s.DEMO", "s.SITE_URL, s.SIGNING_KEY_FILE, s.DEMO")
    done = run("-c", read, tmp_path=tmp_path, SITE_URL="https://a.cn/")
    key = f"{tmp_path}/demo_signing_key.pem"
    assert done.stdout.split()[:2] == ["https://a.cn", key]

    done = run("-c", read, tmp_path=tmp_path, REDLEADER_DEMO="0", SECRET_KEY=KEY)
    assert done.stdout.split()[0] == "False"


def test_the_deployment_check_has_nothing_to_say(tmp_path):
    done = run(
        "-m",
        "django",
        "check",
        "--deploy",
        "--fail-level=WARNING",
        tmp_path=tmp_path,
        REDLEADER_DEMO="0",
        SECRET_KEY=KEY,
        ALLOWED_HOSTS="example.invalid",
    )
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_the_demo_refuses_a_real_installation(tmp_path):
    done = run(
        "-m",
        "django",
        "demo",
        "--no-server",
        tmp_path=tmp_path,
        REDLEADER_DEMO="0",
        SECRET_KEY=KEY,
    )
    assert done.returncode == 1
    assert "这不是演示环境" in done.stderr


def test_no_file_names_a_registry():
    names = ("pyproject.toml", "requirements.txt", "requirements-dev.txt", "Makefile")
    for name in names:
        text = (settings.BASE_DIR / name).read_text()
        assert "index-url" not in text.replace("--no-emit-index-url", "")
        assert "://" not in text.replace("https://docs.astral.sh", "")
