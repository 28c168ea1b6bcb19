"""Certificates for tests of TLS: an authority, and what it issues."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.process.clock import machine_now

YEAR = timedelta(days=365)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class Issued:
    """A certificate and its key, as PEM."""

    certificate: bytes
    key: bytes

    def write(self, certificate: Path, key: Path) -> None:
        certificate.write_bytes(self.certificate)
        key.write_bytes(self.key)


class Authority:
    """An authority of its own. What it issues is good for 127.0.0.1."""

    def __init__(self, name: str) -> None:
        self.name, self._key = name, ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._sign(_name(name), self._key.public_key(), YEAR, authority=True)

    def _sign(self, subject: x509.Name, public: ec.EllipticCurvePublicKey, lasting: timedelta, authority: bool) -> x509.Certificate:
        now = machine_now()
        usage = dict.fromkeys(
            ("content_commitment", "data_encipherment", "key_agreement", "key_encipherment", "encipher_only", "decipher_only"), False
        )
        builder = (
            x509.CertificateBuilder(_name(self.name), subject, public, x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + lasting)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=authority, crl_sign=authority, **usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if not authority:
            addresses = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def write(self, path: Path) -> None:
        path.write_bytes(_pem(self.certificate))

    def issue(self, name: str, lasting: timedelta = YEAR) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(_name(name), key.public_key(), lasting, authority=False)
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return Issued(_pem(certificate), secret)
