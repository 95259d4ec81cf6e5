#!/usr/bin/python3
"""Checks the checker: what a public header may include, and who may include it; each with a neighbour that it finds."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tidy_test  # noqa: E402

HEAD = "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n"
HEADER = "include/pkigate/thing.h"


class PublicHeaders(unittest.TestCase):
    def findings(self, name, line):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            path = root / name
            path.parent.mkdir(parents=True)
            path.write_text(HEAD + line + "\n", encoding="utf-8")
            found = []
            tidy_test.check_source(root, path, found)
            return found

    def test_the_standard_library_and_neighbours_are_fine(self):
        for line in ("\n#include <string_view>", "#include <cstdint>", '#include "pkigate/other.h"', "int i;"):
            self.assertEqual(self.findings(HEADER, line), [], line)

    def test_sources_and_libraries_are_found(self):
        for target in ('"base/result.h"', "<base/result.h>", '"result.h"', '"../../src/base/result.h"',
                       "<fmt/format.h>", "<openssl/x509.h>", "<hs.h>", '"vector"'):
            for directive in ("#include ", "# include", "  #include "):
                found = self.findings(HEADER, directive + target)
                self.assertEqual(len(found), 1, target)
                self.assertIn(f"{HEADER}:3: a public header must not include {target[1:-1]}", found[0])

    def test_one_room_speaks_for_them(self):
        line = '#include "pkigate/thing.h"'
        self.assertEqual(self.findings("src/embed/thing.cc", line), [])
        for room in ("base", "policy", "gateway", "cli"):
            found = self.findings(f"src/{room}/thing.cc", line)
            self.assertEqual(found, [f"src/{room}/thing.cc:3: pkigate/thing.h is for embedders; only embed includes it"])

    def test_that_room_stays_in_the_policy_half(self):
        self.assertEqual(self.findings("src/embed/thing.cc", '#include "config/load.h"'), [])
        for target in ("gateway/snapshot.h", "tls/settings.h", "control/control.h"):
            self.assertIn("points up", self.findings("src/embed/thing.cc", f'#include "{target}"')[0])


if __name__ == "__main__":
    unittest.main()
