"""Whether a port is free, and who says so."""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from network.failures import NetworkError


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now. An address that this machine does not have counts as free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            if error.errno == errno.EADDRNOTAVAIL:
                return True
            raise
        return True


def refuse_taken_ports(host: str, ports: Sequence[int], *, validator: int) -> None:
    """Raise NetworkError for the first port that something listens on."""
    for port in ports:
        if not is_free(host, port):
            raise NetworkError(
                f"Validator {validator} needs port {port} on {host}, and something listens there",
                "Stop that program, or make the network with another --base-port",
            )
