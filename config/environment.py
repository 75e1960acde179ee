"""What an installation may set from outside, as environment variables ``PARTA_*`` or a ``.env``-style file."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    """Settings of one installation; every field is an environment variable with the prefix ``PARTA_``."""

    model_config = SettingsConfigDict(
        env_prefix="PARTA_", env_file=os.environ.get("PARTA_ENV_FILE"), extra="ignore"
    )

    home: Path = Field(default=ROOT / "var", description="Folder of the database, files, static copies, key.")
    database_url: str = Field(
        default="", description="postgresql://user@host/name; empty: SQLite in the home folder."
    )
    row_role: str = Field(
        default="",
        pattern=r"^([a-z_][a-z0-9_]{0,62})?$",
        description="PostgreSQL: role without rights past the row policies, as which the server works; empty: none.",
    )
    secret_key: str = Field(
        default="", description="Signing key; empty: made once and kept in the home folder."
    )
    debug: bool = Field(default=False, description="Developer's mode: never on a real installation.")
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,[::1]", description="Host names, comma separated."
    )
    https: bool = Field(default=False, description="The proxy speaks HTTPS: secure cookies and HSTS.")
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="Number of own proxies in front (X-Forwarded-For)."
    )
    backups: str = Field(default="", description="Folder of backups; empty: in the home folder.")
    site_url: str = Field(
        default="", description="Address of this installation in letters: https://diary.school.example"
    )
    mail_host: str = Field(default="", description="Mail server (SMTP); empty: nothing is ever sent.")
    mail_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls, tls, or none (only within one machine)."
    )
    mail_user: str = Field(default="", description="Account at the mail server.")
    mail_password: str = Field(default="", description="Its password.")
    mail_from: str = Field(default="", description="Sender: Парта <parta@school.example>.")
    mail_timeout: int = Field(default=20, ge=1, le=120, description="Seconds to wait for the mail server.")
    push_inside: bool = Field(
        default=False,
        description="Push services inside one's own network may be called (web push); they are public ones otherwise.",
    )
    providers: str = Field(
        default="", description="File of outside sign-in (OpenID Connect providers, TOML); empty: none."
    )
    max_upload_mb: int = Field(
        default=40, ge=1, le=500, description="Largest file of an import, MB; never above 40."
    )


def read_or_make_key(home: Path) -> str:
    """The installation's signing key: made at the first start, readable by its owner alone."""
    path = home / "secret.key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    import secrets

    home.mkdir(parents=True, exist_ok=True)
    key = secrets.token_urlsafe(48)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key
