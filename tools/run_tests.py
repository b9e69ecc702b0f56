"""Runs the tests on the cores there are, the long ones first, and passes what is asked on to pytest."""

import os
import sys

MOST_WORKERS = 4


def main() -> None:
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    asked = sys.argv[1:]
    narrow = any(not word.startswith("-") for word in asked)
    spread = [] if narrow else ["-n", str(workers), "--dist", "worksteal"]
    os.environ["ACCORD_ENV"] = "testing"
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "-q", *spread, *asked])  # noqa: S606


if __name__ == "__main__":
    main()
