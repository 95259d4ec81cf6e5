# SPDX-License-Identifier: Apache-2.0
"""Broken configurations: check-config names every problem with its file and line, a start refuses with the same words,
and a reload keeps what was."""

import contextlib
import json
import shutil
import sqlite3
import subprocess

import pytest

import testbed

# What the example configuration refers to, below config/.
PEM_FILES = ["pki/ca.pem", "pki/server.pem", "pki/server-key.pem"]
YAML_FILES = ["xpack/elasticsearch.yml", "xpack/role_mapping.yml", "opendistro/elasticsearch.yml",
              "opendistro/config.yml", "opendistro/roles_mapping.yml"]


@pytest.fixture
def bed(pki, upstream, tmp_path):
    with testbed.Bed(tmp_path / "bed", pki=pki) as made:
        made.use(upstream.address)
        yield made


def check(program, config):
    """(exit status, findings)."""
    done = subprocess.run([program, "check-config", "--config", config], capture_output=True, text=True, timeout=120)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def assert_refused(program, bed, name, *, line=None, mentions=()):
    """check-config and a start both refuse because of `name`, and say where."""
    status, findings = check(program, bed.main)
    errors = [finding for finding in findings if finding.get("severity", "error") == "error"]
    assert status == 1
    about = [error for error in errors
             if error["file"].endswith(name) or name.rpartition("/")[2] in error["message"]]
    assert about, findings
    for error in errors:
        assert error["file"] and error["message"]
    if line is not None:
        assert any(error["line"] == line for error in about), findings
    for word in mentions:
        assert any(word in error["message"] + error.get("key", "") + error.get("hint", "") for error in about), findings
    with testbed.Gateway(program, bed.main, wait=False) as gateway:
        assert gateway.wait() == 1
        assert gateway.out.all() == []
        said = "\n".join(gateway.log.all())
        assert name.rpartition("/")[2] in said


def test_the_examples_are_good(program, bed):
    status, findings = check(program, bed.main)
    assert (status, [finding for finding in findings if finding.get("severity") == "error"]) == (0, [])


@pytest.mark.parametrize("name", PEM_FILES + YAML_FILES)
def test_missing(program, bed, name):
    (bed.config / name).unlink()
    assert_refused(program, bed, name)


@pytest.mark.parametrize("name", PEM_FILES + YAML_FILES)
def test_unreadable_because_it_is_a_folder(program, bed, name):
    (bed.config / name).unlink()
    (bed.config / name).mkdir()
    assert_refused(program, bed, name)


@pytest.mark.parametrize("name", PEM_FILES + ["opendistro/config.yml"])
def test_empty(program, bed, name):
    (bed.config / name).write_bytes(b"")
    assert_refused(program, bed, name)


@pytest.mark.parametrize("name", PEM_FILES)
def test_truncated_pem(program, bed, name):
    path = bed.config / name
    whole = path.read_bytes()
    path.write_bytes(whole[:len(whole) // 2])
    assert_refused(program, bed, name)


@pytest.mark.parametrize("name", PEM_FILES)
def test_garbled_pem(program, bed, name):
    path = bed.config / name
    lines = path.read_text().splitlines()
    lines[1] = "A" * len(lines[1])
    path.write_text("\n".join(lines) + "\n")
    assert_refused(program, bed, name)


@pytest.mark.parametrize("name, other", [("pki/ca.pem", "pki/server-key.pem"), ("pki/server.pem", "pki/server-key.pem"),
                                         ("pki/server-key.pem", "pki/server.pem")])
def test_pem_with_the_wrong_content(program, bed, name, other):
    shutil.copy(bed.config / other, bed.config / name)
    assert_refused(program, bed, name)


def test_key_of_another_certificate(program, bed):
    shutil.copy(bed.pki / "client1-key.pem", bed.pki / "server-key.pem")
    assert_refused(program, bed, "server-key.pem")


@pytest.mark.parametrize("name", YAML_FILES + ["pkigate.yml"])
def test_garbled_yaml(program, bed, name):
    path = bed.config / name
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, "broken: [1, 2", "also: }", ""]))
    status, findings = check(program, bed.main)
    assert status == 1
    about = [finding for finding in findings if finding["file"].endswith(name)]
    assert about and all(finding["line"] > len(lines) for finding in about), findings


@pytest.mark.parametrize("name", YAML_FILES + ["pkigate.yml"])
def test_not_utf_8(program, bed, name):
    path = bed.config / name
    num_lines = len(path.read_text().splitlines())
    path.write_bytes(path.read_bytes().rstrip(b"\n") + b"\nbad: \xff\xfe\n")
    status, findings = check(program, bed.main)
    assert status == 1
    assert any(finding["file"].endswith(name) and finding["line"] in (num_lines + 1, 0) for finding in findings), findings


@pytest.mark.parametrize("name", ["xpack/elasticsearch.yml", "opendistro/elasticsearch.yml", "opendistro/roles_mapping.yml",
                                  "xpack/role_mapping.yml", "pkigate.yml"])
def test_duplicate_key(program, bed, name):
    path = bed.config / name
    text = path.read_text().rstrip("\n") + "\n"
    first = next(line for line in text.splitlines() if line and line[0].isalpha())
    path.write_text(text + first + "\n")
    status, findings = check(program, bed.main)
    assert status == 1
    about = [finding for finding in findings if finding["file"].endswith(name)]
    assert about and any(finding["line"] >= len(text.splitlines()) for finding in about), findings


@pytest.mark.parametrize("name, line, hint", [
    ("pkigate.yml", "workrs: 2", "workers"),
    ("xpack/elasticsearch.yml", "xpack.security.http.ssl.client_autentication: optional", "client_authentication"),
    ("opendistro/elasticsearch.yml", "opendistro_security.ssl.http.clientauth_mod: OPTIONAL", "clientauth_mode"),
])
def test_unknown_key_gets_a_suggestion(program, bed, name, line, hint):
    path = bed.config / name
    text = path.read_text().rstrip("\n") + "\n"
    path.write_text(text + line + "\n")
    assert_refused(program, bed, name, line=len(text.splitlines()) + 1, mentions=[hint])


@pytest.mark.parametrize("name, line", [
    ("pkigate.yml", "timeouts: 5"),
    ("pkigate.yml", "limits: {headers: many}"),
    ("pkigate.yml", "identity: {user_header: 'a b'}"),
    ("pkigate.yml", "log: {level: loud}"),
])
def test_wrong_type(program, bed, name, line):
    key = line.partition(":")[0]
    bed.edit_main(lambda settings: settings.pop(key, None))
    path = bed.config / name
    text = path.read_text().rstrip("\n") + "\n"
    path.write_text(text + line + "\n")
    assert_refused(program, bed, name, line=len(text.splitlines()) + 1, mentions=[key])


def test_every_problem_is_reported_at_once(program, bed):
    (bed.config / "pki" / "server.pem").write_text("")
    (bed.config / "opendistro" / "roles_mapping.yml").write_text("a: [")
    bed.main.write_text(bed.main.read_text() + "nonsense: 1\n")
    status, findings = check(program, bed.main)
    files = {finding["file"].rpartition("/")[2] for finding in findings if finding.get("severity", "error") == "error"}
    text = json.dumps(findings)
    assert status == 1
    assert {"pkigate.yml", "roles_mapping.yml"} <= files
    assert "server.pem" in text


def test_main_file_missing(program, tmp_path):
    status, findings = check(program, tmp_path / "nothing.yml")
    assert status == 1
    assert findings[0]["file"].endswith("nothing.yml")


@pytest.mark.parametrize("name", PEM_FILES + ["xpack/elasticsearch.yml", "opendistro/config.yml"])
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated"])
def test_reload_keeps_the_old_generation(make_site, name, damage):
    site = make_site()
    path = site.bed.config / name
    good = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "empty" else good[:len(good) // 2].rpartition(b"\n")[0] + b"\n{[")
    line = site.gateway.reload()
    assert line.startswith("reload failed: ")
    if damage != "empty" or name.startswith("pki") or name.endswith("config.yml"):
        assert name.rpartition("/")[2] in line, line
    for listener, client in (("xpack", "john-doe"), ("opendistro", "client1")):
        assert site.ask(listener, client, "GET", "/_echo/").status_code == 200
    path.write_bytes(good)
    assert site.gateway.reload() == "reloaded"


# --- what was stored through the API

def stored_warning(findings):
    return [finding for finding in findings if finding["key"] == "store.path" and finding["severity"] == "warning"]


def test_stored_mappings_are_checked(program, make_site):
    site = make_site()
    put = site.ask("xpack", "superuser", "PUT", "/_security/role_mapping/stored",
                   json={"enabled": True, "roles": ["user"], "rules": {"field": {"username": "a*"}}})
    assert put.status_code == 200
    # A running gateway holds its store: the check goes on without it, and says so.
    status, findings = check(program, site.bed.main)
    assert status == 0
    assert len(stored_warning(findings)) == 1
    assert site.gateway.stop() == 0
    store = site.bed.main.parent / "pkigate.db"
    before = store.read_bytes()
    status, findings = check(program, site.bed.main)
    assert (status, stored_warning(findings)) == (0, [])
    assert store.read_bytes() == before
    assert [path.name for path in store.parent.glob("pkigate.db*")] == ["pkigate.db"]
    # One that cannot be compiled keeps the gateway from starting, so it is an error here, too.
    with contextlib.closing(sqlite3.connect(store)) as database, database:
        assert database.execute("UPDATE role_mapping SET document = '{\"roles\": 1}'").rowcount == 1
    assert_start_refused_like_check(program, site.bed, "role_mapping/stored")
    store.write_bytes(b"")
    assert_start_refused_like_check(program, site.bed, "pkigate.db is empty")


def assert_start_refused_like_check(program, bed, words):
    status, findings = check(program, bed.main)
    assert status == 1
    assert any(words in finding["key"] + finding["message"] for finding in findings if finding["severity"] == "error")
    with testbed.Gateway(program, bed.main, wait=False) as gateway:
        assert gateway.wait() == 1
        assert words in "\n".join(gateway.log.all())
