"""`merit`, the one command: puts the library's commands and the scenario's together. Nothing else knows both."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from shared.process import cli  # noqa: E402

PROCESSES = ("api", "worker", "migrate", "await-migration")


def main(arguments: list[str]) -> None:
    """Run a command. The processes of services stay for as long as Merit runs, and load nothing of the launcher or the scenario."""
    if arguments[:1] and arguments[0] in PROCESSES:
        cli.main(arguments)
    else:
        from scenario import cli as scenario_commands
        from shared.local import cli as local_commands

        cli.main(arguments, local_commands.add_commands, scenario_commands.add_commands)


if __name__ == "__main__":
    main(sys.argv[1:])
