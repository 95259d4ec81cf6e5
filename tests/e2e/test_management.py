# SPDX-License-Identifier: Apache-2.0
"""Role mappings put through the REST API of each dialect: in force with the answer, on every worker, on live
connections, after a restart, after kill -9."""

import signal
import threading

import pytest

XPACK = ["/_security/role_mapping", "/_xpack/security/role_mapping"]
OPENDISTRO = ["/_opendistro/_security/api/rolesmapping", "/_plugins/_security/api/rolesmapping"]
RULE = {"roles": ["user"], "enabled": True, "rules": {"field": {"dn": "CN=nobody,OU=example,O=com"}}}
NOBODY = "CN=nobody,OU=example,O=com"


@pytest.fixture
def fresh(make_site):
    return make_site(workers=2)


def put_xpack(site, name, body, base=XPACK[0]):
    return site.ask("xpack", "superuser", "PUT", f"{base}/{name}", json=body)


def put_opendistro(site, role, body, base=OPENDISTRO[0]):
    return site.ask("opendistro", "admin", "PUT", f"{base}/{role}", json=body)


# --- the way of an operator

@pytest.mark.parametrize("base", XPACK)
def test_xpack(fresh, base):
    with fresh.connect("xpack", "unmapped") as http:
        assert http.get("/movies/_doc/3").status == 403
        answer = put_xpack(fresh, "nobodies", RULE, base)
        assert (answer.status_code, answer.json()) == (200, {"role_mapping": {"created": True}})
        assert http.get("/movies/_doc/3").status == 200, "on a connection that was there before"
        answer = put_xpack(fresh, "nobodies", {**RULE, "roles": ["other"]}, base)
        assert answer.json() == {"role_mapping": {"created": False}}
        listed = fresh.ask("xpack", "superuser", "GET", f"{base}/nobodies").json()
        assert listed["nobodies"]["roles"] == ["other"]
        assert listed["nobodies"]["rules"] == RULE["rules"]
        answer = fresh.ask("xpack", "superuser", "DELETE", f"{base}/nobodies")
        assert (answer.status_code, answer.json()) == (200, {"found": True})
        assert http.get("/movies/_doc/3").status == 403
        answer = fresh.ask("xpack", "superuser", "DELETE", f"{base}/nobodies")
        assert (answer.status_code, answer.json()) == (404, {"found": False})
        answer = fresh.ask("xpack", "superuser", "GET", f"{base}/nobodies")
        assert (answer.status_code, answer.json()) == (404, {})


@pytest.mark.parametrize("base", OPENDISTRO)
def test_opendistro(fresh, base):
    with fresh.connect("opendistro", "unmapped") as http:
        assert http.get("/movies/_doc/3").status == 403
        before = fresh.ask("opendistro", "admin", "GET", f"{base}/readall").json()["readall"]
        entry = {"users": [*before["users"], NOBODY, "nobody"], "backend_roles": before["backend_roles"],
                 "hosts": before["hosts"]}
        answer = put_opendistro(fresh, "readall", entry, base)
        assert (answer.status_code, answer.json()) == (200, {"status": "OK", "message": "'readall' updated."})
        assert http.get("/movies/_doc/3").status == 200, "on a connection that was there before"
        assert set(fresh.ask("opendistro", "admin", "GET", f"{base}/readall").json()["readall"]["users"]) == set(entry["users"])
        assert "readall" in fresh.ask("opendistro", "admin", "GET", base).json(), "listed with the others"
        answer = fresh.ask("opendistro", "admin", "DELETE", f"{base}/readall")
        assert (answer.status_code, answer.json()) == (200, {"status": "OK", "message": "'readall' deleted."})
        assert http.get("/movies/_doc/3").status == 403
        answer = put_opendistro(fresh, "readall", entry, base)
        assert (answer.status_code, answer.json()) == (201, {"status": "CREATED", "message": "'readall' created."})
        assert http.get("/movies/_doc/3").status == 200


# --- who may

@pytest.mark.parametrize("client, status", [(None, 401), ("unmapped", 403), ("john-doe", 403), ("admin", 403)])
def test_xpack_others_may_not(fresh, client, status):
    for method, body in (("GET", None), ("PUT", RULE), ("POST", RULE), ("DELETE", None)):
        answer = fresh.ask("xpack", client, method, "/_security/role_mapping/x", json=body)
        assert answer.status_code == status, (method, answer.text)
    assert fresh.ask("xpack", "superuser", "GET", "/_security/role_mapping/x").status_code == 404


@pytest.mark.parametrize("client, status", [(None, 401), ("unmapped", 403), ("client1", 403), ("superuser", 403)])
def test_opendistro_others_may_not(fresh, client, status):
    for method, body in (("GET", None), ("PUT", {"users": ["x"]}), ("DELETE", None)):
        answer = fresh.ask("opendistro", client, method, f"{OPENDISTRO[0]}/readall", json=body)
        assert answer.status_code == status, (method, answer.text)
    if status == 403:
        assert answer.json()["status"] == "FORBIDDEN"
        assert answer.json()["message"].startswith("No permission to access REST API: ")
    assert fresh.ask("opendistro", "client1", "GET", "/movies/_doc/3").status_code == 200, "still mapped"


def test_nothing_of_it_reaches_the_upstream(fresh):
    before = fresh.upstream_stats()["requests"]
    put_xpack(fresh, "x", RULE)
    fresh.ask("xpack", "superuser", "GET", "/_security/role_mapping")
    put_opendistro(fresh, "readall", {"users": ["x"]})
    fresh.ask("opendistro", "admin", "GET", OPENDISTRO[0])
    fresh.ask("xpack", "john-doe", "GET", "/_security/anything/else")
    assert fresh.upstream_stats()["requests"] == before + 1


# --- what is refused

@pytest.mark.parametrize("body, essence", [
    ({"enabled": True, "rules": {"field": {"dn": "x"}}}, "missing field [roles]"),
    ({"roles": ["user"], "rules": {"field": {"dn": "x"}}}, "missing field [enabled]"),
    ({"roles": ["user"], "enabled": True}, "missing field [rules]"),
    ({"roles": [], "enabled": True, "rules": {"field": {"dn": "x"}}}, "role-mapping roles or role-templates are missing"),
    ({**RULE, "metadata": {"_x": 1}}, "metadata keys may not start with [_]"),
    ({**RULE, "surprise": 1}, "surprise"),
])
def test_xpack_refuses(fresh, body, essence):
    answer = put_xpack(fresh, "bad", body)
    assert answer.status_code == 400
    assert essence in answer.text
    assert fresh.ask("xpack", "superuser", "GET", "/_security/role_mapping/bad").status_code == 404


@pytest.mark.parametrize("body, message", [
    ({}, "Request body required for this action."),
    ({"users": "x"}, "Wrong datatype"),
    ({"surprise": ["x"], "users": []}, "Invalid configuration"),
])
def test_opendistro_refuses(fresh, body, message):
    answer = put_opendistro(fresh, "readall", body)
    assert answer.status_code == 400
    assert (answer.json()["status"], answer.json()["reason"]) == ("error", message)


def test_broken_json(fresh):
    for listener, client, path in (("xpack", "superuser", "/_security/role_mapping/x"),
                                   ("opendistro", "admin", f"{OPENDISTRO[0]}/readall")):
        answer = fresh.ask(listener, client, "PUT", path, data="{", headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, answer.text


# --- durable

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_survives_the_end(fresh, number):
    assert put_xpack(fresh, "nobodies", RULE).status_code == 200
    assert put_opendistro(fresh, "readall", {"users": ["CLIENT1", "nobody", NOBODY]}).status_code == 200
    fresh.gateway.stop(number)
    fresh.start()
    assert fresh.ask("xpack", "unmapped", "GET", "/movies/_doc/3").status_code == 200
    assert fresh.ask("opendistro", "unmapped", "GET", "/movies/_doc/3").status_code == 200
    assert "nobodies" in fresh.ask("xpack", "superuser", "GET", "/_security/role_mapping").json()


def test_what_was_answered_survives_kill_9_in_the_middle(fresh):
    """Writes go on until the process is killed under them: none that was acknowledged is lost."""
    acknowledged = []

    def write():
        for number in range(1000):
            try:
                if put_xpack(fresh, f"m{number}", RULE).status_code != 200:
                    return
            except OSError:
                return
            acknowledged.append(f"m{number}")

    writer = threading.Thread(target=write)
    writer.start()
    fresh.until(lambda: len(acknowledged) >= 10, "some writes are done")
    fresh.gateway.stop(signal.SIGKILL)
    writer.join()
    fresh.start()
    kept = fresh.ask("xpack", "superuser", "GET", "/_security/role_mapping").json()
    assert set(acknowledged) <= set(kept)
    assert len(kept) <= len(acknowledged) + 1


def test_deletion_survives(fresh):
    put_xpack(fresh, "nobodies", RULE)
    fresh.ask("xpack", "superuser", "DELETE", "/_security/role_mapping/nobodies")
    fresh.gateway.stop(signal.SIGKILL)
    fresh.start()
    assert fresh.ask("xpack", "unmapped", "GET", "/movies/_doc/3").status_code == 403


def test_a_reload_keeps_them(fresh):
    put_xpack(fresh, "nobodies", RULE)
    assert fresh.gateway.reload() == "reloaded"
    assert fresh.ask("xpack", "unmapped", "GET", "/movies/_doc/3").status_code == 200


def test_concurrent_writers(fresh):
    """Changes have one order, and each answer is true when it arrives."""
    failures = []

    def write(base):
        for number in range(10):
            answer = put_xpack(fresh, f"{base}-{number}", RULE)
            if answer.status_code != 200:
                failures.append(answer.text)
            elif fresh.ask("xpack", "superuser", "GET", f"/_security/role_mapping/{base}-{number}").status_code != 200:
                failures.append(f"{base}-{number} is not there")

    writers = [threading.Thread(target=write, args=(f"w{index}",)) for index in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert len(fresh.ask("xpack", "superuser", "GET", "/_security/role_mapping").json()) >= 40
