"""Keys and signed JWTs of every kind, good and bad: nothing here shares code with what it tests."""
import base64
import json
import time
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=0):
    return base64url(value.to_bytes(max(size, (value.bit_length() + 7) // 8), "big"))


def new_key(algorithm):
    if algorithm in ("RS256", "PS256"):
        return rsa.generate_private_key(65537, 2048)
    return ed25519.Ed25519PrivateKey.generate() if algorithm == "EdDSA" else ec.generate_private_key(ec.SECP256R1())


def load_key(path):
    return serialization.load_pem_private_key(path.read_bytes(), None)


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def jwk(key, **more):
    """The public half (RFC 7517)."""
    public = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e), **more}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw), **more}
    numbers = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": number(numbers.x, 32), "y": number(numbers.y, 32), **more}


def sign(key, data, algorithm=None):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
        return key.sign(data, pss if algorithm == "PS256" else padding.PKCS1v15(), hashes.SHA256())
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def encode(part):
    """A segment: of an object, or of text or bytes as they are."""
    if isinstance(part, dict):
        part = json.dumps(part)
    return base64url(part.encode() if isinstance(part, str) else part)


def mint(key, header, payload, algorithm=None):
    """The compact form, signed as algorithm says, or as the header says."""
    text = f"{encode(header)}.{encode(payload)}"
    algorithm = algorithm or (header.get("alg") if isinstance(header, dict) else None)
    return f"{text}.{base64url(sign(key, text.encode(), algorithm))}"


def claims(issuer, subject, audience, seconds=60, **more):
    """What a good token says; a claim of None is left out."""
    now = int(time.time())
    whole = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "exp": now + seconds, "jti": str(uuid.uuid4()), **more}
    return {name: value for name, value in whole.items() if value is not None}
