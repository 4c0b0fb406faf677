"""Making a receipt's bytes: canonical layout, Ed25519 signature over everything but the signature."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gradepost.document.canonical import Layout
from gradepost.model.trouble import ConfigurationError


def instant_text(at: datetime) -> str:
    """An instant as receipts write it: in UTC, milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class SigningKey:
    """The gateway's key. Its id is made of its public half, so a key has one id everywhere."""

    private: Ed25519PrivateKey

    @classmethod
    def make(cls) -> "SigningKey":
        """A new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> "SigningKey":
        """The key of an unencrypted PKCS 8 PEM text. Raises `ConfigurationError`."""
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ConfigurationError("The receipt key is not an unencrypted private key in PEM.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError("The receipt key is not an Ed25519 key.")
        return cls(key)

    def to_pem(self) -> bytes:
        """The private key as unencrypted PKCS 8 PEM."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public_pem(self) -> bytes:
        """The public key as PEM."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @cached_property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    @cached_property
    def id(self) -> str:
        """The key's id."""
        return key_id(self.public)

    def sign(self, receipt: Mapping[str, Any], layout: Layout) -> bytes:
        """The whole receipt file: the given properties, the key's id and the signature, in canonical form."""
        unsigned = {**receipt, "key": self.id}
        signature = base64.b64encode(self.private.sign(layout.bytes_of(unsigned))).decode("ascii")
        return layout.bytes_of({**unsigned, "signature": signature})


def key_id(public: bytes) -> str:
    """The id of a public key: `k` and the first 16 hexadecimal digits of its SHA-256."""
    return f"k{hashlib.sha256(public).hexdigest()[:16]}"


def public_key_of(text: bytes) -> bytes:
    """The 32 bytes of an Ed25519 public key given as PEM or as base64. Raises `ConfigurationError`."""
    try:
        if b"BEGIN" in text:
            key = serialization.load_pem_public_key(text)
            if not isinstance(key, Ed25519PublicKey):
                raise ConfigurationError("The public key is not an Ed25519 key.")
            return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        raw = base64.b64decode(text.strip(), validate=True)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigurationError("The public key is neither PEM nor base64.") from error
    if len(raw) != 32:
        raise ConfigurationError("The public key does not have 32 bytes.")
    return raw


def signature_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature over a message was made by that key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
