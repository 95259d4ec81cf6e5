# SPDX-License-Identifier: Apache-2.0
"""Writes YAML that every reader agrees on: flow style, texts in double quotes, printable ASCII only.

NUL is left out: pkigate's reader refuses it in any spelling.
"""

import json


def text(value):
    out = []
    for letter in value:
        code = ord(letter)
        if letter == "\0":
            continue
        if letter in '"\\':
            out.append("\\" + letter)
        elif 0x20 <= code < 0x7F:
            out.append(letter)
        elif code < 0x100:
            out.append(f"\\x{code:02x}")
        elif code < 0x10000:
            out.append(f"\\u{code:04x}")
        else:
            out.append(f"\\U{code:08x}")
    return '"' + "".join(out) + '"'


def flow(value):
    """Any JSON value."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{text(key)}: {flow(member)}" for key, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str):
        return text(value)
    return json.dumps(value)


def document(members):
    """A mapping with a line for each of its members."""
    return "".join(f"{text(key)}: {flow(value)}\n" for key, value in members.items())
