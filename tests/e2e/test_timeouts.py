# SPDX-License-Identifier: Apache-2.0
"""Peers that stop half way: each kind of wait has an end of its own, here all of one second."""

import select

import pytest

import testbed

LISTENER, CLIENT = "xpack", "john-doe"
CLIENT_HELLO_START = bytes.fromhex("16030100c8010000c40303")


@pytest.fixture(scope="module")
def hasty(program, upstream, pki, tmp_path_factory):
    def change(settings, bed):
        settings["timeouts"] = {"handshake": "1s", "head": "1s", "body": "1s", "idle": "1s", "write": "1s"}
    folder = tmp_path_factory.mktemp("hasty") / "bed"
    with testbed.Site(program, upstream, folder=folder, pki=pki, change=change) as site:
        yield site


@pytest.mark.parametrize("first", [b"", b"\x16", CLIENT_HELLO_START])
def test_handshake(hasty, first):
    since = len(hasty.gateway.log)
    with hasty.tcp(LISTENER) as plain:
        plain.sendall(first)
        while plain.recv(4096):
            pass
    assert hasty.gateway.wait_for_event("handshake_failed", since=since)["reason"] == "timeout"


def test_idle(hasty):
    """Between requests the connection is simply closed."""
    with hasty.connect(LISTENER, CLIENT) as http:
        assert http.get("/_echo/").status == 200
        assert http.closed()


def test_before_the_first_request(hasty):
    with hasty.connect(LISTENER, CLIENT) as http:
        assert http.closed()


@pytest.mark.parametrize("first", [b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n"])
def test_head(hasty, first):
    with hasty.connect(LISTENER, CLIENT) as http:
        http.send(first)
        answer = http.read_answer()
        assert answer.status == 408
        assert answer.json()["status"] == 408
        assert http.closed()


@pytest.mark.parametrize("rest", [
    b"Content-Length: 10\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", b"Transfer-Encoding: chunked\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
])
def test_body(hasty, rest):
    before = hasty.upstream_stats()["requests"]
    with hasty.connect(LISTENER, CLIENT) as http:
        http.send(b"POST /_echo/ HTTP/1.1\r\nHost: a\r\n" + rest)
        assert http.read_answer().status == 408
        assert http.closed()
    assert hasty.upstream_stats()["requests"] == before + 1  # the statistics: no complete request arrived


def test_body_with_progress_may_take_longer(hasty):
    """Less than a second a piece, more than a second in all."""
    with hasty.connect(LISTENER, CLIENT) as http:
        http.send(b"POST /_echo/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n")
        for _ in range(4):
            assert not answered_within(http, 0.4)
            http.send(b"x")
        assert http.read_answer().json()["body"] == "xxxx"


def test_trickled_head_is_not_progress(hasty):
    """A head has one deadline as a whole: a byte now and then does not extend it."""
    with hasty.connect(LISTENER, CLIENT) as http:
        http.send(b"GET /_echo/ HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        num_sent = 0
        while not answered_within(http, 0.1):
            http.send(b"a")
            num_sent += 1
            assert num_sent < 100, "ten seconds and still no end"
        assert http.read_answer().status == 408


def test_client_that_does_not_read(hasty):
    """Its answer does not fit into the sockets: without progress the connection is cut and the upstream let go."""
    before = hasty.upstream_stats()["connections"]
    with hasty.connect(LISTENER, CLIENT, receive_buffer=4096) as http:
        http.send(b"GET /_size/50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        assert http.read_head()[0] == 200
        hasty.gateway.wait_for_event("client_too_slow")
        with pytest.raises((OSError, EOFError)):
            http.read_exactly(50_000_000)
    assert hasty.upstream_stats()["connections"] > before
    assert hasty.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200


def answered_within(http, seconds):
    """Whether something arrives in that time: the pace of a slow peer, and its end when it is cut off."""
    return bool(select.select([http.connection], [], [], seconds)[0])
