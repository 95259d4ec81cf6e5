# SPDX-License-Identifier: Apache-2.0
"""The commands that answer one question and end: whoami, verify-cert, check-config (see test_configuration), --version."""

import json
import subprocess
import time

import pytest

import testbed


def run(program, *arguments):
    """(exit status, the JSON object on standard output or None)."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert len(lines) <= 1, done.stdout
    return done.returncode, json.loads(lines[0]) if lines else None


@pytest.fixture(scope="module")
def bed(pki, tmp_path_factory):
    with testbed.Bed(tmp_path_factory.mktemp("commands") / "bed", pki=pki) as made:
        yield made


def chain(bed, name):
    return bed.pki / f"{name}.pem"


# --- whoami

def test_whoami_xpack(program, bed):
    status, answer = run(program, "whoami", "--config", bed.main, "--listener", "xpack", chain(bed, "john-doe"))
    assert status == 0
    assert answer["authenticated"] is True
    assert answer["username"] == "John Doe"
    assert answer["dn"] == "CN=John Doe, OU=example, O=com"
    assert answer["roles"] == ["user"]
    assert answer["realm"]


def test_whoami_opendistro(program, bed):
    status, answer = run(program, "whoami", "--config", bed.main, "--listener", "opendistro", chain(bed, "client1"))
    assert status == 0
    assert answer["username"] == "CLIENT1"
    assert answer["dn"] == "CN=CLIENT1,OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA"
    assert "readall" in answer["roles"]
    assert isinstance(answer["backend_roles"], list)


def test_whoami_without_role_is_authenticated(program, bed):
    status, answer = run(program, "whoami", "--config", bed.main, "--listener", "xpack", chain(bed, "unmapped"))
    assert (status, answer["authenticated"], answer["username"], answer["roles"]) == (0, True, "nobody", [])


@pytest.mark.parametrize("listener", ["xpack", "opendistro"])
@pytest.mark.parametrize("name", ["foreign", "expired", "future", "server-only"])
def test_whoami_nobody(program, bed, listener, name):
    status, answer = run(program, "whoami", "--config", bed.main, "--listener", listener, chain(bed, name))
    assert (status, answer["authenticated"]) == (1, False)


def test_whoami_agrees_with_the_running_gateway(program, site):
    for client in ("john-doe", "superuser", "unmapped", "client1"):
        _, command = run(program, "whoami", "--config", site.bed.main, "--listener", "xpack", chain(site.bed, client))
        served = site.ask("xpack", client, "GET", "/_security/_authenticate").json()
        assert (command["username"], command["roles"]) == (served["username"], served["roles"])


def test_whoami_unreadable(program, bed, tmp_path):
    assert run(program, "whoami", "--config", tmp_path / "no.yml", chain(bed, "client1"))[0] == 2
    assert run(program, "whoami", "--config", bed.main, "--listener", "nowhere", chain(bed, "client1"))[0] == 2
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("no certificate\n")
    assert run(program, "whoami", "--config", bed.main, "--listener", "xpack", garbage)[0] == 1


# --- verify-cert

def test_verify_cert(program, bed):
    status, answer = run(program, "verify-cert", "--trust", chain(bed, "ca"), "--purpose", "client", chain(bed, "client1"))
    assert (status, answer["result"], answer["chain_length"]) == (0, "accepted", 2)
    assert "CLIENT1" in answer["subject"]


@pytest.mark.parametrize("name, purpose, reason", [
    ("foreign", "client", "untrusted_chain"), ("expired", "client", "expired"), ("future", "client", "not_yet_valid"),
    ("server-only", "client", "wrong_purpose"), ("client1", "server", "wrong_purpose"),
])
def test_verify_cert_rejects(program, bed, name, purpose, reason):
    status, answer = run(program, "verify-cert", "--trust", chain(bed, "ca"), "--purpose", purpose, chain(bed, name))
    assert (status, answer["result"]) == (1, "rejected")
    assert answer["reason"] == reason


def test_verify_cert_at_another_time(program, bed):
    yesterday = int(time.time()) - 36 * 3600
    arguments = ["verify-cert", "--trust", chain(bed, "ca"), "--time"]
    assert run(program, *arguments, yesterday, chain(bed, "expired"))[0] == 1  # the authority is younger
    assert run(program, *arguments, int(time.time()), chain(bed, "client1"))[0] == 0
    assert run(program, *arguments, int(time.time()) + 20 * 365 * 86400, chain(bed, "client1"))[0] == 1


def test_verify_cert_files(program, bed, tmp_path):
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    trust = ["verify-cert", "--trust", chain(bed, "ca")]
    assert run(program, *trust, garbage) [0] == 1, "a chain that cannot be parsed is rejected"
    assert run(program, *trust, empty)[0] == 1
    assert run(program, "verify-cert", "--trust", tmp_path / "none.pem", chain(bed, "client1"))[0] == 2
    assert run(program, "verify-cert", "--trust", garbage, chain(bed, "client1"))[0] == 2
    assert run(program, *trust, "--crl", tmp_path / "none.crl", chain(bed, "client1"))[0] == 2
    assert run(program, *trust, "--purpose", "anything", chain(bed, "client1"))[0] == 2


# --- version

def test_version(program):
    done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    first = done.stdout.splitlines()[0]
    assert first.startswith("pkigate ") and first.split()[1][0].isdigit()


def test_help(program):
    done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    for word in ("check-config", "explain", "lint", "whoami", "verify-cert"):
        assert word in done.stdout
