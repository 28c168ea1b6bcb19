"""The data folder of one machine's Merit: keys, passwords, the played clock, logs, and what runs where."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.http.identity import sign_token
from shared.process.clock import FileClock, machine_now

ROOT = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """``MERIT_HOME``, or ``.merit`` in the repository."""
    return Path(os.environ.get("MERIT_HOME", ROOT / ".merit")).resolve()


class Home:
    """One bus's data under the data folder: two buses never share a store, because a store belongs to what was published from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as trouble:
            found = f"{trouble.filename or folder}: {trouble.strerror}"
            raise SystemExit(f"MERIT_HOME: expected a folder that may be made or written, found {found}; name another folder") from None

    @classmethod
    def of(cls, bus: str) -> Home:
        return cls(data_folder() / bus)

    @classmethod
    def running(cls) -> Home:
        """The one that was started last. SystemExit says how to start one."""
        pointer = data_folder() / "current"
        if not pointer.exists():
            raise SystemExit(f"expected a Merit that was started here ({pointer.parent}), found none; start one with `make run`")
        return cls(Path(pointer.read_text()))

    def point_here(self) -> None:
        (data_folder() / "current").write_text(str(self.folder))

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def clock(self) -> FileClock:
        return FileClock(self.folder / "clock")

    def secret(self, name: str) -> str:
        """A random word made once and kept in a file that only its owner reads."""
        return self._kept(f"secret-{name}", lambda: secrets.token_urlsafe(24).replace("-", "x").replace("_", "y"))

    def _kept(self, name: str, make: Any) -> str:
        path = self.folder / name
        if not path.exists():
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(make())
        return path.read_text()

    @property
    def private_key(self) -> str:
        """The launcher's key (RSA, PEM), with which every token is signed until an agency's own sign-on does."""

        def make() -> str:
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()

        return self._kept("private.pem", make)

    @property
    def public_key(self) -> str:
        key = serialization.load_pem_private_key(self.private_key.encode(), None)
        return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def token(self, sub: str, agency: str, roles: Iterable[str], hours: int = 12) -> str:
        """A token signed by the launcher's key, for the machine's clock."""
        return sign_token(
            self.private_key,
            issuer="merit",
            audience="merit",
            sub=sub,
            agency=agency,
            roles=roles,
            now=machine_now(),
            lifetime=timedelta(hours=hours),
        )

    @property
    def run(self) -> dict[str, Any]:
        """What runs where, as the launcher wrote it."""
        path = self.folder / "run.json"
        return orjson.loads(path.read_bytes()) if path.exists() else {}

    def write_run(self, found: dict[str, Any]) -> None:
        path = self.folder / "run.json"
        handle = os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(orjson.dumps(found, option=orjson.OPT_INDENT_2))
