# SPDX-License-Identifier: Apache-2.0
"""Roles by the name of the caller's host, with a name server of the test's own: hosts_resolver_mode of Open Distro."""

import pytest
import yaml

import name_server

AUTHINFO = "/_opendistro/_security/authinfo"
OURS, FORGED, NAMELESS = "127.0.0.2", "127.0.0.3", "127.0.0.4"
NAMES = {OURS: "app1.internal.example", FORGED: "app2.internal.example"}
ADDRESSES = {"app1.internal.example": OURS, "app2.internal.example": "192.0.2.9"}


def with_mode(server, mode):
    def change(settings, bed):
        settings["resolver"] = {"servers": [server.address]}
        opendistro = bed.config / "opendistro"
        config = yaml.safe_load((opendistro / "config.yml").read_text())
        config["config"]["dynamic"]["hosts_resolver_mode"] = mode
        (opendistro / "config.yml").write_text(yaml.safe_dump(config))
        mappings = yaml.safe_load((opendistro / "roles_mapping.yml").read_text())
        mappings["by_name"] = {"hosts": ["*.internal.example"]}
        mappings["by_address"] = {"hosts": ["127.0.0.*"]}
        (opendistro / "roles_mapping.yml").write_text(yaml.safe_dump(mappings))
    return change


def roles(site, source):
    with site.connect("opendistro", "client1", source=source) as connection:
        answer = connection.get(AUTHINFO)
        assert answer.status == 200, answer.body
        return {"by_name", "by_address"} & set(answer.json()["roles"])


def test_a_name_that_leads_back_to_its_address_gives_roles(make_site):
    with name_server.NameServer(NAMES, ADDRESSES) as server:
        site = make_site(with_mode(server, "ip-hostname-lookup"))
        assert roles(site, OURS) == {"by_name", "by_address"}
        assert roles(site, FORGED) == {"by_address"}, "whoever owns an address decides what it is called"
        assert roles(site, NAMELESS) == {"by_address"}
        num_asked = len(server.asked)
        assert roles(site, OURS) == {"by_name", "by_address"}
        assert len(server.asked) == num_asked, "names are remembered"


@pytest.mark.parametrize("mode", ["ip-only", "ip-hostname"])
def test_the_other_modes_ask_nobody(make_site, mode):
    with name_server.NameServer(NAMES, ADDRESSES) as server:
        site = make_site(with_mode(server, mode))
        assert roles(site, OURS) == {"by_address"}
        assert server.asked == []


def test_a_name_server_that_is_not_there_costs_time_but_nobody_the_way_in(make_site):
    with name_server.NameServer({}, {}) as server:
        change = with_mode(server, "ip-hostname-lookup")
    site = make_site(change)  # nobody answers there any more
    assert roles(site, OURS) == {"by_address"}
