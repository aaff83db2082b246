"""The smallest Django project that django-oauth-toolkit runs in."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
    OAUTH2_PROVIDER={
        "ACCESS_TOKEN_EXPIRE_SECONDS": int(os.environ.get("LIFETIME_SECONDS", "300")),
        "OIDC_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": os.environ["OIDC_RSA_PRIVATE_KEY"],
        "SCOPES": {"read:messages": "", "write:messages": "", "introspection": ""},
    },
    ROOT_URLCONF="urls",
    SECRET_KEY="for tests on loopback only",
    USE_TZ=True,
)

execute_from_command_line(sys.argv)
