"""The root list of URLs: each app's pages, nothing else."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
for _app in settings.APPS:
    if find_spec(f"parta.{_app}.pages"):
        urlpatterns += import_module(f"parta.{_app}.pages").urlpatterns

handler400 = "parta.foundation.errors.bad_request"
handler403 = "parta.foundation.errors.forbidden"
handler404 = "parta.foundation.errors.not_found"
handler500 = "parta.foundation.errors.server_error"
