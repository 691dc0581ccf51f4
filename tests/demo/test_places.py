"""Ports: the wanted ones where they are free, others where they are not, and never the same for two demonstrations."""

import socket

import pytest

from hanport.demo.places import Claims
from hanport.errors import ConfigError


def test_ports_are_free_and_none_is_taken_twice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy, Claims() as claims:
        taken = busy.getsockname()[1]
        found = [claims.take(wanted) for wanted in (taken, 0, 0, 0)]
    assert taken not in found
    assert len(set(found)) == 4


def test_a_port_stays_with_the_demonstration_that_has_it_though_nobody_listens() -> None:
    with Claims() as later:
        with Claims() as earlier:
            port = earlier.take(0)
            assert later.take(port) != port
            with socket.create_server(("127.0.0.1", port)):  # a program of the earlier one
                pass
            assert later.take(port) != port
        assert later.take(port) == port


def test_any_port_is_none_that_the_system_hands_out_by_itself() -> None:
    with Claims() as claims:
        assert all(
            claims.take(0) < 32_768 for _ in range(100)
        )  # where Linux and all others begin, unless told otherwise


def test_an_address_that_is_not_this_machines_is_said() -> None:
    with Claims() as claims, pytest.raises(ConfigError, match="cannot be listened on"):
        claims.take(8490, host="192.0.2.1")
