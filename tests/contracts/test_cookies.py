"""Cookies and headers as an installation behind HTTPS sends them; signing out clears the site."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client

from tests.cast import PASSWORD
from tests.contracts.test_layout import ROOT

ASK = (
    "import django; django.setup()\n"
    "from django.conf import settings as s\n"
    "from parta.people import devices, locks\n"
    "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, devices.COOKIE, locks.COOKIE, s.SESSION_COOKIE_SECURE,"
    " s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN, s.SESSION_COOKIE_PATH, s.SECURE_HSTS_SECONDS)"
)


def names(https: str) -> list[str]:
    """What the settings come to in a process of their own."""
    env = {**os.environ, "PARTA_HTTPS": https, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_over_https_every_cookie_is_of_this_host_alone() -> None:
    found = names("true")
    assert all(name.startswith("__Host-parta_") for name in found[:4]), found
    assert found[4:8] == ["True", "True", "None", "/"] and int(found[8]) >= 31_536_000
    assert not any(name.startswith("__Host-") for name in names("false")[:4]), (
        "browsers refuse it over plain HTTP"
    )


@pytest.mark.django_db
def test_cookies_are_out_of_reach_and_signing_out_clears_the_site(cast: Any) -> None:
    client = Client()
    client.post("/login/", {"login": "teacher", "password": PASSWORD})
    client.get("/today/")
    for name in ("parta_session", "parta_device", "parta_seen"):
        cookie = client.cookies[name]
        assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["domain"], name
    page = client.get("/today/")
    assert page["Cache-Control"] == "no-store" and page["Cross-Origin-Opener-Policy"] == "same-origin"
    out = client.post("/logout/")
    assert out["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/today/").status_code == 302
