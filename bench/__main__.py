"""`python -m bench`: every measurement in turn, written to RESULTS.md with the machine, the command and the date."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from bench import acts, append, commands, flow, folds, ground, http, imports, latency, sets, start
from shared.process.clock import machine_now

RESULTS = Path(__file__).with_name("RESULTS.md")
REASONS = Path(__file__).with_name("REASONS.md")
PARTS = {
    "Appending": append,
    "Folding": folds,
    "Relay and consumer": flow,
    "From a command to another service": latency,
    "HTTP": http,
    "What a command costs": commands,
    "Imports": imports,
    "Many acts by one request": acts,
    "Agencies in sets": sets,
    "Starting, and memory": start,
}


def main() -> None:
    chosen = {name: part for name, part in PARTS.items() if not sys.argv[1:] or part.__name__.rpartition(".")[2] in sys.argv[1:]}
    began = time.monotonic()
    lines = [
        "# Figures",
        "",
        f"{ground.machine()}; `make bench`; {machine_now():%Y-%m-%d %H:%M} UTC; load of the machine at the start: {ground.load()}.",
        "Contestants take turns; a ratio is the median of the rounds' own ratios, so that a slow moment meets both sides.",
        "",
    ]
    for name, part in chosen.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        lines += [f"## {name}", "", *part.main(), ""]
    if REASONS.exists():
        lines += REASONS.read_text(encoding="utf-8").splitlines()
    text = "\n".join(lines).rstrip() + "\n"
    if len(chosen) == len(PARTS):
        RESULTS.write_text(text, encoding="utf-8")
    print(text)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
