"""The file of OpenID Connect providers: who else may say who somebody is. A wrong file stops the start."""

import tomllib
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

MOST = 5


class WrongProviders(Exception):
    """The file cannot be used; the text says where and why."""


class Provider(BaseModel):
    """One provider. `code` stands in our addresses and must not change; `title` is what people read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{0,19}$")
    title: str = Field(min_length=2, max_length=60)
    issuer: str = Field(max_length=300)
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: str = Field(default="", max_length=500, repr=False)
    client_authentication: Literal["basic", "post"] = "basic"
    scope: str = Field(default="openid", max_length=200)
    asks_again: bool = True
    """The provider asks for its password each time: on a shared computer its session outlives ours."""
    inside: bool = False
    """It stands in one's own network: private addresses are allowed, and plain HTTP within this machine."""

    @field_validator("issuer")
    @classmethod
    def _is_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("нужен адрес вида https://sso.region.example")
        return value

    @field_validator("scope")
    @classmethod
    def _is_openid(cls, value: str) -> str:
        if "openid" not in value.split():
            raise ValueError("в scope должно быть слово openid")
        return value


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    provider: list[Provider] = Field(max_length=MOST)


def read_providers(path: str) -> dict[str, Provider]:
    """The providers of the file by their code; none for an empty path. Raises WrongProviders."""
    if not path:
        return {}
    try:
        held = _File.model_validate(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except OSError as fault:
        raise WrongProviders(f"PARTA_PROVIDERS: {path} не читается: {fault.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise WrongProviders(f"PARTA_PROVIDERS: {path}: {fault}") from None
    except ValidationError as fault:
        # Without the values: one of them is a secret.
        said = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in fault.errors(include_input=False)
        )
        raise WrongProviders(f"PARTA_PROVIDERS: {path}: {said}") from None
    found = {one.code: one for one in held.provider}
    if len(found) != len(held.provider) or len({one.issuer for one in held.provider}) != len(held.provider):
        raise WrongProviders(f"PARTA_PROVIDERS: {path}: code и issuer у каждого поставщика свои")
    for one in held.provider:
        if one.issuer.startswith("http:") and not one.inside:
            raise WrongProviders(
                f"PARTA_PROVIDERS: {path}: {one.code}: адрес без https разрешён только внутри машины"
            )
    return found
