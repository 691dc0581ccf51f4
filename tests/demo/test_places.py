"""Ports: the wanted ones where they are free, others where they are not, never the same twice."""

import socket

from hanport.demo.places import free_ports


def test_ports_are_free_and_none_is_taken_twice() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        taken = busy.getsockname()[1]
        (wanted,) = free_ports([0])
        found = free_ports([taken, wanted, 0, 0, wanted])
    assert found[1] == wanted
    assert taken not in found
    assert len(set(found)) == 5
