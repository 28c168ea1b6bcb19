"""How a process and Kafka know each other: plain text, TLS with a certificate of one's own, or TLS with a password (SCRAM)."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WAYS = ("plaintext", "tls", "scram")


class KafkaAccessWrong(ValueError):
    """The settings do not make one of the ways in."""


class RenewingContext(ssl.SSLContext):
    """A TLS context that reads its files again before a connection when they have changed.

    Certificates of clusters live for weeks, and their files are replaced under a running process, while kafka-python makes its
    context once per client.
    """

    _files: Sequence[Path] = ()
    _stamps: tuple[int, ...] = ()

    def __new__(cls, files: Sequence[Path]) -> RenewingContext:
        """`files`: the authority's certificates, then the client's certificate and key, if it has one."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made._files = tuple(files)
        return made

    def wrap_socket(self, *arguments: Any, **more: Any) -> ssl.SSLSocket:
        self.renew()
        return super().wrap_socket(*arguments, **more)

    def renew(self) -> None:
        """Load the files if they are new. OSError (ssl.SSLError among them) while they do not fit together, as amid their replacement."""
        stamps = tuple(file.stat().st_mtime_ns for file in self._files)
        if stamps != self._stamps:
            authority, *own = self._files
            self.load_verify_locations(authority)
            if own:
                self.load_cert_chain(*own)
            self._stamps = stamps


@dataclass(frozen=True)
class KafkaAccess:
    """One process's way into Kafka. `way` is one of WAYS; `ca` is needed for both ways of TLS.

    `certificate` and `key` are for `tls`, `user` and `password` for `scram`.
    """

    way: str = "plaintext"
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise KafkaAccessWrong(f"Kafka's security: expected one of {', '.join(WAYS)}, found {self.way!r}")
        given = {name for name in ("ca", "certificate", "key", "user", "password") if getattr(self, name)}
        needed = {"plaintext": set(), "tls": {"ca", "certificate", "key"}, "scram": {"ca", "user", "password"}}[self.way]
        if given != needed:
            expected, found = (", ".join(sorted(names)) or "nothing" for names in (needed, given))
            raise KafkaAccessWrong(f"Kafka's security {self.way}: expected {expected}; found {found}. Set these and no other")

    def settings(self) -> dict[str, Any]:
        """kafka-python's own settings. OSError when a file is missing or is no certificate."""
        if self.way == "plaintext":
            return {}
        files = [file for file in (self.ca, self.certificate, self.key) if file is not None]
        context = RenewingContext(files)
        context.renew()
        if self.way == "tls":
            return {"security_protocol": "SSL", "ssl_context": context}
        return {
            "security_protocol": "SASL_SSL",
            "ssl_context": context,
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }
