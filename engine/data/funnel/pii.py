"""Personal data: e-mail addresses and public IPv4 addresses are replaced, as FineWeb does.

Both patterns take time in proportion to the text, whatever stands in it: each run of characters is
entered at its first one only, and possessive quantifiers never give any back.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple

EMAIL = "email@example.com"
IP_ADDRESS = "192.0.2.1"
"""Of the block kept for documentation (RFC 5737), so that nobody is reached by either."""

_LOCAL = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~.-"
_DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?<![{_LOCAL}])(?P<local>[{_LOCAL}]++)@(?P<domain>{_DOMAIN})")
# Where an address begins within such a run: after dots that a sentence left before it, and not
# with the quotation mark or bracket that it stands in.
_BEGINNING = re.compile(r"(?:.*\.\.|\.)?[^A-Za-z0-9_]*")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
_IP = re.compile(rf"(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?!\d|\.\d)")


class Masked(NamedTuple):
    """A text without personal data, and how many addresses were replaced in it."""

    text: str
    emails: int
    ips: int


def mask(text: str) -> Masked:
    """Replace every e-mail address and every public IPv4 address.

    Private, reserved and impossible IP addresses stay, and so do the replacements themselves: a
    masked text is left as it is.
    """
    emails = ips = 0

    def email(match: re.Match[str]) -> str:
        nonlocal emails
        local = match["local"]
        beginning = _BEGINNING.match(local)
        assert beginning is not None  # it matches the empty string
        before, name = local[: beginning.end()], local[beginning.end() :]
        if not name or name.endswith(".") or f"{name}@{match['domain']}".lower() == EMAIL:
            return match.group()
        emails += 1
        return before + EMAIL

    def ip(match: re.Match[str]) -> str:
        nonlocal ips
        if not _is_public(match.group()):
            return match.group()
        ips += 1
        return IP_ADDRESS

    if "@" in text:
        text = _EMAIL.sub(email, text)
    text = _IP.sub(ip, text)
    return Masked(text, emails, ips)


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:  # such as a leading zero
        return False
