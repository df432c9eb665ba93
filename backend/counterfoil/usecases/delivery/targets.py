"""Which addresses a webhook may lead to: others choose them, and the service stands in a network of its own.

Only https, only to addresses of the public internet, unless the service is set up to allow others. The name
is resolved once, every address that it has is looked at, and the connection goes to one of these and to
nothing that the name may mean a moment later. Redirects are not followed.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from counterfoil.domain.errors import DomainError, declare

URL_REFUSED = declare(
    "WebhookUrlRefused",
    "url: {reason}",
    "State an https address on the public internet, without user name, password or fragment.",
)
LONGEST_URL = 2_000
_HTTPS, _HTTP = 443, 80
_NAT64 = IPv6Network("64:ff9b::/96")

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Host and port to addresses; raises OSError where there are none."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes. address: to connect to; host: to ask for, and whom the certificate must name."""

    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def url(self) -> str:
        """The address to connect to, as a URL."""
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.scheme}://{shown}:{self.port}{self.path}"

    @property
    def host_header(self) -> str:
        """What the receiver is asked for."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": _HTTPS, "http": _HTTP}[self.scheme]
        return shown if self.port == usual else f"{shown}:{self.port}"


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name, by the machine's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_url(url: str, *, allow_private: bool) -> SplitResult:
    """The parts of a URL that may be a webhook's, without asking what its name means.

    Raises DomainError WebhookUrlRefused.
    """
    if len(url) > LONGEST_URL or not url.isascii() or any(mark.isspace() for mark in url):
        raise DomainError(URL_REFUSED, reason=f"it is not plain, or longer than {LONGEST_URL} characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as malformed:
        raise DomainError(URL_REFUSED, reason=str(malformed)) from malformed
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise DomainError(URL_REFUSED, reason="it is not https")
    if not parts.hostname or port == 0:
        raise DomainError(URL_REFUSED, reason="it names no host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise DomainError(URL_REFUSED, reason="it has a user name, a password or a fragment")
    literal = _literal(parts.hostname)
    if literal is not None and not allow_private and not is_public(literal):
        raise DomainError(URL_REFUSED, reason="it leads to an address that is not public")
    return parts


def find_target(url: str, *, allow_private: bool, resolving: Resolve = resolve) -> Target:
    """Where a URL leads now. Raises DomainError WebhookUrlRefused, also where only one address is not public:
    which of them is used must not be up to whoever answers for the name.
    """
    parts = check_url(url, allow_private=allow_private)
    host = parts.hostname or ""
    port = parts.port or (_HTTPS if parts.scheme == "https" else _HTTP)
    try:
        addresses = [ip_address(each.split("%", maxsplit=1)[0]) for each in resolving(host, port)]
    except (OSError, ValueError) as failed:
        raise DomainError(URL_REFUSED, reason="its name has no address") from failed
    if not addresses:
        raise DomainError(URL_REFUSED, reason="its name has no address")
    if not allow_private and not all(is_public(each) for each in addresses):
        raise DomainError(URL_REFUSED, reason="it leads to an address that is not public")
    path = parts.path or "/"
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=f"{path}?{parts.query}" if parts.query else path,
        address=str(addresses[0]),
    )


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, also where it hides another one."""
    if isinstance(address, IPv6Address):
        hidden = _hidden(address)
        if hidden is not None:
            return is_public(hidden)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _hidden(address: IPv6Address) -> IPv4Address | None:
    """The older address that is wrapped in one of the newer kind."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
