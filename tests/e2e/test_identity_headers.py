# SPDX-License-Identifier: Apache-2.0
"""The upstream believes the identity headers, so a client must not be able to write them: not in any spelling that some
server folds into them, not by having ours removed, not through the listener of either dialect, not when hand-over is off."""

import itertools

import pytest

CLIENTS = {"xpack": ("john-doe", "John Doe"), "opendistro": ("client1", "CLIENT1")}
EVIL = "evil-admin"
OURS = ["x-proxy-user", "x-proxy-roles"]
OTHERS = ["x-forwarded-user", "x-client-cert", "x-forwarded-client-cert", "x-ssl-client-cert", "x-remote-user",
          "ssl-client-s-dn", "x-ssl-client-s-dn", "x-proxy-ext-roles", "x-forwarded-for", "x-forwarded-proto",
          "forwarded", "authorization", "proxy-authorization", "es-security-runas-user",
          "opendistro_security_impersonate_as"]


def spellings(name):
    """Dashes as dashes, underscores or dots, each on its own, in three cases."""
    parts = name.split("-")
    for separators in itertools.product("-_.", repeat=len(parts) - 1):
        joined = parts[0] + "".join(separator + part for separator, part in zip(separators, parts[1:]))
        yield from {joined, joined.title(), joined.upper()}


@pytest.mark.parametrize("listener", sorted(CLIENTS))
@pytest.mark.parametrize("name", OURS)
def test_our_headers_in_every_spelling(site, listener, name):
    client, user = CLIENTS[listener]
    stripped = refused = 0
    for spelling in spellings(name):
        answer, seen = site.echo(listener, client, f"{spelling}: {EVIL}")
        assert answer.status in (200, 400), spelling
        if answer.status == 400:
            assert "_" in spelling or "." in spelling, f"{spelling} need not be refused"
            refused += 1
        else:
            assert EVIL not in str(seen), spelling
            assert [value for header, value in seen if header == "x-proxy-user"] == [user], spelling
            stripped += 1
    assert stripped >= 3 and refused >= 3


@pytest.mark.parametrize("listener", sorted(CLIENTS))
def test_spellings_are_dropped_where_the_operator_prefers_that(make_site, listener):
    site = make_site(lambda settings, bed: settings.update(http={"unusual_header_names": "drop"}))
    client, user = CLIENTS[listener]
    for name in OURS:
        for spelling in spellings(name):
            answer, seen = site.echo(listener, client, f"{spelling}: {EVIL}", "X_Other.Thing: 1", "X-Kept: 1")
            assert answer.status == 200, spelling
            assert EVIL not in str(seen), spelling
            assert {value for header, value in seen if header == "x-proxy-user"} == {user}
            assert "x-kept" in {header for header, _ in seen}
            assert "x_other.thing" not in {header for header, _ in seen}


@pytest.mark.parametrize("name", OTHERS)
def test_other_headers_that_servers_believe(site, name):
    for listener, (client, user) in CLIENTS.items():
        answer, seen = site.echo(listener, client, f"{name}: {EVIL}")
        assert EVIL not in str(seen)
        if answer.status == 200:
            assert [value for header, value in seen if header == "x-proxy-user"] == [user]
        else:
            assert answer.status in (400, 401, 403), (listener, name)


def test_repeated(site):
    for listener, (client, user) in CLIENTS.items():
        answer, seen = site.echo(listener, client, "X-Proxy-User: a", f"X-Proxy-User: {EVIL}", f"x-proxy-user: {EVIL}")
        assert (answer.status, EVIL in str(seen)) == (200, False)
        assert [value for header, value in seen if header == "x-proxy-user"] == [user]


@pytest.mark.parametrize("named", ["X-Proxy-User", "X-Proxy-Roles", "x-proxy-user, x-proxy-roles", "X-Forwarded-For",
                                   "Host", "Content-Length"])
def test_connection_header_cannot_remove_ours(site, named):
    for listener, (client, user) in CLIENTS.items():
        answer, seen = site.echo(listener, client, f"Connection: {named}")
        if answer.status == 200:
            names = [header for header, _ in seen]
            assert [value for header, value in seen if header == "x-proxy-user"] == [user]
            assert {"x-proxy-roles", "x-forwarded-for", "host"} <= set(names)
        else:
            assert answer.status == 400


def test_trailers_cannot_bring_them(site):
    with site.connect("xpack", "john-doe") as http:
        answer = http.ask(b"POST /_echo/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
                          b"X-Proxy-User: evil-admin\r\n\r\n")
        assert EVIL.encode() not in answer.body


def test_configured_names(make_site):
    def change(settings, bed):
        settings["identity"] = {"user_header": "x-remote-user", "roles_header": "x-remote-roles"}
    site = make_site(change)
    for spelling in spellings("x-remote-user"):
        answer, seen = site.echo("xpack", "john-doe", f"{spelling}: {EVIL}")
        assert EVIL not in str(seen)
        assert answer.status == 400 or ("x-remote-user", "John Doe") in seen
    # The default names mean nothing to this upstream any more, but might to the next one behind it.
    _, seen = site.echo("xpack", "john-doe", f"X-Proxy-User: {EVIL}")
    assert EVIL not in str(seen)


def test_stripped_also_without_hand_over(make_site):
    site = make_site(lambda settings, bed: settings.update(identity={"hand_over": False}))
    answer, seen = site.echo("xpack", "john-doe", f"X-Proxy-User: {EVIL}", f"X-Proxy-Roles: {EVIL}", "X-Kept: 1")
    names = {header for header, _ in seen}
    assert answer.status == 200
    assert "x-kept" in names
    assert not names & set(OURS)


def test_roles_arrive(site):
    _, seen = site.echo("opendistro", "client1")
    assert "readall" in dict(seen)["x-proxy-roles"].split(",")
