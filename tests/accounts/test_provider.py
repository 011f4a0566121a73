"""What is believed of a provider's answer: every proof that may miss or be wrong is refused, every quirk of LinkedIn's is taken."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from backend.accounts.provider import Endpoints, IdentityRefused, Member, OpenIdProvider

US = "our-client"
PLACES = Endpoints(
    "https://issuer.example", "https://issuer.example/go", "https://issuer.example/token", "https://issuer.example/keys"
)
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": PLACES.issuer, "aud": US, "sub": "member-1", "iat": now, "exp": now + 600, "nonce": "n"}
    return {name: value for name, value in (good | changes).items() if value is not None}


def sign(found: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str | None = "one") -> str:
    return jwt.encode(found, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def public(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "RS256"}


def provider(answer: Callable[[httpx.Request], httpx.Response] | str) -> OpenIdProvider:
    """A provider whose token endpoint gives this identity token, or answers everything so."""

    def respond(request: httpx.Request) -> httpx.Response:
        if callable(answer):
            return answer(request)
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [public(KEY, "one")]})
        assert dict(httpx.QueryParams(request.content.decode())) == {
            "grant_type": "authorization_code",
            "code": "c",
            "redirect_uri": "https://us.example/back",
            "client_id": US,
            "client_secret": "s",
        }
        return httpx.Response(200, json={"access_token": "a", "expires_in": 5184000, "id_token": answer})

    return OpenIdProvider(PLACES, US, "s", httpx.MockTransport(respond))


def identify(answer: Callable[[httpx.Request], httpx.Response] | str) -> Member:
    return provider(answer).identify("c", "https://us.example/back", "n")


@pytest.mark.clause("R25")
@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": [US, "another-client"]},
        {"aud": [US, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"exp": int(time.time()) - 120},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nonce": "another"},
        {"nonce": 7},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
def test_a_wrong_claim_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(IdentityRefused):
        identify(sign(claims(**wrong)))


@pytest.mark.clause("R25")
def test_a_wrong_signature_is_refused() -> None:
    for token in (
        sign(claims(), OTHER_KEY),
        sign(claims(), OTHER_KEY, kid="two"),
        sign(claims(), OTHER_KEY, kid=None),
        sign(claims(), "s" * 40, algorithm="HS256"),
        jwt.encode(claims(), None, algorithm="none", headers={"kid": "one"}),
        sign(claims())[:-4] + "AAAA",
        "not a token",
        "",
    ):
        with pytest.raises(IdentityRefused):
            identify(token)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(400, json={"error": "invalid_grant"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"id_token": 7}),
        httpx.ConnectTimeout("slow"),
    ],
)
def test_a_provider_that_fails_is_refused(answer: httpx.Response | Exception) -> None:
    def respond(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(IdentityRefused):
        identify(respond)


@pytest.mark.clause("R25")
@pytest.mark.parametrize("locale", ["en-US", {"country": "US", "language": "en"}, None])
@pytest.mark.parametrize(
    ("verified", "email"), [(True, "a@b.example"), ("true", "a@b.example"), (False, None), ("false", None), (None, None)]
)
def test_linkedins_shapes_are_taken(locale: object, verified: object, email: str | None) -> None:
    token = sign(
        claims(locale=locale, email="a@b.example", email_verified=verified, picture="https://p.example/1", name="Wanda Quill")
    )
    assert identify(token) == Member("member-1", True, email, email is not None, "Wanda Quill")


@pytest.mark.parametrize("changes", [{"nonce": None}, {"aud": [US]}, {"aud": [US, "x"], "azp": US}])
def test_what_linkedin_may_leave_out_is_not_asked_for(changes: dict[str, Any]) -> None:
    assert identify(sign(claims(**changes))) == Member("member-1", False, None, email_verified=False)


def test_keys_are_kept_and_read_anew_when_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    state = {"key": KEY, "kid": "one"}

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [public(state["key"], state["kid"])]})
        return httpx.Response(200, json={"id_token": sign(claims(), state["key"], kid=state["kid"])})

    known = provider(respond)
    for _ in range(3):
        known.identify("c", "https://us.example/back", "n")
    assert asked.count("/keys") == 1
    state |= {"key": OTHER_KEY, "kid": "two"}
    with pytest.raises(IdentityRefused):
        known.identify("c", "https://us.example/back", "n")  # asked a moment ago: not asked again
    later = time.monotonic() + 61
    monkeypatch.setattr("backend.accounts.provider.time.monotonic", lambda: later)
    known.identify("c", "https://us.example/back", "n")
    assert asked.count("/keys") == 2


def test_the_browser_is_sent_with_what_the_code_flow_needs() -> None:
    url = httpx.URL(provider("").authorize_url("https://us.example/back", "st", "n"))
    assert str(url).startswith("https://issuer.example/go?")
    assert dict(url.params) == {
        "response_type": "code",
        "client_id": US,
        "redirect_uri": "https://us.example/back",
        "scope": "openid profile email",
        "state": "st",
        "nonce": "n",
    }
