"""`merit`, the one command: puts the library's commands and the scenario's together. Nothing else knows both."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scenario import cli as scenario_commands  # noqa: E402
from shared.local import cli  # noqa: E402

if __name__ == "__main__":
    cli.main(sys.argv[1:], scenario_commands.add_commands)
