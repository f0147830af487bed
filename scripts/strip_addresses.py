"""Take the addresses out of package-lock.json: npm needs name, version and integrity, nothing else.

Usage: strip_addresses.py package-lock.json
"""

import json
import sys
from pathlib import Path


def main(path: Path) -> None:
    """Rewrite the lock file without `resolved` and `funding`."""
    lock = json.loads(path.read_text("utf-8"))
    for package in lock["packages"].values():
        package.pop("resolved", None)
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
