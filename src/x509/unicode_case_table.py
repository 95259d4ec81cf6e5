#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes unicode_case_table.h beside itself from the Unicode data of this Python.

Run it when the tables shall follow a newer Unicode version; the output is checked in, so that no
build depends on the Python it runs with.
"""
import pathlib
import unicodedata

CODE_POINTS = [c for c in range(0x80, 0x110000) if not 0xD800 <= c <= 0xDFFF]


def simple(mapped, exceptions):
    """{code point: mapped code point} of the mappings to one character."""
    pairs = {}
    for code_point in CODE_POINTS:
        text = mapped(chr(code_point))
        if code_point in exceptions:
            pairs[code_point] = exceptions[code_point]
        elif len(text) == 1 and ord(text) != code_point:
            pairs[code_point] = ord(text)
    return pairs


def ranges(pairs):
    """Runs of the same distance, every character or every other one."""
    runs = []
    for code_point, target in sorted(pairs.items()):
        delta = target - code_point
        if runs:
            first, last, step, run_delta = runs[-1]
            gap = code_point - last
            if delta == run_delta and gap in (1, 2) and (first == last or gap == step):
                runs[-1] = (first, code_point, gap, delta)
                continue
        runs.append((code_point, code_point, 1, delta))
    return runs


def table(name, runs):
    lines = [f"inline constexpr CaseRange {name}[] = {{"]
    for first, last, step, delta in runs:
        lines.append(f"    {{0x{first:04x}, 0x{last:04x}, {step}, {delta}}},")
    return lines + ["};"]


def main():
    # U+0130 is the one character whose full lower case has two characters; its simple one is `i`.
    lower = simple(str.lower, {0x130: ord("i")})
    # Characters whose full upper case has several characters have, with one exception in the other
    # direction, no simple one or a title case letter.
    upper = simple(str.upper, {})
    several = [(c, chr(c).upper()) for c in CODE_POINTS if len(chr(c).upper()) > 1]
    out = [
        "// SPDX-License-Identifier: Apache-2.0",
        "//",
        f"// Case mappings of Unicode {unicodedata.unidata_version} beyond ASCII. Written by",
        "// unicode_case_table.py: change that instead.",
        "#pragma once",
        "",
        "#include <cstdint>",
        "#include <string_view>",
        "",
        "namespace pkigate::x509 {",
        "",
        "// The characters first, first + step, ..., last map to themselves plus delta.",
        "struct CaseRange {",
        "  char32_t first;",
        "  char32_t last;",
        "  uint32_t step;",
        "  int32_t delta;",
        "};",
        "",
        "struct CaseExpansion {",
        "  char32_t character;",
        "  std::u32string_view text;",
        "};",
        "",
        "// clang-format off",
        "",
        *table("kLowerCaseRanges", ranges(lower)),
        "",
        *table("kUpperCaseRanges", ranges(upper)),
        "",
        "inline constexpr CaseExpansion kUpperCaseExpansions[] = {",
        *(
            '    {0x%04x, U"%s"},' % (c, "".join("\\x%x" % ord(x) for x in text))
            for c, text in several
        ),
        "};",
        "",
        "// clang-format on",
        "",
        "}  // namespace pkigate::x509",
        "",
    ]
    path = pathlib.Path(__file__).with_name("unicode_case_table.h")
    path.write_text("\n".join(out), encoding="ascii")


if __name__ == "__main__":
    main()
