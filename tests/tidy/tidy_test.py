#!/usr/bin/python3
"""What a reviewer would otherwise repeat, checked: include direction, library doors, banned calls, file form.

Usage: tidy_test.py SOURCE_ROOT. Prints one line per finding and `N passed, N failed`.
"""

import pathlib
import re
import subprocess
import sys

# Bottom to top, as docs/architecture.md lists them: a folder may include itself and those before it.
ROOMS = [
    "base", "x509", "match", "identity", "roles", "rest", "policy", "config", "store", "embed", "ring", "tls", "http",
    "gateway", "api", "observe", "control", "cli",
]
# The lower rooms of the traffic half know bytes, not policy.
ALLOWED = {"ring": {"base", "ring"}, "http": {"base", "http"}, "tls": {"base", "x509", "tls"},
           "rest": {"base", "identity", "rest"}, "match": {"base", "match"}, "store": {"base", "store"}}
# The public headers are for programs that have neither our sources nor our libraries; this room alone speaks for them.
PUBLIC = "pkigate"
PUBLIC_ROOM = "embed"
STANDARD_HEADER = re.compile(r"[a-z0-9_]+")
# Each library sits behind the door of the rooms named here.
DOORS = {
    "liburing.h": {"ring"}, "openssl/": {"x509", "identity", "tls"}, "crypt.h": {"identity"}, "hs/": {"match"}, "hs.h": {"match"},
    "pcre2.h": {"match"}, "sqlite3.h": {"store"}, "yaml-cpp/": {"config"}, "CLI/": {"cli"},
    "mimalloc.h": {"cli"},
}
BANNED = {
    r"\bstd::this_thread::sleep": "sleeping",
    r"\b(?:sprintf|strcpy|strcat|strtok|gets)\s*\(": "unbounded C string call",
    r"\bstd::rand\b|\brand\s*\(\)": "weak randomness",
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "unfinished work",
}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
MUTEX = re.compile(r"\bstd::(?:mutex|lock_guard|unique_lock|atomic|shared_mutex)\b")


def check_public_header(relative, text, findings):
    """Of include/: the C++ standard library and its neighbours there, nothing else."""
    for match in INCLUDE.finditer(text):
        target = match.group(2)
        if match.group(1) == '"' and target.startswith(PUBLIC + "/"):
            continue
        if match.group(1) == "<" and STANDARD_HEADER.fullmatch(target):
            continue
        line = text.count("\n", 0, match.start()) + 1
        findings.append(f"{relative}:{line}: a public header must not include {target}: embedders do not have it")


def check_source(root, path, findings):
    text = path.read_text(encoding="utf-8")
    relative = path.relative_to(root)
    room = relative.parts[1] if relative.parts[0] == "src" else None
    if not text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
        findings.append(f"{relative}:1: no SPDX line at the top")
    if path.suffix == ".h" and "#pragma once" not in text:
        findings.append(f"{relative}:1: header without #pragma once")
    for pattern, what in BANNED.items():
        for match in re.finditer(pattern, text):
            findings.append(f"{relative}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group(0)}")
    if relative.parts[0] == "include":
        check_public_header(relative, text, findings)
    if room is None:
        return
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        target = match.group(2)
        for door, rooms in DOORS.items():
            if target.startswith(door) and room not in rooms:
                findings.append(f"{relative}:{line}: {target} belongs behind the door of {'/'.join(sorted(rooms))}")
        if match.group(1) != '"':
            continue
        other = target.split("/")[0]
        if other == PUBLIC:
            if room != PUBLIC_ROOM:
                findings.append(f"{relative}:{line}: {target} is for embedders; only {PUBLIC_ROOM} includes it")
        elif other not in ROOMS:
            findings.append(f"{relative}:{line}: include \"{target}\" names no room of the house")
        elif ROOMS.index(other) > ROOMS.index(room):
            findings.append(f"{relative}:{line}: {room} must not include {target}: it points up")
        elif room in ALLOWED and other not in ALLOWED[room]:
            findings.append(f"{relative}:{line}: {room} must not know {other} ({target})")
    if room == "gateway" and (match := MUTEX.search(text)):
        line = text.count("\n", 0, match.start()) + 1
        findings.append(f"{relative}:{line}: {match.group(0)} in src/gateway: what crosses cores goes through a mailbox")


def check_repository_text(root, findings):
    """No machine paths and no package hosts anywhere in what git tracks."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True, check=False)
    names = [name for name in listed.stdout.decode().split("\0") if name]
    # Put together here so that this file does not contain what it looks for.
    forbidden = ["/wo" + "rk/", "deb.deb" + "ian.org", "pypi" + ".org", "registry.npm" + "js"]
    for name in names:
        path = root / name
        if not path.is_file() or path.stat().st_size > 4_000_000:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for word in forbidden:
            if word in text:
                findings.append(f"{name}: contains {word}")
    return len(names)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    findings = []
    checked = 0
    for folder in ("src", "include", "bench", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cc") and path.is_file():
                check_source(root, path, findings)
                checked += 1
    checked += check_repository_text(root, findings)
    for finding in findings:
        print(finding)
    failed = len({finding.split(":")[0] for finding in findings})
    print(f"{checked - failed} passed, {failed} failed")
    return 1 if findings or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
