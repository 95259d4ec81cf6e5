# SPDX-License-Identifier: Apache-2.0
"""The cluster behind the gateway is down, dies, lies, stalls: what the client gets and what the log says."""

import contextlib
import socket

import pytest

import testbed

LISTENER, CLIENT = "xpack", "john-doe"


class Nobody:
    """An address where nobody listens: bound, so that nobody else can, and never listened on."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._socket.getsockname()[1]

    def close(self):
        self._socket.close()


@pytest.fixture
def nobody():
    with contextlib.closing(Nobody()) as address:
        yield address


def post(target, body=b"x"):
    return b"POST %b HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (target.encode(), len(body), body)


def is_error(answer, status):
    body = answer.json()
    return answer.status == status and body["status"] == status and body["error"]["reason"]


@pytest.mark.parametrize("listener, client", [("xpack", "john-doe"), ("opendistro", "client1")])
def test_down(make_site, nobody, listener, client):
    site = make_site(behind=nobody)
    since = len(site.gateway.log)
    with site.connect(listener, client) as http:
        assert is_error(http.get("/movies/_doc/3"), 502)
        failure = site.gateway.wait_for_event("upstream_failed", since=since)
        assert failure["address"] == nobody.address
        assert failure["reason"]
        assert is_error(http.get("/movies/_doc/3"), 502)  # the client's connection is still good


def test_local_answers_need_no_upstream(make_site, nobody):
    site = make_site(behind=nobody)
    assert site.ask("xpack", "john-doe", "GET", "/_security/_authenticate").json()["username"] == "John Doe"


def test_comes_back(make_site, program):
    with testbed.Upstream() as first:
        site = make_site(behind=first)
        port = first.port
        assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200
        first.stop()
        assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 502
        with testbed.Upstream(port=port):
            assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200


def test_one_of_several_is_down(make_site, upstream, nobody):
    def change(settings, bed):
        settings["upstream"]["addresses"] = [nobody.address, upstream.address]
    site = make_site(change)
    with site.connect(LISTENER, CLIENT) as http:
        for _ in range(20):
            assert http.get("/_echo/").status == 200


def test_several_are_used_in_turn(make_site, upstream):
    with testbed.Upstream() as other:
        def change(settings, bed):
            settings["upstream"]["addresses"] = [upstream.address, other.address]
        site = make_site(change)
        hosts = set()
        for _ in range(8):  # all at once, so that no idle connection is there to be taken again
            http = site.connect(LISTENER, CLIENT)
            hosts.add(http)
            http.send(b"GET /_slow/300 HTTP/1.1\r\nHost: a\r\n\r\n")
        for http in hosts:
            assert http.read_answer().status == 200
            http.close()
        first = site.upstream_stats()["requests"]
        site.upstream = other
        second = site.upstream_stats()["requests"]
        assert first > 1 and second > 1


def test_closes_without_an_answer(site):
    """A GET is tried once more, on another connection; a POST may have been carried out and is not."""
    with site.connect(LISTENER, CLIENT) as http:
        before = site.upstream_stats()["requests"]
        assert is_error(http.get("/_close"), 502)
        assert site.upstream_stats()["requests"] - before <= 3
        before = site.upstream_stats()["requests"]
        assert is_error(http.ask(post("/_close")), 502)
        assert site.upstream_stats()["requests"] - before == 2  # it and the statistics: not repeated


def test_stale_connection_is_not_the_clients_problem(make_site):
    """The upstream ends a kept connection at the moment the next request is on its way."""
    site = make_site()
    with site.connect(LISTENER, CLIENT) as http:
        for _ in range(5):
            assert http.get("/_close_on_next").status == 200
            assert http.get("/_echo/").status == 200


def test_nothing_is_sent_twice_that_might_count_twice(make_site):
    site = make_site()
    with site.connect(LISTENER, CLIENT) as http:
        assert http.get("/_close_on_next").status == 200
        before = site.upstream_stats()["requests"]
        answer = http.ask(post("/_echo/"))
        assert answer.status in (200, 502)
        seen = site.upstream_stats()["requests"] - before - 1
        assert seen == (1 if answer.status == 200 else 0)
        assert http.ask(post("/_echo/")).status == 200


def test_upstream_that_closes_after_each_answer(site):
    with site.connect(LISTENER, CLIENT) as http:
        for _ in range(20):
            assert http.get("/_close_after").status == 200


@pytest.mark.parametrize("target", ["/_die/100000", "/_die_chunked/100000"])
def test_dies_in_the_middle(site, target):
    """A cut answer must look cut: the client's connection ends before the promised length."""
    since = len(site.gateway.log)
    with site.connect(LISTENER, CLIENT) as http:
        http.send(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % target.encode())
        with pytest.raises((EOFError, OSError)):
            http.read_answer()
    site.gateway.wait_for_event("upstream_failed", since=since)
    assert site.ask(LISTENER, CLIENT, "GET", "/_echo/").status_code == 200


@pytest.mark.parametrize("target", ["/_garbage", "/_long_head/200000"])
def test_speaks_no_http(site, target):
    since = len(site.gateway.log)
    with site.connect(LISTENER, CLIENT) as http:
        assert is_error(http.get(target), 502)
        site.gateway.wait_for_event("upstream_failed", since=since)
        assert http.get("/_echo/").status == 200


def test_never_answers(make_site):
    site = make_site(lambda settings, bed: settings.update(timeouts={"upstream_response": "1s"}))
    since = len(site.gateway.log)
    with site.connect(LISTENER, CLIENT) as http:
        assert is_error(http.get("/_silent"), 504)
        site.gateway.wait_for_event("upstream_failed", since=since)
        assert http.get("/_echo/").status == 200


def test_does_not_accept(make_site):
    """A listener whose queue is full: the kernel drops further connection attempts."""
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        behind = type("Address", (), {"address": "127.0.0.1:%d" % full.getsockname()[1]})
        site = make_site(lambda settings, bed: settings.update(timeouts={"upstream_connect": "1s"}), behind=behind)
        with site.connect(LISTENER, CLIENT) as http:
            answer = http.get("/_echo/")
            assert answer.status in (502, 504) and is_error(answer, answer.status)


def test_client_that_leaves_frees_the_upstream(site):
    """The request under way is given up; the next client gets a sound connection."""
    for _ in range(5):
        with site.connect(LISTENER, CLIENT) as http:
            http.send(b"GET /_drip/1000/20 HTTP/1.1\r\nHost: a\r\n\r\n")
            assert http.read_head()[0] == 200
        assert site.ask(LISTENER, CLIENT, "GET", "/_echo/after").json()["target"] == "/_echo/after"


def test_client_that_ends_its_side_still_gets_its_answer(site):
    with site.connect(LISTENER, CLIENT) as http:
        http.send(b"GET /_slow/300 HTTP/1.1\r\nHost: a\r\n\r\n")
        site.until(lambda: site.upstream_stats()["open_requests"] == 2, "the slow request has arrived")
        socket.socket.shutdown(http.connection, socket.SHUT_WR)  # the FIN alone
        assert http.read_answer().body == b"slow\n"


def test_client_that_leaves_before_the_answer_frees_the_upstream(site):
    """A client that has ended its side may still read, so it gets a few seconds; then nobody waits any more."""
    with site.connect(LISTENER, CLIENT) as http:
        http.send(b"GET /_slow/600000 HTTP/1.1\r\nHost: a\r\n\r\n")
        site.until(lambda: site.upstream_stats()["open_requests"] == 2, "the slow request has arrived")
        before = site.gateway.num_descriptors()
    site.until(lambda: site.gateway.num_descriptors() <= before - 2, "client and upstream connection are closed")
