#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Path validation through the command line: x509-limbo and PKITS, one call of `verify-cert` for each vector.

usage: x509_vectors.py PROGRAM FILE...

A vector of tier `required` must get the answer its suite asks for; an `advisory` one is reported and counted as
skipped. The data sets are not in this repository: $PKIGATE_CONFORMANCE names their folder, or ../shared/conformance
beside it is taken. A file that is not there is one printed line and one skip. Ends with
`N passed, N failed, N skipped`.
"""

import argparse
import base64
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KNOWN_FIELDS = {"id", "suite", "expect", "tier", "purpose", "time", "max_depth", "features", "reference", "trust", "chain",
                "crls"}
CALL_S = 5  # what the contract allows a call


def conformance_folder():
    return pathlib.Path(os.environ.get("PKIGATE_CONFORMANCE", ROOT.parent / "shared" / "conformance"))


def pem(kind, text):
    """PEM as it is, or base64 DER made PEM."""
    if text.lstrip().startswith("-----BEGIN"):
        return text if text.endswith("\n") else text + "\n"
    lines = base64.encodebytes(base64.b64decode(text)).decode()
    return f"-----BEGIN {kind}-----\n{lines}-----END {kind}-----\n"


def write_pems(path, kind, texts, named):
    path.write_text("".join(pem(kind, named.get(text, text)) for text in texts))
    return path


def play(program, folder, vector, certs, crls):
    """None when the command answers as expected, else what it did."""
    trust = [vector["trust"]] if isinstance(vector["trust"], str) else vector["trust"]
    chain = write_pems(folder / "chain.pem", "CERTIFICATE", vector["chain"], certs)
    command = [program, "verify-cert", "--trust", write_pems(folder / "trust.pem", "CERTIFICATE", trust, certs),
               "--purpose", vector["purpose"], "--time", str(vector["time"])]
    if vector.get("crls"):
        command += ["--crl", write_pems(folder / "crls.pem", "X509 CRL", vector["crls"], crls)]
    if vector.get("max_depth") is not None:
        command += ["--max-depth", str(vector["max_depth"])]
    try:
        done = subprocess.run([*command, chain], capture_output=True, text=True, timeout=CALL_S)
    except subprocess.TimeoutExpired:
        return f"no answer in {CALL_S} s"
    wanted = 0 if vector["expect"] == "accept" else 1
    result = "accepted" if wanted == 0 else "rejected"
    if done.returncode == wanted and json.loads(done.stdout)["result"] == result:
        return None
    return f"expected {vector['expect']}, got status {done.returncode}: {(done.stdout + done.stderr).strip()[:300]}"


def run_file(program, path):
    content = json.loads(path.read_text())
    certs, crls = content.get("certs", {}), content.get("crls", {})
    passed = failed = skipped = 0

    def one(vector):
        if unknown := set(vector) - KNOWN_FIELDS:
            return vector, f"unknown fields {sorted(unknown)}"
        with tempfile.TemporaryDirectory() as folder:
            return vector, play(program, pathlib.Path(folder), vector, certs, crls)

    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for vector, problem in pool.map(one, content["vectors"]):
            if vector["tier"] != "required":
                skipped += 1
                if problem is not None:
                    print(f"advisory {path.stem}/{vector['id']}: {problem}")
            elif problem is None:
                passed += 1
            else:
                failed += 1
                print(f"failed {path.stem}/{vector['id']}: {problem}")
    return passed, failed, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("files", nargs="+", help="relative to the conformance folder")
    arguments = parser.parse_args()
    total = [0, 0, 0]
    missing = False
    for name in arguments.files:
        path = conformance_folder() / name
        if not path.is_file():
            print(f"skipped {name}: not there; set PKIGATE_CONFORMANCE to the folder of the data sets")
            total[2] += 1
            missing = True
            continue
        total = [have + more for have, more in zip(total, run_file(arguments.program, path))]
    print("{} passed, {} failed, {} skipped".format(*total))
    if total[1]:
        return 1
    return 77 if missing and not total[0] else 0  # 77: Meson's word for skipped


if __name__ == "__main__":
    sys.exit(main())
