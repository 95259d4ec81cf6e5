# SPDX-License-Identifier: Apache-2.0
"""The chains of both dialects over the real process: a certificate, a password, both, neither; run-as and impersonation;
what a flood of wrong passwords does to everybody else."""

import concurrent.futures
import crypt
import threading

import pytest
import yaml

AUTHENTICATE = "/_security/_authenticate"
AUTHINFO = "/_opendistro/_security/authinfo"
PASSWORD = "correct horse: battery"
OTHER = "staple 2"


def bcrypt(password, cost=4):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << cost))


def write_users(folder, password, cost=4):
    (folder / "users").write_text(f"alice:{bcrypt(password, cost)}\nbob:{bcrypt(OTHER)}\n")


def with_passwords(settings, bed):
    """A file realm behind the pki realm, the basic domain behind the clientcert domain."""
    settings["crypto_threads"] = 1
    xpack = bed.config / "xpack"
    bed.set_option("xpack/elasticsearch.yml", "xpack.security.authc.realms.file.file1.order", "2")
    write_users(xpack, PASSWORD)
    (xpack / "users_roles").write_text("viewer:alice,bob\neditor:alice\n")
    (xpack / "roles.yml").write_text("user:\n  run_as: [ali*, nobody]\n")
    opendistro = bed.config / "opendistro"
    config = yaml.safe_load((opendistro / "config.yml").read_text())
    dynamic = config["config"]["dynamic"]
    dynamic["authc"]["basic_internal_auth_domain"]["http_enabled"] = True
    dynamic["auth_failure_listeners"] = {
        "by_name": {"type": "username", "authentication_backend": "intern", "allowed_tries": 3}}
    (opendistro / "config.yml").write_text(yaml.safe_dump(config))
    (opendistro / "internal_users.yml").write_text(yaml.safe_dump({
        "_meta": {"type": "internalusers", "config_version": 2},
        "alice": {"hash": bcrypt(PASSWORD), "backend_roles": ["admins"], "attributes": {"floor": "3"}},
        "bob": {"hash": bcrypt(OTHER)}}))
    bed.set_option("opendistro/elasticsearch.yml", "opendistro_security.authcz.rest_impersonation_user.CLIENT1",
                   '["ali*"]')


@pytest.fixture
def site(make_site):
    return make_site(with_passwords)


def who(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- X-Pack

def test_xpack_certificate_password_both_neither(site):
    def ask(client=None, **options):
        return site.ask("xpack", client, "GET", AUTHENTICATE, **options)

    by_certificate = who(ask("john-doe"))
    assert (by_certificate["username"], by_certificate["authentication_realm"]["type"]) == ("John Doe", "pki")
    by_password = who(ask(auth=("alice", PASSWORD)))
    assert by_password["username"] == "alice"
    assert by_password["authentication_realm"] == by_password["lookup_realm"] == {"name": "file1", "type": "file"}
    assert sorted(by_password["roles"]) == ["editor", "viewer"] and by_password["metadata"] == {}
    assert who(ask("john-doe", auth=("alice", PASSWORD)))["username"] == "alice", "the header wins"
    for client in None, "john-doe":
        wrong = ask(client, auth=("alice", OTHER))
        assert wrong.status_code == 401
        assert wrong.json()["error"]["reason"] == (
            f"unable to authenticate user [alice] for REST request [{AUTHENTICATE}]")
        assert wrong.headers["WWW-Authenticate"] == 'Basic realm="security", charset="UTF-8"'
    assert ask(auth=("nobody", PASSWORD)).status_code == 401
    nobody = ask()
    assert nobody.status_code == 401 and "missing authentication credentials" in nobody.json()["error"]["reason"]


def test_xpack_malformed_headers(site):
    for value, reason in (("Basic %%%", "invalid basic authentication header encoding"),
                          ("Basic YWxpY2U=", "invalid basic authentication header value")):
        answer = site.ask("xpack", "john-doe", "GET", AUTHENTICATE, headers={"Authorization": value})
        assert answer.status_code == 401 and answer.json()["error"]["reason"] == reason
    assert who(site.ask("xpack", "john-doe", "GET", AUTHENTICATE, headers={"Authorization": "Basic "}))
    assert who(site.ask("xpack", "john-doe", "GET", AUTHENTICATE, headers={"Authorization": "Negotiate YQ=="}))


def test_xpack_run_as(site):
    def ask(target, **options):
        return site.ask("xpack", "john-doe", "GET", AUTHENTICATE, headers={"es-security-runas-user": target}, **options)

    alice = who(ask("alice"))
    assert alice["username"] == "alice" and sorted(alice["roles"]) == ["editor", "viewer"]
    assert alice["authentication_realm"]["name"] == "pki1" and alice["lookup_realm"]["name"] == "file1"
    for refused in "bob", "nobody":
        assert "is unauthorized to run as" in ask(refused).json()["error"]["reason"]
    assert ask("").status_code == 401


def test_the_upstream_learns_who_not_how(site):
    told = who(site.ask("xpack", None, "GET", "/_echo/", auth=("alice", PASSWORD)))
    headers = {name.lower(): value for name, value in told["headers"]}
    assert headers["x-proxy-user"] == "alice" and headers["x-proxy-roles"] == "editor,viewer"
    assert "authorization" not in headers


# --- Open Distro

def test_opendistro_certificate_password_both_neither(site):
    def ask(client=None, **options):
        return site.ask("opendistro", client, "GET", AUTHINFO, **options)

    assert who(ask("client1"))["user_name"] == "CLIENT1"
    alice = who(ask(auth=("alice", PASSWORD)))
    assert alice["user_name"] == "alice" and alice["backend_roles"] == ["admins"] and alice["principal"] is None
    assert "attr.internal.floor" in alice["custom_attribute_names"]
    both = who(ask("client1", auth=("alice", OTHER)))
    assert both["user_name"] == "CLIENT1", "the first domain that finds credentials"
    for options in {}, {"auth": ("alice", OTHER)}, {"auth": ("nobody", PASSWORD)}, {"headers": {"Authorization": "Basic %"}}:
        refused = ask(**options)
        assert (refused.status_code, refused.text) == (401, "Unauthorized"), options
        assert refused.headers["WWW-Authenticate"] == 'Basic realm="Open Distro Security"'


def test_opendistro_impersonation(site):
    def ask(target):
        return site.ask("opendistro", "client1", "GET", AUTHINFO, headers={"opendistro_security_impersonate_as": target})

    assert who(ask("alice"))["user_name"] == "alice"
    refused = ask("bob")
    assert refused.status_code == 403
    assert refused.json()["error"]["reason"] == "'CLIENT1' is not allowed to impersonate as 'bob'"


def test_opendistro_blocks_a_name_after_failed_logins(site):
    def ask(password, user="alice"):
        return site.ask("opendistro", None, "GET", AUTHINFO, auth=(user, password)).status_code

    assert [ask(PASSWORD), ask(OTHER), ask(OTHER), ask(PASSWORD)] == [200, 401, 401, 200]
    assert ask(OTHER) == 401, "the third failure"
    assert ask(PASSWORD) == 401, "blocked"
    assert ask(OTHER, user="bob") == 200, "nobody else is"
    assert who(site.ask("opendistro", "client1", "GET", AUTHINFO))["user_name"] == "CLIENT1"


# --- how passwords are treated

def test_a_changed_password_bites_at_once(site):
    def ask(password):
        return site.ask("xpack", None, "GET", AUTHENTICATE, auth=("alice", password)).status_code

    assert [ask(PASSWORD), ask(PASSWORD), ask(OTHER)] == [200, 200, 401]
    write_users(site.bed.config / "xpack", OTHER)
    assert site.gateway.reload() == "reloaded"
    assert [ask(PASSWORD), ask(OTHER)] == [401, 200], "what was remembered as right is not"


def test_a_flood_of_wrong_passwords_is_bounded(make_site):
    def slow(settings, bed):
        with_passwords(settings, bed)
        write_users(bed.config / "xpack", PASSWORD, cost=12)

    site = make_site(slow)
    num_floods = 48
    begun = threading.Barrier(num_floods + 1)

    def attempt(number):
        begun.wait()
        return site.ask("xpack", None, "GET", AUTHENTICATE, auth=("alice", f"guess {number}"))

    with concurrent.futures.ThreadPoolExecutor(num_floods) as pool:
        attempts = [pool.submit(attempt, number) for number in range(num_floods)]
        begun.wait()
        for _ in range(20):  # whoever has a certificate does not wait for anybody's password
            assert who(site.ask("xpack", "john-doe", "GET", AUTHENTICATE))["username"] == "John Doe"
        answers = [attempt.result() for attempt in attempts]
    statuses = {answer.status_code for answer in answers}
    assert {401, 429} <= statuses <= {401, 429, 503}, statuses  # 503: this machine is too slow for those taken on
    too_many = next(answer for answer in answers if answer.status_code == 429)
    assert too_many.json()["error"]["type"] == "es_rejected_execution_exception"
    assert who(site.ask("xpack", None, "GET", AUTHENTICATE, auth=("alice", PASSWORD)))["username"] == "alice"


def test_no_password_reaches_the_log(site):
    site.ask("xpack", None, "GET", AUTHENTICATE, auth=("alice", PASSWORD))
    site.ask("xpack", None, "GET", AUTHENTICATE, auth=("alice", "guess-7f3a"))
    site.ask("opendistro", None, "GET", AUTHINFO, auth=("alice", "guess-7f3a"))
    site.gateway.wait_for_event("denied", listener="opendistro")
    log = "\n".join(site.gateway.log.all())
    assert "user=alice" in log
    for secret in PASSWORD, "guess-7f3a", "Z3Vlc3MtN2YzYQ", "$2b$", "Authorization: Basic":
        assert secret not in log, secret
