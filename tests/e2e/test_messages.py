# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 through the gateway: what passes unchanged in both directions, what is changed on purpose, what is refused
and how. Byte-level strictness has its own vectors (http1_vectors.py)."""

import hashlib
import os
import select

import pytest

LISTENER, CLIENT = "xpack", "john-doe"
BIG = 20 * 1024 * 1024


@pytest.fixture
def http(site):
    with site.connect(LISTENER, CLIENT) as connection:
        yield connection


def request(method, target, body=b"", *headers):
    lines = [f"{method} {target} HTTP/1.1", "Host: gateway.test", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(method, target, pieces, *headers, trailers=()):
    head = request(method, target, b"", "Transfer-Encoding: chunked", *headers)
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return head + chunks + b"0\r\n" + "".join(f"{line}\r\n" for line in trailers).encode() + b"\r\n"


def patterned(count):
    pattern = bytes(range(32, 127)) * 690
    return (pattern * (count // len(pattern) + 1))[:count]


def is_error(answer, status):
    """The X-Pack form of an error of the transport or protocol."""
    body = answer.json()
    return (answer.status == status and body["status"] == status and body["error"]["type"]
            and body["error"]["reason"] and answer.header("content-type").startswith("application/json"))


# --- what arrives upstream

def test_target_arrives_byte_for_byte(http):
    target = "/_echo/a%20b/c,d*/%C3%A4?q=%2F+x&pretty&y=a=b"
    assert http.get(target).json()["target"] == target


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_every_method_with_a_body(http, method):
    seen = http.ask(request(method, "/_echo/", b'{"a":1}', "Content-Type: application/json")).json()
    assert (seen["method"], seen["body"]) == (method, '{"a":1}')
    assert ["content-type", "application/json"] in [[name.lower(), value] for name, value in seen["headers"]]


def test_headers_added(site):
    answer, seen = site.echo(LISTENER, CLIENT)
    seen = dict(seen)
    assert seen["x-proxy-user"] == "John Doe"
    assert "user" in seen["x-proxy-roles"].split(",")
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert len(seen["x-request-id"]) >= 8


def test_request_ids_differ(http):
    ids = set()
    for _ in range(20):
        ids.add(dict((name.lower(), value) for name, value in http.get("/_echo/").json()["headers"])["x-request-id"])
    assert len(ids) == 20


def test_hop_by_hop_request_headers_stay_here(site):
    _, seen = site.echo(LISTENER, CLIENT, "Connection: X-Private, keep-alive", "X-Private: 1", "Keep-Alive: timeout=5",
                        "TE: trailers", "Proxy-Connection: keep-alive", "X-Kept: 1")
    names = {name for name, _ in seen}
    assert "x-kept" in names
    assert not names & {"x-private", "keep-alive", "te", "proxy-connection", "upgrade"}


def test_repeated_headers_keep_their_order(site):
    _, seen = site.echo(LISTENER, CLIENT, "X-A: 1", "X-B: 2", "X-A: 3")
    assert [pair for pair in seen if pair[0] in ("x-a", "x-b")] == [("x-a", "1"), ("x-b", "2"), ("x-a", "3")]


def test_host_is_passed_on(site):
    _, seen = site.echo(LISTENER, CLIENT)
    assert [value for name, value in seen if name == "host"] == ["gateway.test"]


# --- bodies on the way up

def test_chunked_upload(http):
    pieces = [b"hello ", b"x" * 70_000, b" world"]
    seen = http.ask(chunked("POST", "/_echo/", pieces)).json()
    assert seen["body_sha256"] == hashlib.sha256(b"".join(pieces)).hexdigest()


def test_chunked_upload_byte_by_byte(http):
    data = chunked("POST", "/_echo/", [b"ab", b"c"])
    for byte in data[:-1]:
        http.send(bytes([byte]))
    assert http.ask(data[-1:]).json()["body"] == "abc"


def test_empty_chunked_upload(http):
    assert http.ask(chunked("POST", "/_echo/", [])).json()["body_len"] == 0


def test_trailers_do_not_become_headers(http):
    seen = http.ask(chunked("POST", "/_echo/", [b"a"], trailers=["X-Proxy-User: evil", "Content-Length: 7"])).json()
    assert seen["body"] == "a"
    assert "evil" not in str(seen["headers"])


@pytest.mark.parametrize("form", ["length", "chunked"])
def test_large_upload(http, form):
    body = os.urandom(BIG)
    if form == "length":
        data = request("PUT", "/_echo/", body)
    else:
        data = chunked("PUT", "/_echo/", [body[at:at + 100_000] for at in range(0, BIG, 100_000)])
    seen = http.ask(data).json()
    assert (seen["body_len"], seen["body_sha256"]) == (BIG, hashlib.sha256(body).hexdigest())


def test_expect_continue(http):
    http.send(request("PUT", "/_echo/", b"", "Content-Length: 5", "Expect: 100-continue"))
    status, headers = http.read_head()
    assert (status, headers) == (100, [])
    answer = http.ask(b"hello")
    assert (answer.status, answer.interim, answer.json()["body"]) == (200, [], "hello")


def test_expect_continue_without_waiting(http):
    answer = http.ask(request("PUT", "/_echo/", b"hello", "Expect: 100-continue"))
    assert (answer.status, answer.json()["body"]) == (200, "hello")


def test_another_expectation_is_refused(http):
    assert is_error(http.ask(request("GET", "/_echo/", b"", "Expect: the-unexpected")), 417)


def test_denied_upload_is_not_asked_for(site):
    """Who may not send the body is told so instead of `100 Continue`."""
    with site.connect(LISTENER, "unmapped") as http:
        answer = http.ask(request("PUT", "/_echo/", b"", "Content-Length: 5", "Expect: 100-continue"))
        assert (answer.status, answer.interim) == (403, [])


# --- bodies on the way down

@pytest.mark.parametrize("target", [f"/_size/{BIG}", f"/_chunked/{BIG}", f"/_until_close/{BIG}"])
def test_large_download(http, target):
    answer = http.get(target)
    assert answer.status == 200
    assert hashlib.sha256(answer.body).digest() == hashlib.sha256(patterned(BIG)).digest()


@pytest.mark.parametrize("target", ["/_size/0", "/_chunked/0", "/_size/1", "/_chunked/1", "/_size/16384", "/_chunked/16385"])
def test_sizes_at_the_edges(http, target):
    count = int(target.rpartition("/")[2])
    assert http.get(target).body == patterned(count)
    assert http.get("/_echo/").status == 200  # the connection is still in step


def test_head_has_no_body(http):
    answer = http.ask(request("HEAD", "/_head_only/1234"), method="HEAD")
    assert (answer.status, answer.header("content-length")) == (200, "1234")
    assert http.get("/_echo/").status == 200


@pytest.mark.parametrize("status", [204, 304])
def test_answers_without_body(http, status):
    answer = http.get(f"/_status/{status}")
    assert answer.status == status
    assert answer.header("transfer-encoding") is None
    assert http.get("/_echo/").status == 200


@pytest.mark.parametrize("status", [200, 201, 302, 400, 404, 409, 429, 500, 503])
def test_status_passes(http, status):
    answer = http.get(f"/_status/{status}")
    assert (answer.status, answer.body) == (status, b"asked for\n")


def test_product_header_passes(http):
    assert http.get("/").header("x-elastic-product") == "Elasticsearch"


def test_interim_answers_do_not_replace_the_final_one(http):
    answer = http.get("/_interim")
    assert (answer.status, answer.body) == (200, b"after two interim answers\n")
    assert http.get("/_echo/").status == 200


def test_answer_with_trailers(http):
    assert http.get("/_trailers").body == b"hello"
    assert http.get("/_echo/").status == 200


def test_hop_by_hop_answer_headers_stay_here(http):
    answer = http.get("/_hop")
    names = {name.lower() for name, _ in answer.headers}
    assert (answer.status, answer.body) == (200, b"hop\n")
    assert "x-kept" in names
    assert not names & {"x-secret", "keep-alive", "upgrade"}


def test_an_answer_is_not_held_back_until_complete(site):
    with site.connect(LISTENER, CLIENT) as http:
        http.send(request("GET", "/_drip/1/600000"))  # its one byte comes after ten minutes
        status, _ = http.read_head()
        assert status == 200


# --- connections

def test_keep_alive(site, http):
    before = site.upstream_stats()["connections"]
    for _ in range(50):
        assert http.get("/_echo/").status == 200
    assert site.upstream_stats()["connections"] - before <= 2  # the gateway's and the one of the statistics


def test_pipelined_requests_are_answered_in_order(http):
    http.send(b"".join(request("GET", f"/_echo/{number}") for number in range(100)))
    assert [http.read_answer().json()["target"] for _ in range(100)] == [f"/_echo/{number}" for number in range(100)]


def test_pipelined_behind_bodies(http):
    requests = [request("POST", "/_echo/1", b"a" * 50_000), chunked("POST", "/_echo/2", [b"b" * 3, b"c"]),
                request("GET", "/_slow/50"), request("GET", "/_echo/4")]
    http.send(b"".join(requests))
    answers = [http.read_answer() for _ in requests]
    assert answers[0].json()["body_len"] == 50_000
    assert answers[1].json()["body"] == "bbbc"
    assert answers[2].body == b"slow\n"
    assert answers[3].json()["target"] == "/_echo/4"


def test_connection_close_is_honoured(http):
    answer = http.get("/_echo/", "Connection: close")
    assert (answer.status, (answer.header("connection") or "").lower()) == (200, "close")
    assert http.closed()


def test_requests_after_connection_close_are_not_served(site, http):
    before = site.upstream_stats()["requests"]
    http.send(request("GET", "/_echo/1", b"", "Connection: close") + request("GET", "/_echo/2"))
    assert http.read_answer().json()["target"] == "/_echo/1"
    assert http.closed()
    assert site.upstream_stats()["requests"] == before + 2  # /_echo/1 and the statistics


def test_http_1_0(http):
    answer = http.ask(b"GET /_chunked/5 HTTP/1.0\r\nHost: gateway.test\r\n\r\n")
    assert (answer.status, answer.header("transfer-encoding")) == (200, None)
    assert answer.body == patterned(5)


# --- refusals

@pytest.fixture
def narrow(make_site):
    """A gateway with small limits."""
    def change(settings, bed):
        settings["limits"] = {"head_size": "2kb", "target_size": "512b", "headers": 20, "body_size": "10kb"}
    return make_site(change)


def test_body_too_large_by_length(narrow):
    before = narrow.upstream_stats()["requests"]
    with narrow.connect(LISTENER, CLIENT) as http:
        assert is_error(http.ask(request("PUT", "/_echo/", b"", "Content-Length: 10241")), 413)
        assert http.closed()
    assert narrow.upstream_stats()["requests"] == before + 1
    with narrow.connect(LISTENER, CLIENT) as http:
        assert http.ask(request("PUT", "/_echo/", b"a" * 10_240)).json()["body_len"] == 10_240


def test_body_too_large_in_chunks(narrow):
    before = narrow.upstream_stats()["requests"]
    with narrow.connect(LISTENER, CLIENT) as http:
        assert is_error(http.ask(chunked("PUT", "/_echo/", [b"a" * 1_000] * 11)), 413)
    assert narrow.upstream_stats()["requests"] == before + 1
    with narrow.connect(LISTENER, CLIENT) as http:
        assert http.ask(chunked("PUT", "/_echo/", [b"a" * 1_000] * 10)).json()["body_len"] == 10_000


def test_target_too_long(narrow):
    with narrow.connect(LISTENER, CLIENT) as http:
        assert http.get("/_echo/" + "a" * (512 - len("/_echo/"))).status == 200
        assert is_error(http.get("/_echo/" + "a" * (513 - len("/_echo/"))), 414)


def test_head_too_large(narrow):
    with narrow.connect(LISTENER, CLIENT) as http:
        assert http.get("/_echo/", "X-A: " + "a" * 1_000).status == 200
        assert is_error(http.get("/_echo/", "X-A: " + "a" * 2_048), 431)


def test_too_many_headers(narrow):
    with narrow.connect(LISTENER, CLIENT) as http:
        assert http.get("/_echo/", *[f"X-{number}: 1" for number in range(19)]).status == 200
        assert is_error(http.get("/_echo/", *[f"X-{number}: 1" for number in range(20)]), 431)


@pytest.mark.parametrize("raw, status", [
    (b"GET /_echo/ HTTP/1.1\r\n\r\n", 400),
    (b"GET /_echo/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET /_echo/ HTTP/1.1\r\nHost: a\r\nX-A : 1\r\n\r\n", 400),
    (b"GET /_echo/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /a//b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"POST /_echo/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    (b"GET /_echo/ HTTP/2.0\r\nHost: a\r\n\r\n", 505),
])
def test_refused_requests(http, raw, status):
    answer = http.ask(raw)
    assert is_error(answer, status), (answer.status, answer.body)
    assert http.closed()


@pytest.mark.parametrize("method", ["TRACE", "CONNECT"])
def test_methods_never_offered(http, method):
    target = "a:443" if method == "CONNECT" else "/_echo/"
    assert http.ask(request(method, target)).status in (400, 405, 501)


@pytest.mark.parametrize("listener, client", [("xpack", CLIENT), ("opendistro", "client1")])
def test_refusals_speak_the_dialect(site, listener, client):
    with site.connect(listener, client) as http:
        assert is_error(http.ask(b"GET /a//b HTTP/1.1\r\nHost: a\r\n\r\n"), 400)


def test_refusals_do_not_repeat_what_was_sent(http):
    answer = http.ask(b"GET /_echo/ HTTP/1.1\r\nHost: a\r\nX-A\x01<script>: 1\r\n\r\n")
    assert answer.status == 400
    assert b"<script>" not in answer.body


def test_early_answer_of_the_upstream_ends_the_upload(site):
    """The upstream refuses before it has read the body: the client learns that, and only that."""
    with site.connect(LISTENER, CLIENT) as http:
        http.send(request("PUT", "/_early/413", b"", f"Content-Length: {BIG}"))
        for _ in range(BIG // 65_536):
            if select.select([http.connection], [], [], 0)[0]:
                break  # the answer is there: nobody wants the rest
            http.send(b"a" * 65_536)
        assert http.read_answer().status == 413
