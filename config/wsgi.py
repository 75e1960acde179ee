"""The WSGI application that the server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
from parta.foundation import scope  # noqa: E402  (Django must be set up)

scope.restrict(scope.row_role())
get_resolver().url_patterns  # noqa: B018  (loads every page now, not at the first visitor's expense)

# Modules, models and templates live as long as the process: the collector need not walk them again and again
# (a full walk cost as much as half a page). Requests make little cyclic garbage, so it may look more rarely.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
