# SPDX-License-Identifier: Apache-2.0
"""Who gets in: certificates good and bad in both dialects, what refused clients are told, what the log says about it."""

import hashlib
import json
import re
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

import testbed

CLIENTS = {"xpack": "john-doe", "opendistro": "client1"}
LISTENERS = sorted(CLIENTS)


def certificate_facts(pki, client):
    """What the log says of a certificate, worked out by another library."""
    certificate = x509.load_pem_x509_certificate((pki / f"{client}.pem").read_bytes())
    der = certificate.public_bytes(serialization.Encoding.DER)
    serial = f"{certificate.serial_number:x}"
    return {
        "subject": certificate.subject.rfc4514_string(), "issuer": certificate.issuer.rfc4514_string(),
        "serial": serial.zfill(len(serial) + len(serial) % 2), "fingerprint": hashlib.sha256(der).hexdigest(),
    }


def handshake_fails(site, listener, client, **options):
    """With TLS 1.3 the client learns of a refusal only when it reads."""
    try:
        with site.connect(listener, client, **options) as http:
            http.get("/_echo/")
    except (ssl.SSLError, EOFError, ConnectionError):
        return True
    return False


def log_marker(site, listener):
    """Something that writes a log line after everything before it: a refused handshake of a known kind."""
    since = len(site.gateway.log)
    with site.tcp(listener) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.recv(1000)
    site.gateway.wait_for_event("handshake_failed", since=since, reason="plain_http")


# --- accepted

@pytest.mark.parametrize("listener", LISTENERS)
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_both_tls_versions(site, listener, version):
    with site.connect(listener, CLIENTS[listener], lowest=version, highest=version) as http:
        assert http.connection.version() == {"TLSv1_2": "TLSv1.2", "TLSv1_3": "TLSv1.3"}[version.name]
        assert http.connection.selected_alpn_protocol() == "http/1.1"
        assert http.get("/_echo/").status == 200


@pytest.mark.parametrize("listener", LISTENERS)
def test_old_tls_is_refused(site, listener):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{site.gateway.port(listener)}", "-tls1_1",
                           "-cipher", "DEFAULT@SECLEVEL=0"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode != 0
    assert b"alert protocol version" in done.stderr or b"unsupported protocol" in done.stderr


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_resumption(site, version):
    """No ticket is issued, no session kept: every connection proves its key anew."""
    context = site.bed.tls_context("john-doe", lowest=version, highest=version)
    sessions = []
    for _ in range(2):
        with site.connect("xpack", context=context, session=sessions[-1] if sessions else None) as http:
            assert http.get("/_echo/").status == 200
            assert not http.connection.session_reused
            if http.connection.session is not None:
                assert not http.connection.session.has_ticket
                sessions.append(http.connection.session)


def test_xpack_authenticate(site):
    for path in ("/_security/_authenticate", "/_xpack/security/_authenticate"):
        answer = site.ask("xpack", "john-doe", "GET", path)
        body = answer.json()
        assert answer.status_code == 200
        assert body["username"] == "John Doe"
        assert body["roles"] == ["user"]
        assert body["metadata"] == {"pki_dn": "CN=John Doe, OU=example, O=com"}
        assert (body["full_name"], body["email"], body["enabled"]) == (None, None, True)
        assert body["authentication_realm"]["type"] == "pki"


@pytest.mark.parametrize("path", ["/_opendistro/_security/authinfo", "/_plugins/_security/authinfo"])
def test_opendistro_authinfo(site, path):
    body = site.ask("opendistro", "client1", "GET", path).json()
    assert body["user_name"] == "CLIENT1"
    assert "readall" in body["roles"]
    assert body["principal"] == "CN=CLIENT1,OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA"
    assert body["peer_certificates"] == "2"  # OpenSSL adds the authority, which this client knows
    assert re.fullmatch(r"127\.0\.0\.1:\d+", body["remote_address"])


# --- 401: nobody we know

def test_xpack_without_certificate(site):
    answer = site.ask("xpack", None, "GET", "/movies/_doc/3?pretty")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Basic realm="security"')
    error = answer.json()["error"]
    assert error["type"] == "security_exception"
    assert error["reason"] == "missing authentication credentials for REST request [/movies/_doc/3?pretty]"
    assert error["header"]["WWW-Authenticate"] == answer.headers["www-authenticate"]


def test_opendistro_without_certificate(site):
    answer = site.ask("opendistro", None, "GET", "/movies/_doc/3")
    assert answer.status_code == 401
    assert answer.text in ("Unauthorized", "Authentication finally failed")


@pytest.mark.parametrize("listener", LISTENERS)
def test_nothing_arrives_without_certificate(site, listener):
    before = site.upstream_stats()["requests"]
    assert site.ask(listener, None, "PUT", "/movies/_doc/4", json={"a": 1}).status_code == 401
    assert site.upstream_stats()["requests"] == before + 1  # the statistics


# --- 403: known, but without a role

@pytest.mark.parametrize("listener", LISTENERS)
def test_unmapped_client(site, listener):
    before, since = site.upstream_stats()["requests"], len(site.gateway.log)
    answer = site.ask(listener, "unmapped", "GET", "/movies/_doc/3")
    assert answer.status_code == 403
    assert answer.json()["status"] == 403
    assert answer.json()["error"]["type"] == "security_exception"
    assert site.upstream_stats()["requests"] == before + 1
    denied = site.gateway.wait_for_event("denied", since=since)
    assert (denied["status"], denied["listener"]) == ("403", listener)
    assert "nobody" in denied["user"]
    assert denied["why"]


def test_403_keeps_the_connection(site):
    with site.connect("xpack", "unmapped") as http:
        for _ in range(3):
            assert http.get("/movies/_doc/3").status == 403


def test_401_keeps_the_connection(site):
    with site.connect("xpack") as http:
        for _ in range(3):
            assert http.get("/movies/_doc/3").status == 401


# --- refused in the handshake

@pytest.mark.parametrize("client, reason", [
    ("foreign", "untrusted_chain"), ("expired", "expired"), ("future", "not_yet_valid"),
    ("server-only", "wrong_purpose"),
])
@pytest.mark.parametrize("listener", LISTENERS)
def test_bad_certificates_are_refused_in_the_handshake(site, listener, client, reason):
    before, since = site.upstream_stats()["requests"], len(site.gateway.log)
    assert handshake_fails(site, listener, client)
    log_marker(site, listener)
    failures = site.gateway.events("handshake_failed", since)
    assert [failure["reason"] for failure in failures] == [reason, "plain_http"], "exactly one line, with the reason"
    failure = failures[0]
    for key, value in certificate_facts(site.bed.pki, client).items():
        assert failure[key] == value, key
    assert failure["sni"] == "localhost"
    assert failure["listener"] == listener
    assert re.fullmatch(r"127\.0\.0\.1:\d+", failure["peer"])
    assert failure["hint"]
    assert site.upstream_stats()["requests"] == before + 1


def test_the_same_name_by_another_authority_is_another_client(site):
    """`foreign` carries John Doe's very name."""
    assert certificate_facts(site.bed.pki, "foreign")["subject"] == certificate_facts(site.bed.pki, "john-doe")["subject"]
    assert handshake_fails(site, "xpack", "foreign")


def test_plain_http_is_told_apart(site):
    log_marker(site, "xpack")  # what came before is in the log, and this, too
    since = len(site.gateway.log)
    log_marker(site, "xpack")
    assert [event["reason"] for event in site.gateway.events("handshake_failed", since)] == ["plain_http"]


def test_every_refusal_is_one_line(site):
    log_marker(site, "xpack")
    since = len(site.gateway.log)
    for _ in range(10):
        assert handshake_fails(site, "xpack", "foreign")
    log_marker(site, "xpack")
    assert len(site.gateway.events("handshake_failed", since)) == 11


# --- client authentication modes

def set_xpack_mode(bed, mode):
    bed.set_option("xpack/elasticsearch.yml", "xpack.security.http.ssl.client_authentication", mode)


def set_opendistro_mode(bed, mode):
    bed.set_option("opendistro/elasticsearch.yml", "opendistro_security.ssl.http.clientauth_mode", mode)


def test_required(make_site):
    def change(settings, bed):
        set_xpack_mode(bed, "required")
        set_opendistro_mode(bed, "REQUIRE")
    site = make_site(change)
    for listener, client in CLIENTS.items():
        since = len(site.gateway.log)
        assert handshake_fails(site, listener, None)
        assert site.gateway.wait_for_event("handshake_failed", since=since)["reason"] == "no_certificate"
        assert site.ask(listener, client, "GET", "/_echo/").status_code == 200


def test_none(make_site):
    """The certificate is not even asked for, so nobody is known."""
    site = make_site(lambda settings, bed: set_opendistro_mode(bed, "NONE"))
    assert site.ask("opendistro", CLIENTS["opendistro"], "GET", "/_echo/").status_code == 401
    assert site.ask("xpack", CLIENTS["xpack"], "GET", "/_echo/").status_code == 200


def test_none_leaves_a_pki_realm_without_use(make_site):
    """X-Pack refuses such a configuration (X-TLS-2 and its PKI realm), at the start and at a reload."""
    site = make_site()
    set_xpack_mode(site.bed, "none")
    line = site.gateway.reload()
    assert line.startswith("reload failed: ") and "client authentication" in line, line
    assert site.ask("xpack", CLIENTS["xpack"], "GET", "/_echo/").status_code == 200


# --- real clients

def test_curl(site):
    certificate, key = site.bed.pair("client1")
    done = subprocess.run(["curl", "-q", "-sS", "--noproxy", "*", "-w", "\n%{http_code}", "--cacert", site.bed.ca, "--cert", certificate,
                           "--key", key, site.url("opendistro", "/movies/_doc/3"), site.url("opendistro", "/_cat/health")],
                          capture_output=True, text=True, timeout=60, check=True)
    first, second = done.stdout.splitlines()[0:2], done.stdout.splitlines()[2:]
    assert json.loads(first[0])["_source"]["title"] == "Gojira"
    assert first[1].startswith("200")
    assert second[-1] == "200"


def test_curl_uploads_with_expect(site, tmp_path):
    upload = tmp_path / "upload"
    upload.write_bytes(b"a" * 3_000_000)
    certificate, key = site.bed.pair("john-doe")
    done = subprocess.run(["curl", "-q", "-sS", "--noproxy", "*", "--cacert", site.bed.ca, "--cert", certificate, "--key", key, "-H",
                           "Expect: 100-continue", "-T", upload, site.url("xpack", "/_echo/upload")],
                          capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["body_len"] == 3_000_000


def test_openssl_s_client(site):
    certificate, key = site.bed.pair("john-doe")
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{site.gateway.port('xpack')}", "-servername", "localhost",
         "-CAfile", site.bed.ca, "-cert", certificate, "-key", key, "-verify_return_error", "-ign_eof"],
        input=b"GET /movies/_doc/3 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", capture_output=True,
        timeout=60)
    assert b"Verify return code: 0 (ok)" in done.stdout
    assert b"HTTP/1.1 200" in done.stdout
    assert b"Gojira" in done.stdout
    assert b"CN = pkigate test authority" in done.stdout  # among the acceptable authorities it is told


def test_requests_session(site):
    with testbed.plain_session() as session:
        for number in range(20):
            answer = site.ask("opendistro", "client1", "GET", f"/_echo/{number}", session=session)
            assert answer.json()["target"] == f"/_echo/{number}"


def test_elasticsearch_client(site):
    """Debian's client insists on the product header, which must pass."""
    elasticsearch = pytest.importorskip("elasticsearch")
    certificate, key = site.bed.pair("john-doe")
    client = elasticsearch.Elasticsearch([site.url("xpack", "")], ca_certs=site.bed.ca, client_cert=certificate,
                                         client_key=key, timeout=testbed.PATIENCE_S)
    assert client.info()["tagline"] == "You Know, for Search"
    assert client.get(index="movies", id="3")["_source"]["title"] == "Gojira"
    assert client.search(index="movies", body={"query": {"match_all": {}}})["hits"]["total"]["value"] == 1
    assert not client.bulk(body=[{"index": {"_index": "movies"}}, {"title": "Ran"}])["errors"]


def test_elasticsearch_client_without_certificate(site):
    elasticsearch = pytest.importorskip("elasticsearch")
    client = elasticsearch.Elasticsearch([site.url("xpack", "")], ca_certs=site.bed.ca, timeout=testbed.PATIENCE_S)
    with pytest.raises(elasticsearch.AuthenticationException):
        client.info()
