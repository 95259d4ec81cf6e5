#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a C++ source of a data file, so that the program needs no file at run time.

usage: embed.py INPUT OUTPUT HEADER NAMESPACE NAME

OUTPUT defines `extern const std::string_view NAME` of NAMESPACE, which HEADER declares.
"""

import pathlib
import sys

# A raw string literal may hold 64 KiB at least; long ones are written in pieces that the compiler joins.
PIECE_BYTES = 8000
DELIMITER = "embedded"


def main():
    source, target, header, namespace, name = sys.argv[1:]
    text = pathlib.Path(source).read_text(encoding="utf-8")
    assert f"){DELIMITER}\"" not in text, "the delimiter of the literal stands in the text"
    pieces, piece, length = [], [], 0
    for line in text.splitlines(keepends=True):
        piece.append(line)
        length += len(line)
        if length >= PIECE_BYTES:
            pieces.append("".join(piece))
            piece, length = [], 0
    pieces.append("".join(piece))
    literals = "\n".join(f'R"{DELIMITER}({piece}){DELIMITER}"' for piece in pieces)
    pathlib.Path(target).write_text(
        f"// Made from {pathlib.Path(source).name} by tools/embed.py.\n"
        f'#include "{header}"\n\n'
        f"namespace {namespace} {{\n\n"
        f"const std::string_view {name} =\n{literals};\n\n"
        f"}}  // namespace {namespace}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
