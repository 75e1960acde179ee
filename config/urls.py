"""The root list of URLs: each app's pages, nothing else."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
for _app in settings.APPS:
    if find_spec(f"parta.{_app}.pages"):
        urlpatterns += import_module(f"parta.{_app}.pages").urlpatterns

_OFTEN = ("login/", "journals/", "lessons/", "diary/", "today/")
urlpatterns.sort(key=lambda one: not str(one.pattern).startswith(_OFTEN))
"""What is asked for all day stands first (each address tried costs about a microsecond); the rest in the order of the
apps. Addresses of different first words never match the same path, and those of one word keep their order."""

handler400 = "parta.foundation.errors.bad_request"
handler403 = "parta.foundation.errors.forbidden"
handler404 = "parta.foundation.errors.not_found"
handler500 = "parta.foundation.errors.server_error"
