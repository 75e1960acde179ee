"""The provider: `python -m tests.outside.provider --folder DIR`; writes its port to DIR/port.

It plays its part honestly: codes work once, for the client and address they were made for, with their PKCE verifier.
What it does wrong stands in DIR/told (JSON: `who` signs in, `now`, `lie`), read anew at each request; what it was asked
is counted in DIR/asked. Its keys are real and made at its start.
"""

import argparse
import base64
import hashlib
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwk, jwt

CLIENT, SECRET = "parta", "общий секрет: +/="


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Keys:
    """The key in use, the one to come, and one that belongs to somebody else."""

    def __init__(self) -> None:
        self.first = jwk.RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.second = jwk.ECKey.generate_key("P-256", {"kid": "k2", "use": "sig", "alg": "ES256"})
        self.foreign = jwk.RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
        self.thief = jwk.ECKey.generate_key("P-256", {"kid": "k9"})
        self.short = jwk.RSAKey.generate_key(1024, {"kid": "k3", "use": "sig", "alg": "RS256"})


class Provider:
    """What all requests share."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.keys = folder, Keys()
        self.codes: dict[str, dict[str, str]] = {}
        self.issuer = ""

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "told").read_text(encoding="utf-8")))

    def description(self, lie: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": lie != "old",
        }
        match lie:
            case "described_issuer":
                found["issuer"] = "https://sso.other.example"
            case "script_address":
                found["authorization_endpoint"] = "javascript:alert(1)"
            case "metadata_host":
                found["token_endpoint"] = "http://169.254.169.254/latest/meta-data/"
        return found

    def authorize(self, asked: dict[str, str], told: dict[str, Any]) -> str:
        """The way back, as if the person had signed in at once."""
        assert asked["client_id"] == CLIENT and asked["response_type"] == "code", asked
        assert asked["code_challenge_method"] == "S256" and asked["scope"] == "openid", asked
        assert asked["prompt"] == "login" and asked["max_age"] == "0", asked
        code = secrets.token_urlsafe(24)
        self.codes[code] = {**asked, "who": told["who"]}
        said = {"code": code, "state": asked["state"], "iss": self.issuer}
        match told["lie"]:
            case "denied":
                said = {"error": "access_denied", "state": asked["state"], "iss": self.issuer}
            case "answer_issuer":
                said["iss"] = "https://sso.other.example"
            case "no_answer_issuer" | "old":
                del said["iss"]
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def token(self, form: dict[str, str], pair: str, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        lie = told["lie"]
        kept = self.codes.get(form["code"]) if lie == "codes_for_ever" else self.codes.pop(form["code"], None)
        if pair != f"{CLIENT}:{SECRET}":
            return 401, {"error": "invalid_client"}
        made = _b64(hashlib.sha256(form["code_verifier"].encode()).digest())
        if kept is None or kept["redirect_uri"] != form["redirect_uri"] or kept["code_challenge"] != made:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(kept, told)}

    def _signed(self, kept: dict[str, str], told: dict[str, Any]) -> str:
        lie, now = told["lie"], int(told["now"])
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": kept["who"],
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": kept["nonce"],
        }
        changed: dict[str, dict[str, Any]] = {
            "issuer": {"iss": "https://sso.other.example"},
            "audience": {"aud": "another-app"},
            "audiences": {"aud": [CLIENT, "another-app"]},
            "presenter": {"aud": [CLIENT, "another-app"], "azp": "another-app"},
            "expired": {"iat": now - 900, "exp": now - 600},
            "future": {"iat": now + 900, "exp": now + 1200},
            "nonce": {"nonce": "another-beginning"},
            "nonce_list": {"nonce": [kept["nonce"]]},
            "no_nonce": {"nonce": None},
            "not_again": {"auth_time": now - 3600},
            "no_auth_time": {"auth_time": None},
            "no_subject": {"sub": None},
            "number_subject": {"sub": 7},
            "empty_subject": {"sub": ""},
            "long_subject": {"sub": "x" * 300},
            "strange_subject": {"sub": "one\u0000two"},
            "never_expires": {"exp": None},
        }
        claims = {
            name: value for name, value in {**claims, **changed.get(lie, {})}.items() if value is not None
        }
        keys = self.keys
        match lie:
            case "none":
                return f"{_b64(json.dumps({'alg': 'none', 'kid': 'k1'}).encode())}.{_b64(json.dumps(claims).encode())}."
            case "shared":
                return jwt.encode(
                    {"alg": "HS256", "kid": "k1"}, claims, jwk.OctKey.import_key(SECRET), ["HS256"]
                )
            case "public_as_secret":
                pem = keys.first.as_pem(private=False)
                return _by_hand({"alg": "HS256", "kid": "k1"}, claims, pem)
            case "signature":
                return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, keys.foreign, ["RS256"])
            case "own_key_in_head":
                head = {"alg": "ES256", "kid": "k9", "jwk": keys.thief.as_dict(private=False)}
                return jwt.encode(head, claims, keys.thief, ["ES256"])
            case "short_key":
                return jwt.encode({"alg": "RS256", "kid": "k3"}, claims, keys.short, ["RS256"])
            case "rotated":
                return jwt.encode({"alg": "ES256", "kid": "k2"}, claims, keys.second, ["ES256"])
            case "subject":
                honest = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, keys.first, ["RS256"])
                start, _, sign = honest.split(".")
                return f"{start}.{_b64(json.dumps({**claims, 'sub': told['swap']}).encode())}.{sign}"
            case "garbage":
                return "не.маркер.вовсе"
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, keys.first, ["RS256"])

    def listed(self, lie: str) -> dict[str, Any]:
        shown = [self.keys.second if lie == "rotated" else self.keys.first]
        if lie == "short_key":
            shown.append(self.keys.short)
        return {"keys": [{"kty": "XYZ"}, "?", *(key.as_dict(private=False) for key in shown)]}


def _by_hand(head: dict[str, Any], claims: dict[str, Any], secret: bytes) -> str:
    import hmac

    body = f"{_b64(json.dumps(head).encode())}.{_b64(json.dumps(claims).encode())}"
    return f"{body}.{_b64(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    """Requests of browsers and of installations."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Quiet."""

        def _answer(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _json(self, status: int, said: dict[str, Any]) -> None:
            self._answer(status, json.dumps(said).encode(), Content_Type="application/json")

        def _noted(self) -> tuple[str, dict[str, Any]]:
            where = urlsplit(self.path).path
            with (provider.folder / "asked").open("a", encoding="utf-8") as asked:
                asked.write(f"{where}\n")
            return where, provider.told

        def do_GET(self) -> None:
            where, told = self._noted()
            match told["lie"]:
                case "broken":
                    return self._answer(500, b"<h1>oops</h1>")
                case "html":
                    return self._answer(200, b"<h1>hello</h1>")
                case "huge":
                    return self._answer(200, b'{"a": "' + b"x" * 400_000 + b'"}')
                case "moved" if where != "/authorize":
                    return self._answer(302, b"{}", Location=f"{provider.issuer}/elsewhere")
                case "drips":
                    self.send_response(200)
                    self.end_headers()
                    for _ in range(60):
                        self.wfile.write(b" ")
                        self.wfile.flush()
                        time.sleep(0.3)
                    return None
            if where == "/.well-known/openid-configuration":
                return self._json(200, provider.description(told["lie"]))
            if where == "/keys":
                return self._json(200, provider.listed(told["lie"]))
            if where == "/authorize":
                asked = dict(parse_qsl(urlsplit(self.path).query))
                return self._answer(302, b"", Location=provider.authorize(asked, told))
            return self._answer(404, b"{}")

        def do_POST(self) -> None:
            _, told = self._noted()
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            word = self.headers.get("Authorization", "Basic ").removeprefix("Basic ")
            pair = ":".join(map(unquote, base64.b64decode(word).decode().split(":")))
            self._json(*provider.token(form, pair, told))

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    provider = Provider(arguments.folder)
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    (arguments.folder / "port.new").write_text(str(server.server_port), encoding="ascii")
    (arguments.folder / "port.new").rename(arguments.folder / "port")
    server.serve_forever()


if __name__ == "__main__":
    main()
