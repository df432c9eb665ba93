"""The files that let a member run its validator on its own machine."""

from __future__ import annotations

from collections.abc import Sequence

from network.engine import ENVIRONMENT

_UNIT = """\
# Starts {name}'s validator. Copy this folder to /var/lib/counterfoil-validator and the program {program} to
# /usr/local/bin, give both to the user counterfoil, and put this file into /etc/systemd/system.
[Unit]
Description=Counterfoil validator {name}
Wants=network-online.target
After=network-online.target

[Service]
User=counterfoil
WorkingDirectory=/var/lib/counterfoil-validator
Environment={environment}
ExecStart=/usr/local/bin/{program} \\
{arguments}
Restart=always
RestartSec=2
TimeoutStopSec=60
LimitNOFILE=65536
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
ReadWritePaths=/var/lib/counterfoil-validator

[Install]
WantedBy=multi-user.target
"""


def unit_of(*, name: str, program: str, arguments: Sequence[str]) -> str:
    """A systemd unit with the validator's arguments, an option and its value a line."""
    lines: list[str] = []
    for argument in arguments:
        if argument.startswith("--") or not lines:
            lines.append(f"  {argument}")
        else:
            lines[-1] += f" {argument}"
    environment = " ".join(f"{key}={value}" for key, value in ENVIRONMENT.items())
    return _UNIT.format(name=name, program=program, environment=environment, arguments=" \\\n".join(lines))
