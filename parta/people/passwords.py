"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with OWASP's smaller setting: 19 MB and two passes, so that ten sign-ins at once on
    1 September take 190 MB, not one gigabyte (docs/decisions/0004)."""

    algorithm = "argon2"
    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
