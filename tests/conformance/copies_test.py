#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The copies of shared files in this repository say what the originals say.

    copies_test.py ROOT

The specifications, vectors and tables that the code cites and the tests need stand in the
repository, so that it works alone. Where the folder they come from lies beside the repository
(../shared), each copy is compared with its original byte for byte, and each original has to have
its copy. Without that folder there is nothing to compare: one line and status 77, a skip.
"""
import pathlib
import sys

# Folder of copies, folder of originals below shared, pattern of the originals.
FOLDERS = [
    ("docs/spec", "spec", "*.md"),
    ("tests/data/vectors", "spec/vectors", "*"),
    ("tests/data/golden", "spec/golden", "*"),
    ("tests/data/http1", "conformance/http1", "*.json"),
    ("src/rest/data", "spec", "actions*.tsv"),
    ("config/defaults", "spec", "opendistro_defaults.yml"),
]
SKIPPED = 77


def differences(root, shared):
    for copies, originals, pattern in FOLDERS:
        originals_found = sorted((shared / originals).glob(pattern))
        if not originals_found:
            yield f"{originals}/{pattern}: no such files in shared"
        for original in originals_found:
            copy = root / copies / original.name
            if not copy.is_file():
                yield f"{copies}/{original.name} is missing"
            elif copy.read_bytes() != original.read_bytes():
                yield f"{copies}/{original.name} differs from its original: copy it again"
        names = {original.name for original in originals_found}
        for copy in sorted((root / copies).glob(pattern)):
            if copy.name not in names:
                yield f"{copies}/{copy.name} has no original any more"


def main():
    root = pathlib.Path(sys.argv[1])
    shared = root.parent / "shared"
    if not shared.is_dir():
        print(f"skipped: no folder {shared} to compare with")
        return SKIPPED
    found = list(differences(root, shared))
    print("\n".join(found) if found else "all copies are the same as their originals")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
