"""`merit backup` and `merit restore`: one file with everything that one machine's Merit keeps, and a Merit made of it elsewhere.

The file holds the data of PostgreSQL (and of Kafka), the keys, the passwords and the played clock: who has it has everything.
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import orjson

from shared.local.home import Home
from shared.local.processes import claim, is_running
from shared.process.clock import machine_now

FORMAT = 1
MANIFEST = "merit-backup.json"
LEFT_OUT = ("logs", "in-use", "pid", "postmaster.pid", "postmaster.opts", "kafka.log", "postgres.log")
"""What belongs to processes that ran, not to what they kept."""


class Unusable(RuntimeError):
    """It cannot be packed or unpacked: the text says what was expected, what was found and what to do."""


def backup(home: Home, file: Path) -> dict[str, Any]:
    """Pack a Merit that does not run into `file` (tar, gzip; only its owner may read it), and return the manifest.

    FolderInUse when it runs. Unusable when there is nothing to pack, the file exists, or the data lie on somebody else's server.
    An interrupted backup leaves no `file`.
    """
    data = home.folder / "postgres" / "data"
    if not (data / "PG_VERSION").exists():
        raise Unusable(
            f"expected the data of a Merit in {home.folder}, found none; name its folder in MERIT_HOME and its bus in --bus. "
            "Data on a server of your own (DATABASE_URL) are backed up there, with pg_dumpall"
        )
    if file.exists():
        raise Unusable(f"expected a file that does not exist yet, found {file}; choose another name")
    part = file.with_name(f"{file.name}.part")
    with claim(home.folder):
        _must_have_ended(data)
        kept = sorted(_files(home.folder))
        size = sum((home.folder / name).stat().st_size for name in kept)
        manifest = {
            "format": FORMAT,
            "bus": home.folder.name,
            "postgres": (data / "PG_VERSION").read_text().strip(),
            "made": machine_now().isoformat(),
            "files": len(kept),
            "bytes": size,
        }
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
                with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as packed:
                    _add_text(packed, MANIFEST, orjson.dumps(manifest))
                    for folder in sorted(_folders(home.folder)):
                        packed.add(home.folder / folder, folder, recursive=False)
                    for name in kept:
                        packed.add(home.folder / name, name, recursive=False)
                out.flush()
                os.fsync(out.fileno())
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def restore(folder: Path, file: Path) -> tuple[Home, dict[str, Any]]:
    """Unpack `file` under the data folder (``MERIT_HOME``), where no Merit of its bus may be yet. Returns its home and the manifest.

    Unusable for a file that is no backup, is damaged, or where something is in the way: nothing is left behind then.
    """
    try:
        with tarfile.open(file, mode="r:gz") as packed:
            manifest = _manifest(packed, file)
            target = folder / manifest["bus"]
            if target.exists():
                raise Unusable(f"expected no Merit in {target} yet, found one; name another folder in MERIT_HOME, or move that one away")
            fresh = target.with_name(f"{target.name}.restoring")
            shutil.rmtree(fresh, ignore_errors=True)
            try:
                _unpack(packed, fresh, manifest)
                fresh.rename(target)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except (tarfile.TarError, EOFError, OSError) as bad:
        raise Unusable(f"expected a whole backup in {file}, found trouble reading it ({bad}); take another copy") from None
    return Home(target), manifest


def _unpack(packed: tarfile.TarFile, fresh: Path, manifest: dict[str, Any]) -> None:
    fresh.mkdir(parents=True, mode=0o700)
    packed.extractall(fresh, filter="data")
    for place, folders, _ in os.walk(fresh):
        for folder in folders:
            Path(place, folder).chmod(0o700)  # PostgreSQL refuses data that others may enter
    (fresh / MANIFEST).unlink(missing_ok=True)
    found = [fresh / name for name in _files(fresh)]
    said = (len(found), sum(path.stat().st_size for path in found))
    if said != (manifest["files"], manifest["bytes"]):
        raise Unusable(
            f"expected {manifest['files']} files of {manifest['bytes']} bytes, found {said[0]} of {said[1]}; the backup is not whole, "
            "take another copy"
        )


def _manifest(packed: tarfile.TarFile, file: Path) -> dict[str, Any]:
    first = packed.next()
    said = orjson.loads(packed.extractfile(first).read()) if first is not None and first.name == MANIFEST else {}
    if said.get("format") != FORMAT or said.get("bus") not in ("embedded", "kafka"):
        raise Unusable(f"expected a backup of Merit in format {FORMAT}, found another file in {file}; name one that `merit backup` wrote")
    return said


def _must_have_ended(data: Path) -> None:
    """After a kill -9 of the launcher PostgreSQL still ends by itself for a moment."""
    pid = data / "postmaster.pid"
    first = pid.read_text().splitlines()[:1] if pid.exists() else []
    if first and first[0].strip().isdigit() and is_running(int(first[0]), str(data)):
        raise Unusable(f"expected PostgreSQL on {data} to have ended, found process {first[0]}; wait a moment and try again")


def _files(folder: Path) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in names:
            if name not in LEFT_OUT:
                yield str(PurePosixPath(Path(place, name).relative_to(folder)))


def _folders(folder: Path) -> Iterator[str]:
    """Empty ones too: PostgreSQL looks for its own."""
    for place, folders, _ in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in folders:
            yield str(PurePosixPath(Path(place, name).relative_to(folder)))


def _add_text(packed: tarfile.TarFile, name: str, text: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(text), 0o600
    packed.addfile(member, io.BytesIO(text))
