"""How the zygote tells the lab that a child has ended."""

from __future__ import annotations

import struct

STATUS = struct.Struct("!i")
"""As ``os.waitstatus_to_exitcode`` says it: negative for a signal."""
