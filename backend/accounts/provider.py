"""Who says which LinkedIn member somebody is: OpenID Connect's code flow with a client secret, as LinkedIn offers it to servers.

Which endpoints these are is the settings' choice: LinkedIn's own, or the local stand-in of the embedded default.
"""

import hmac
import threading
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import httpx
import jwt

SCOPES = "openid profile email"
_TIMEOUT = httpx.Timeout(8.0, connect=4.0)
_LEEWAY_SECONDS = 60
_KEYS_KEPT_SECONDS = 3600
_KEYS_PAUSE_SECONDS = 60
_LONGEST_SUB = 255


class IdentityRefused(Exception):
    """The provider did not answer, or its answer does not hold."""


@dataclass(frozen=True)
class Member:
    """What is read of the provider's answer. `name` and a verified `email` are compared and forgotten."""

    sub: str
    picture_present: bool
    email: str | None
    email_verified: bool = True
    name: str = ""


class LinkedInIdentityProvider(Protocol):
    """Two questions: where to send the browser, and who came back."""

    def authorize_url(self, redirect_uri: str, state: str, nonce: str) -> str:
        """Where the browser goes to sign in."""
        ...

    def identify(self, code: str, redirect_uri: str, nonce: str) -> Member:
        """Who the code stands for; IdentityRefused where that cannot be proven."""
        ...


@dataclass(frozen=True)
class Endpoints:
    """A provider's addresses."""

    issuer: str
    authorize: str
    token: str
    keys: str


LINKEDIN = Endpoints(
    issuer="https://www.linkedin.com/oauth",
    authorize="https://www.linkedin.com/oauth/v2/authorization",
    token="https://www.linkedin.com/oauth/v2/accessToken",  # noqa: S106
    keys="https://www.linkedin.com/oauth/openid/jwks",
)


class OpenIdProvider:
    """The code flow against some endpoints. LinkedIn's quirks: `email_verified` may be text, `nonce` may miss."""

    def __init__(
        self, endpoints: Endpoints, client_id: str, client_secret: str, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._endpoints = endpoints
        self._client_id = client_id
        self._client_secret = client_secret
        self._http = httpx.Client(timeout=_TIMEOUT, transport=transport)
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._keys_read_at = float("-inf")
        self._lock = threading.Lock()

    def authorize_url(self, redirect_uri: str, state: str, nonce: str) -> str:
        """Where the browser goes to sign in."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPES,
            "state": state,
            "nonce": nonce,
        }
        return f"{self._endpoints.authorize}?{urlencode(query)}"

    def identify(self, code: str, redirect_uri: str, nonce: str) -> Member:
        """Change the code for an identity token and check it: signature, issuer, audience, expiry, nonce where there is one."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        answer = self._fetch("POST", self._endpoints.token, data=form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise IdentityRefused("no identity token")
        claims = self._check(token)
        if len(claims.get("aud", "")) > 1 and isinstance(claims["aud"], list) and claims.get("azp") != self._client_id:
            raise IdentityRefused("made for another client")
        if "nonce" in claims and not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
            raise IdentityRefused("another sign-in's nonce")
        return _read_member(claims)

    def _check(self, token: str) -> dict[str, Any]:
        try:
            key = self._find_key(jwt.get_unverified_header(token).get("kid"))
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=self._client_id,
                issuer=self._endpoints.issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "exp", "sub"]},
            )
        except jwt.PyJWTError as error:
            raise IdentityRefused(type(error).__name__) from None
        return claims

    def _find_key(self, key_id: str | None) -> jwt.PyJWK:
        with self._lock:
            age = time.monotonic() - self._keys_read_at
            if age > _KEYS_KEPT_SECONDS or (key_id not in self._keys and age > _KEYS_PAUSE_SECONDS):
                found = jwt.PyJWKSet.from_dict(self._fetch("GET", self._endpoints.keys)).keys
                self._keys = {key.key_id: key for key in found}
                self._keys_read_at = time.monotonic()
            if key_id is None and len(self._keys) == 1:
                return next(iter(self._keys.values()))
            if key_id not in self._keys:
                raise IdentityRefused("signed with a key the provider does not name")
            return self._keys[key_id]

    def _fetch(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        try:
            answer = self._http.request(method, url, headers={"Accept": "application/json"}, **options)
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise IdentityRefused(type(error).__name__) from None
        if not isinstance(found, dict):
            raise IdentityRefused("an answer of another form")
        return found


def _read_member(claims: dict[str, Any]) -> Member:
    sub = claims["sub"]
    if not isinstance(sub, str) or not 0 < len(sub) <= _LONGEST_SUB:
        raise IdentityRefused("no usable `sub`")
    email = claims.get("email")
    verified = str(claims.get("email_verified", "")).lower() == "true"
    name = claims.get("name")
    return Member(
        sub=sub,
        picture_present=bool(claims.get("picture")),
        email=email if verified and isinstance(email, str) else None,
        email_verified=verified,
        name=name if isinstance(name, str) else "",
    )
