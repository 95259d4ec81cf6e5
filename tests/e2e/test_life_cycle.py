# SPDX-License-Identifier: Apache-2.0
"""Start, reload, log rotation, end: what the signals do to the running process."""

import contextlib
import signal
import socket
import subprocess

import pytest
import yaml

import testbed

LISTENER, CLIENT = "xpack", "john-doe"


def map_in_file(bed, role, dn):
    path = bed.config / "xpack" / "role_mapping.yml"
    mapping = yaml.safe_load(path.read_text()) or {}
    mapping.setdefault(role, []).append(dn)
    path.write_text(yaml.safe_dump(mapping))


# --- start

def test_ready_is_the_only_thing_said(site):
    assert site.gateway.out.all() == ["ready"]


def test_every_listener_accepts_once_ready(make_site):
    site = make_site()
    for listener in ("xpack", "opendistro"):
        assert site.ask(listener, None, "GET", "/").status_code == 401


def test_port_in_use(make_site, program, pki, upstream, tmp_path):
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        with testbed.Bed(tmp_path / "other", pki=pki) as bed:
            bed.use(upstream.address)
            bed.edit_main(lambda settings: settings["listeners"][0].update(address=address))
            with testbed.Gateway(program, bed.main, wait=False) as gateway:
                assert gateway.wait() == 1
                assert gateway.out.all() == []
                assert any(address in line and "in use" in line for line in gateway.log.all()), gateway.log.all()


def test_wrong_usage(program):
    for arguments in ([], ["--confg", "x"], ["nonsense"], ["check-config"], ["whoami"], ["verify-cert"]):
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
        assert done.returncode == 2, arguments
        assert done.stderr


def test_several_workers(make_site):
    """Requests spread over workers; one policy."""
    site = make_site(workers=2)
    for _ in range(50):
        assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200
        assert site.ask(LISTENER, "unmapped", "GET", "/_echo/").status_code == 403


# --- SIGHUP

def test_reload_takes_effect_on_live_connections(make_site):
    site = make_site(workers=2)
    with site.connect(LISTENER, "unmapped") as http:
        assert http.get("/_echo/").status == 403
        map_in_file(site.bed, "user", "cn=nobody,ou=example,o=com")
        assert http.get("/_echo/").status == 403, "a file alone changes nothing"
        assert site.gateway.reload() == "reloaded"
        assert http.get("/_echo/").status == 200
        map_nobody = site.bed.config / "xpack" / "role_mapping.yml"
        map_nobody.write_text(map_nobody.read_text().replace("cn=nobody", "cn=somebody"))
        assert site.gateway.reload() == "reloaded"
        assert http.get("/_echo/").status == 403


@pytest.mark.parametrize("broken, says", [
    ("user:\n  - cn=a\n  - [\n", "role_mapping.yml:"),
    ("user: [cn=a]\nuser: [cn=b]\n", "role_mapping.yml:2"),
])
def test_broken_mapping_file_changes_nothing(make_site, broken, says):
    site = make_site()
    path = site.bed.config / "xpack" / "role_mapping.yml"
    good = path.read_text()
    path.write_text(broken)
    line = site.gateway.reload()
    assert line.startswith("reload failed: ") and says in line, line
    assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200
    path.write_text(good)
    assert site.gateway.reload() == "reloaded"


def test_broken_settings_say_file_line_and_key(make_site):
    site = make_site()
    text = site.bed.main.read_text()
    site.bed.main.write_text(text + "timeouts:\n  hed: 3s\n")
    line = site.gateway.reload()
    lineno = len(text.splitlines()) + 2
    assert f"pkigate.yml:{lineno}" in line and "timeouts.hed" in line and "head" in line, line
    assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200
    site.bed.main.write_text(text)
    assert site.gateway.reload() == "reloaded"


def test_reload_brings_a_new_server_certificate(make_site):
    site = make_site()
    subprocess.run([testbed.TOOLS / "pki", site.bed.pki, "--server", "server", "O=example,CN=renewed"], check=True)
    context = site.bed.tls_context(CLIENT)
    context.check_hostname = False
    with site.connect(LISTENER, CLIENT) as old:
        assert site.gateway.reload() == "reloaded"
        with site.connect(LISTENER, context=context) as new:
            subject = dict(pair for rdn in new.connection.getpeercert()["subject"] for pair in rdn)
            assert subject["commonName"] == "renewed"
            assert new.get("/_echo/").status == 200
        assert old.get("/_echo/").status == 200, "a connection from before goes on"


def test_reload_brings_a_new_trust(make_site):
    """An authority that is trusted no more is so on the next request of a live connection."""
    site = make_site()
    with site.connect(LISTENER, CLIENT) as http:
        assert http.get("/_echo/").status == 200
        ca, foreign = site.bed.pki / "ca.pem", site.bed.pki / "foreign-ca.pem"
        good = ca.read_bytes()
        try:
            ca.write_bytes(foreign.read_bytes())
            assert site.gateway.reload() == "reloaded"
            with pytest.raises((EOFError, OSError, AssertionError)):
                assert http.get("/_echo/").status == 200
        finally:
            ca.write_bytes(good)


def test_many_reloads(make_site):
    site = make_site(workers=2)
    for _ in range(50):
        assert site.gateway.reload() == "reloaded"
    assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200


# --- SIGTERM

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_end(make_site, number):
    site = make_site()
    assert site.gateway.stop(number) == 0
    assert site.gateway.out.all() == ["ready"]


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except ConnectionRefusedError:
        return True
    return False


def test_request_under_way_is_finished(make_site):
    site = make_site()
    with site.connect(LISTENER, CLIENT) as idle, site.connect(LISTENER, CLIENT) as busy:
        assert idle.get("/_echo/").status == 200
        port = site.gateway.port(LISTENER)
        busy.send(b"GET /_slow/1500 HTTP/1.1\r\nHost: a\r\n\r\n")
        site.until(lambda: site.upstream_stats()["open_requests"] == 2, "the slow request has arrived")
        site.gateway.send_signal(signal.SIGTERM)
        assert idle.closed(), "an idle connection is closed at once"
        site.until(lambda: refused(port), "nobody listens any more")
        assert site.gateway.running()
        answer = busy.read_answer()
        assert (answer.status, answer.body) == (200, b"slow\n")
        assert (answer.header("connection") or "").lower() == "close"
        assert busy.closed()
        assert site.gateway.wait() == 0


def test_drain_has_an_end(make_site):
    # An upstream of its own: it goes on counting the request that nobody waits for any more.
    with testbed.Upstream() as slow:
        site = make_site(lambda settings, bed: settings.update(timeouts={"drain": "1s"}), behind=slow)
        check_drain_has_an_end(site)


def check_drain_has_an_end(site):
    with site.connect(LISTENER, CLIENT) as busy:
        busy.send(b"GET /_slow/600000 HTTP/1.1\r\nHost: a\r\n\r\n")
        site.until(lambda: site.upstream_stats()["open_requests"] == 2, "the slow request has arrived")
        assert site.gateway.stop() == 0


def test_second_sigterm_is_harmless(make_site):
    site = make_site()
    with site.connect(LISTENER, CLIENT) as busy:
        busy.send(b"GET /_slow/500 HTTP/1.1\r\nHost: a\r\n\r\n")
        site.until(lambda: site.upstream_stats()["open_requests"] == 2, "the slow request has arrived")
        site.gateway.send_signal(signal.SIGTERM)
        site.gateway.send_signal(signal.SIGTERM)
        assert busy.read_answer().status == 200
    assert site.gateway.wait() == 0


# --- SIGUSR1

def test_log_rotation(make_site):
    site = make_site(lambda settings, bed: settings.update(log={"path": str(bed.folder / "gateway.log")}), log_file="gateway.log")
    log, rotated = site.bed.folder / "gateway.log", site.bed.folder / "gateway.log.1"
    assert "event=listening" in log.read_text()
    assert site.ask(LISTENER, "unmapped", "GET", "/before").status_code == 403
    log.rename(rotated)
    assert site.ask(LISTENER, "unmapped", "GET", "/between").status_code == 403
    assert rotated.read_text().count("event=denied") == 2, "until told, lines go where they went"
    site.gateway.send_signal(signal.SIGUSR1)
    site.until(log.exists, "the log is opened anew")
    assert site.ask(LISTENER, "unmapped", "GET", "/after").status_code == 403
    assert log.read_text().count("event=denied") == 1
    assert rotated.read_text().count("event=denied") == 2


def test_log_as_json(make_site):
    import json
    site = make_site(lambda settings, bed: settings.update(log={"format": "json", "path": str(bed.folder / "gateway.log")}),
                     log_file="gateway.log")
    assert site.ask(LISTENER, "unmapped", "GET", "/").status_code == 403
    lines = [json.loads(line) for line in (site.bed.folder / "gateway.log").read_text().splitlines()]
    assert {"listening", "denied"} <= {line["event"] for line in lines}
