"""A stand-in for LinkedIn on the embedded default: an OpenID provider with LinkedIn's claims, whose members are whoever one types.

Its codes are sealed, not stored, and its key is a file in the data folder, so that every process answers for every other.
"""

import base64
import json
import os
import time
from contextvars import Context
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from backend.accounts.provider import Endpoints, OpenIdProvider
from backend.kernel import Kernel
from backend.kernel.sealing import SealBroken
from backend.settings import Settings

CLIENT_ID = "candor-local"
CLIENT_SECRET = "known-to-everybody-on-this-machine"  # noqa: S105
PATH = "/local-linkedin"
_KEY_ID = "local"
_PLACE = "local-linkedin:code"
_CODE_SECONDS = 120
TOKEN_SECONDS = 60 * 24 * 3600
_BITS = 2048


@dataclass(frozen=True)
class Typed:
    """What the form was given. `plain` has the claims in the shapes of the standard, else they have LinkedIn's."""

    sub: str
    email: str
    picture: bool
    plain: bool
    nonce: str


def build_local_provider(settings: Settings, app: Any) -> OpenIdProvider:
    """The client's side. It asks its own process: no port to find, and no thread of another worker to wait for."""
    here = f"{settings.public_url}{PATH}"
    endpoints = Endpoints(issuer_of(settings), f"{here}/authorize", f"{here}/token", f"{here}/keys")

    def ask_ourselves(environ: Any, start_response: Any) -> Any:
        # In a fresh context: Flask would otherwise share `g` between the request that asks and the one that answers.
        return Context().run(app, environ, start_response)

    transport = httpx.WSGITransport(app=ask_ourselves)
    return OpenIdProvider(endpoints, CLIENT_ID, CLIENT_SECRET, transport)


def issuer_of(settings: Settings) -> str:
    """What the identity tokens name as their issuer."""
    return f"{settings.public_url}{PATH}"


def make_code(kernel: Kernel, typed: Typed) -> str:
    """A code that stands for what was typed, for two minutes."""
    text = json.dumps({**asdict(typed), "until": time.time() + _CODE_SECONDS})
    return base64.urlsafe_b64encode(kernel.sealer.seal(text, _PLACE)).decode()


def read_code(kernel: Kernel, code: str) -> Typed | None:
    """What was typed, or None where the code is not ours or too old."""
    try:
        kept = json.loads(kernel.sealer.open(base64.urlsafe_b64decode(code.encode()), _PLACE))
    except (SealBroken, ValueError):
        return None
    return Typed(**kept) if kept.pop("until") > time.time() else None


def make_identity_token(settings: Settings, typed: Typed) -> str:
    """The identity token, with LinkedIn's claims and shapes."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": issuer_of(settings),
        "aud": CLIENT_ID,
        "iat": now,
        "exp": now + 3600,
        "sub": typed.sub,
        "name": "Sample Member",
        "given_name": "Sample",
        "family_name": "Member",
        "locale": "en-US" if typed.plain else {"country": "US", "language": "en"},
    }
    if typed.nonce:
        claims["nonce"] = typed.nonce
    if typed.email:
        claims |= {"email": typed.email, "email_verified": True if typed.plain else "true"}
    if typed.picture:
        claims["picture"] = f"{issuer_of(settings)}/picture"
    return jwt.encode(claims, _signing_key(settings.candor_data), algorithm="RS256", headers={"kid": _KEY_ID})


def describe_keys(settings: Settings) -> dict[str, Any]:
    """The public key, as a key set."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(_signing_key(settings.candor_data).public_key(), as_dict=True)
    return {"keys": [{**public, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]}


@cache
def _signing_key(folder: Path) -> rsa.RSAPrivateKey:
    kept = folder / "local-linkedin.pem"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
        draft = folder / f"local-linkedin.{uuid4().hex}"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        # Of several processes that make a key at once, the first to link it wins; all read the winner's.
        try:
            os.link(draft, kept)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = load_pem_private_key(kept.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key
