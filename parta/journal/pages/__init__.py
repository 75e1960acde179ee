"""URLs, forms and views of the journal; one module a noun, joined here."""

from importlib import import_module
from pkgutil import iter_modules

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
for _module in sorted(module.name for module in iter_modules(__path__)):
    urlpatterns += getattr(import_module(f"{__name__}.{_module}"), "urlpatterns", [])
