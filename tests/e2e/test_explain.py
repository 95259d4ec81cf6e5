# SPDX-License-Identifier: Apache-2.0
"""pkigate explain and pkigate lint: both dialects, for people and for machines; the page that describes them."""

import base64
import hashlib
import json
import pathlib
import re
import subprocess

import pytest

import testbed

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOHN = "CN=John Doe, OU=example, O=com"


def run(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def bed(pki, tmp_path):
    with testbed.Bed(tmp_path / "bed", pki=pki) as made:
        yield made


def explain(program, bed, listener, client, *more):
    """(exit status, the JSON object)."""
    certificate = [] if client is None else ["--cert", bed.pki / f"{client}.pem"]
    status, out, _ = run(program, "explain", "--config", bed.main, "--listener", listener, "--json", *certificate, *more)
    return status, json.loads(out)


def lint(program, bed, *more):
    """(exit status, the findings)."""
    status, out, _ = run(program, "lint", "--config", bed.main, "--json", *more)
    return status, [json.loads(line) for line in out.splitlines()]


def near(answer):
    return [(miss["kind"], miss["mapping"], miss["field"]) for miss in answer["mappings"]["near_misses"]]


def append(path, text):
    with path.open("a") as file:
        file.write(text)


# --- explain

def test_explain_xpack(program, bed):
    mapping = bed.config / "xpack/role_mapping.yml"
    append(mapping, f'\nreversed:\n  - "O=com,OU=example,CN=John Doe"\nother:\n  - "CN=Joe,OU=example,O=com"\n')
    status, answer = explain(program, bed, "xpack", "john-doe")
    assert status == 0
    forms = {form["form"]: form["text"] for form in answer["certificate"]["subject"]}
    assert forms == {"JDK": JOHN, "Open Distro": JOHN.replace(", ", ","), "RFC 2253": JOHN.replace(", ", ","),
                     "RFC 4514": JOHN.replace(", ", ","), "OpenSSL": "O = com, OU = example, CN = John Doe"}
    assert answer["certificate"]["extended_key_usage"] == ["clientAuth"]
    assert answer["handshake"]["accepted"] is True
    assert answer["mappings"]["file"] == ["user"]
    assert near(answer) == [("reversed", "reversed", "dn")]
    miss = answer["mappings"]["near_misses"][0]
    assert miss["file"] == str(mapping) and "would match if the DN were reversed" in miss["hint"]
    assert mapping.read_text().splitlines()[miss["line"] - 1].strip() in ("reversed:", f'- "{miss["value"]}"')
    assert (answer["user"]["username"], answer["user"]["roles"]) == ("John Doe", ["user"])
    assert answer["user"]["metadata"] == {"pki_dn": JOHN}
    assert (answer["allowed"], answer["status"]) == (True, None)


def test_explain_opendistro(program, bed):
    append(bed.config / "opendistro/roles_mapping.yml", "\nkibana_user:\n  users: [client1]\n")
    status, answer = explain(program, bed, "opendistro", "client1")
    assert (status, answer["user"]["username"], answer["mappings"]["matched"]) == (0, "CLIENT1", ["readall"])
    assert near(answer) == [("letter_case", "kibana_user", "users")]


def test_explain_agrees_with_whoami(program, bed):
    for listener, client in (("xpack", "john-doe"), ("xpack", "unmapped"), ("opendistro", "client1")):
        _, out, _ = run(program, "whoami", "--config", bed.main, "--listener", listener, bed.pki / f"{client}.pem")
        whoami, answer = json.loads(out), explain(program, bed, listener, client)[1]
        assert (whoami["username"], whoami["realm"], whoami["roles"]) == (
            answer["user"]["username"], answer["user"]["realm"], answer["user"]["roles"])


def test_explain_who_is_not_allowed(program, bed):
    status, answer = explain(program, bed, "xpack", "unmapped")
    assert (status, answer["authenticated"], answer["status"]) == (1, True, 403)
    status, answer = explain(program, bed, "xpack", None)
    assert (status, answer["handshake"]["accepted"], answer["authenticated"], answer["status"]) == (1, True, False, 401)
    assert answer["certificate"] is None
    status, answer = explain(program, bed, "opendistro", "foreign")
    assert (status, answer["handshake"]["reason"], answer["authenticated"]) == (1, "untrusted_chain", False)
    assert explain(program, bed, "xpack", "john-doe", "--time", "1")[1]["handshake"]["reason"] == "not_yet_valid"


def test_explain_password(program, bed):
    """Of a user of the file realm; the password is checked and shown nowhere."""
    hashed = "{SHA}" + base64.b64encode(hashlib.sha1(b"correct-horse").digest()).decode()
    append(bed.config / "xpack/users", f"rdeniro:{hashed}\n")
    append(bed.config / "xpack/users_roles", "superuser:rdeniro\n")
    append(bed.config / "xpack/elasticsearch.yml", "\nxpack.security.authc.realms.file.file1.order: 0\n")
    for password, expected in (("correct-horse", 0), ("wrong-horse", 1)):
        basic = base64.b64encode(f"rdeniro:{password}".encode()).decode()
        status, out, err = run(program, "explain", "--config", bed.main, "--json", "--header", f"Authorization: Basic {basic}")
        answer = json.loads(out)
        assert (status, answer["authenticated"]) == (expected, expected == 0)
        assert [step["name"] for step in answer["chain"]].count("file1") == 1
        assert password not in out + err and basic not in out + err and hashed not in out + err
    assert answer["status"] == 401


def test_explain_for_people(program, bed):
    status, out, _ = run(program, "explain", "--config", bed.main, "--cert", bed.pki / "john-doe.pem")
    assert status == 0
    sections = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert sections[1:] == ["certificate", "handshake", "realms", "role mappings", "user", "decision"]
    assert re.search(rf"(?m)^  JDK +{re.escape(JOHN)}$", out)


def test_explain_unusable(program, bed, tmp_path):
    status, out, err = run(program, "explain", "--config", bed.main, "--header", "Authorization Basic c2VjcmV0")
    assert (status, out) == (2, "") and "number 1" in err and "c2VjcmV0" not in err
    assert run(program, "explain", "--config", bed.main, "--peer", "nowhere")[0] == 2
    assert run(program, "explain", "--config", bed.main, "--listener", "nowhere")[0] == 2
    assert run(program, "explain", "--config", tmp_path / "none.yml")[0] == 2
    garbage = tmp_path / "garbage.pem"
    garbage.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert run(program, "explain", "--config", bed.main, "--cert", garbage)[0] == 2


# --- lint

def test_lint_clean(program, bed):
    (bed.pki / "server-key.pem").chmod(0o600)
    status, findings = lint(program, bed)
    assert status == 0
    assert [(finding["severity"], finding["code"], finding["key"]) for finding in findings] == [
        ("note", "unknown_role", "user")]
    append(bed.config / "xpack/roles.yml", "user:\n  cluster: []\n")
    assert lint(program, bed, "--strict") == (0, [])


def test_lint_xpack(program, bed):
    (bed.pki / "server-key.pem").chmod(0o604)
    bed.main.write_text(bed.main.read_text().replace("strict_username: true", "strict_username: false"))
    files = bed.config / "xpack"
    append(files / "role_mapping.yml", '\nr:\n  - "CN=a,O=b"\n  - "O=b,CN=a"\n')
    append(files / "elasticsearch.yml", "\nxpack.security.authc.realms.pki.pki2.order: 9\n"
                                        'xpack.security.authc.realms.pki.pki2.certificate_authorities: ["../pki/ca.pem"]\n')
    status, findings = lint(program, bed, "--days", "36500")
    assert status == 1
    codes = {finding["code"] for finding in findings}
    assert {"readable_key", "alike", "inside_value", "expires_soon"} <= codes
    alike = next(finding for finding in findings if finding["code"] == "alike")
    assert alike["file"] == str(files / "role_mapping.yml") and alike["line"] > 0
    for finding in findings:
        assert finding["what"] and finding["severity"] in ("note", "warning", "error")


def test_lint_opendistro(program, bed):
    (bed.pki / "server-key.pem").chmod(0o600)
    append(bed.config / "opendistro/roles_mapping.yml",
           '\nnowhere:\n  users: ["*"]\nkibana_user:\n  backend_roles: ["CN=a,O=b"]\nlogstash:\n  users: []\n')
    status, findings = lint(program, bed)
    found = {(finding["code"], finding["key"]) for finding in findings}
    assert status == 1
    assert {("unknown_role", "nowhere"), ("matches_everybody", "nowhere.users"),
            ("configuration", "kibana_user.backend_roles"), ("never_holds", "logstash")} <= found


def test_lint_notes_count_when_asked(program, bed):
    (bed.pki / "server-key.pem").chmod(0o600)
    append(bed.config / "xpack/roles.yml", "user:\n  cluster: []\n")
    assert lint(program, bed, "--strict")[0] == 0
    append(bed.config / "opendistro/roles_mapping.yml", "\nlogstash:\n  users: []\n")
    assert lint(program, bed)[0] == 0
    assert lint(program, bed, "--strict")[0] == 1


def test_lint_unusable(program, bed, tmp_path):
    assert run(program, "lint", "--config", tmp_path / "none.yml")[0] == 2
    append(bed.config / "xpack/elasticsearch.yml", "\nxpack.security.nonsense: 1\n")
    assert run(program, "lint", "--config", bed.main)[0] == 2


# --- the page

def test_the_page_shows_what_is_printed(program, bed):
    """docs/operations.md quotes explain: everything but this certificate's own numbers is as printed."""
    page = (ROOT / "docs/operations.md").read_text()
    quoted = page.split("<!-- explain -->\n")[1].split("\n\n<!-- end -->")[0].split("\n\n", 1)[1]
    append(bed.config / "xpack/role_mapping.yml", '\nauditor:\n  - "O=com,OU=example,CN=John Doe"\n')
    _, printed, _ = run(program, "explain", "--config", bed.main, "--cert", bed.pki / "john-doe.pem")
    own = re.compile(r"(?m)^(  (?:serial|fingerprint|valid)  ).*$|^(  accepted .*)until .*$|at \d.* UTC$|\(\S+(role_mapping\.yml:\d+\))")
    quoted = "\n".join(line[4:] for line in quoted.splitlines())
    for text in (quoted, printed):
        assert len(own.findall(text)) == 6, text
    clean = [own.sub(lambda match: "".join(filter(None, match.groups())), text.rstrip("\n")) for text in (quoted, printed)]
    assert clean[0] == clean[1]
