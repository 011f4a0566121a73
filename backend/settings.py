"""Every setting, typed, from the environment. A missing secret stops the start."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.kernel.keys import KeyRing, read_key_ring

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})


class Settings(BaseSettings):
    """What a process of Candor needs to know before it starts; `docs/operations.md` explains each for operators."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=True)

    database_url: str = Field(repr=False)
    database_owner_url: str = Field("", repr=False)
    redis_url: str = Field(repr=False)
    candor_data: Path = Path("data")

    jwt_secret: str = Field(min_length=32, repr=False)
    id_key: str = Field(min_length=32, repr=False)
    digest_keys: Annotated[KeyRing, NoDecode]
    sealing_keys: Annotated[KeyRing, NoDecode]

    public_url: str = "http://127.0.0.1:8000"
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    country_header: str = ""
    smtp_url: str = Field("", repr=False)
    mail_from: str = "Candor <no-reply@candor.example>"
    controller_name: str = "Candor, trial installation"
    controller_address: str = "on this computer"
    contact: str = "contact@candor.example"
    privacy_contact: str = "privacy@candor.example"
    linkedin_client_id: str = ""
    linkedin_client_secret: str = Field("", repr=False)

    sandbox: bool = False
    rate_limits: bool = True

    access_token_minutes: int = 15
    session_days: int = 30
    code_minutes: int = 15
    code_tries: int = 5
    synchronisation_days: int = 60
    oldest_extension: str = "0.1.0"

    @field_validator("digest_keys", "sealing_keys", mode="before")
    @classmethod
    def _read_keys(cls, value: object) -> object:
        return read_key_ring(value) if isinstance(value, str) else value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _read_networks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url")
    @classmethod
    def _trim(cls, value: str) -> str:
        return value.rstrip("/")

    @model_validator(mode="after")
    def _refuse_open_doors(self) -> "Settings":
        if self.sandbox and (not self.on_loopback or self.smtp_url):
            raise ValueError("The sandbox opens on loopback only, and never where SMTP_URL is set.")
        if not self.smtp_url and not self.local_mail:
            raise ValueError("Set SMTP_URL: only on loopback does mail stay on this machine, in the mailbox page.")
        return self

    @property
    def owner_url(self) -> str:
        """The address migrations use; the application's own where no owner is named."""
        return self.database_owner_url or self.database_url

    @property
    def on_loopback(self) -> bool:
        """Whether the public address is this machine's own."""
        return (urlsplit(self.public_url).hostname or "") in LOOPBACK_HOSTS

    @property
    def local_mail(self) -> bool:
        """Whether mail stays in the mailbox page: on loopback, where no mail server is named."""
        return self.on_loopback and not self.smtp_url

    @property
    def local_linkedin(self) -> bool:
        """Whether a provider of our own stands in for LinkedIn: on loopback, where no client of LinkedIn's is named."""
        return self.on_loopback and not self.linkedin_client_id
