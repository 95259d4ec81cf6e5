#!/usr/bin/python3
"""Checks what the linker made of BoringSSL: the fast P-256 is in, and nothing of it is visible from outside.

usage: boringssl_symbols.py [--sanitized] PROGRAM LIBCRYPTO_A
"""

import argparse
import re
import subprocess
import sys

# The assembly is in every build for this processor. Only a build without OPENSSL_SMALL has the C code that calls it
# (BoringSSL's crypto/fipsmodule/ec/p256-nistz.c) and the 148 KiB table of multiples of the generator.
FAST_P256 = {
    "ecp_nistz256_mul_mont",
    "ecp_nistz256_point_add",
    "EC_GFp_nistz256_method",
    "ecp_nistz256_precomputed",
}
# Visible, they would mix with the OpenSSL that some shared library may bring. C++ names are in the namespace bssl.
PRIVATE_NAME = re.compile(r"(SSL|EVP|X509|CRYPTO|OPENSSL|BORINGSSL)_|_ZN?K?4bssl")
OPENSSL_LIBRARY = re.compile(r"lib(ssl|crypto)\.so")
MIMALLOC_LIBRARY = re.compile(r"libmimalloc\.so")


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def symbols(*nm_arguments: str) -> set[str]:
    """The names alone, without the version that dynamic ones carry."""
    lines = output_of("nm", "--format=posix", *nm_arguments).splitlines()
    return {fields[0].split("@")[0] for line in lines if len(fields := line.split()) > 1}


def problems(program: str, libcrypto: str, sanitized: bool) -> list[str]:
    found = []
    if missing := FAST_P256 - symbols("--defined-only", libcrypto):
        found.append(f"{libcrypto} lacks the fast P-256 code: {', '.join(sorted(missing))}")

    dynamic = symbols("--dynamic", program)  # imported and exported
    if not dynamic:
        return found + [f"{program} has no dynamic symbols: the other checks would say nothing about it"]
    private = symbols("--defined-only", "--extern-only", libcrypto)
    if visible := {name for name in dynamic if PRIVATE_NAME.match(name)} | dynamic & private:
        found.append(f"{program} shows symbols of BoringSSL: {', '.join(sorted(visible))}")

    libraries = output_of("ldd", program).splitlines()
    if loaded := [line.strip() for line in libraries if OPENSSL_LIBRARY.search(line)]:
        found.append(f"{program} loads OpenSSL: {', '.join(loaded)}")
    if not sanitized and not any(MIMALLOC_LIBRARY.search(line) for line in libraries):
        found.append(f"{program} does not load mimalloc: the linker dropped it")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("libcrypto")
    parser.add_argument("--sanitized", action="store_true", help="the allocator is the sanitizer's, not mimalloc")
    arguments = parser.parse_args()
    found = problems(arguments.program, arguments.libcrypto, arguments.sanitized)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
