#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""docs/operations.md names every event the program logs and every reason a handshake may fail for.

usage: operations_test.py SOURCE_ROOT
"""

import pathlib
import re
import sys

EVENT = re.compile(r'log::Event\(\s*[^,]+,\s*"(\w+)"\)')
REASON = re.compile(r'\{FailureReason::k\w+,\s*"(\w+)"')


def main():
    root = pathlib.Path(sys.argv[1])
    page = (root / "docs/operations.md").read_text()
    named = set(re.findall(r"`(\w+)`", page))
    sources = "".join(path.read_text() for path in sorted((root / "src").rglob("*.cc")))
    events, reasons = set(EVENT.findall(sources)), set(REASON.findall(sources)) - {"none"}
    if not events or not reasons:
        print("no events or reasons found in the sources: this test no longer knows how to look")
        return 1
    missing = sorted((events | reasons) - named)
    for word in missing:
        print(f"docs/operations.md does not name `{word}`")
    print(f"{len(events | reasons) - len(missing)} passed, {len(missing)} failed")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
