"""Reading, writing, finding and linking what is not the program's."""

from __future__ import annotations

from tests.tools.python.hostile.program import Program, hangs, refused

LITTER = "llmlab-hostile-mark"

SYMLINK = """
import os
os.symlink('/etc/passwd', '@MARK@')
open('@MARK@').read()
"""
BY_DESCRIPTOR = """
import os
# An O_PATH descriptor can be had; reading through it must not be.
root = os.open('/', os.O_PATH)
os.open('etc/passwd', os.O_RDONLY, dir_fd=root)
"""
O_TRUNC = """
import os
# Landlock before ABI 3 lets this through for a file that may be read.
os.open(os.__file__, os.O_RDONLY | os.O_TRUNC)
"""
SHADOW = """
import os, sys
# A module of the model's own, for the next call to import.
for folder in sys.path + [os.path.dirname(os.__file__), '.']:
    try:
        open(folder + '/statistics_.py', 'w').write('print(1)')
        print('ESCAPED')
    except OSError:
        pass
"""
ENVIRON = """
import os, glob
found = [dict(os.environ)]
for path in ['/proc/self/environ', f'/proc/{os.getppid()}/environ', '/proc/1/environ',
             '/proc/@PID@/environ', '/proc/@PID@/cmdline', *glob.glob('/proc/*/environ')]:
    try:
        found.append(open(path, 'rb').read())
    except OSError:
        pass
print(found)
"""
MEMORY = """
import os
for pid in ('self', os.getppid(), '@PID@', 1):
    try:
        open(f'/proc/{pid}/mem', 'rb+')
        print('ESCAPED')
    except OSError:
        pass
"""
DESCRIPTORS = """
import os
for fd in range(3, 1024):
    try:
        os.fstat(fd)
        print('ESCAPED', fd)
    except OSError:
        pass
"""
PACKAGES = """
import sys, os, glob
prefixes = {os.path.dirname(os.path.dirname(m.__file__)) for m in list(sys.modules.values())
            if getattr(m, '__file__', None) and 'site-packages' in m.__file__}
for prefix in {p[:p.index('site-packages') + 13] for p in prefixes}:
    for name in ('torch/__init__.py', 'textual/__init__.py', 'pip/__init__.py'):
        try:
            open(prefix + '/' + name).read()
            print('ESCAPED', name)
        except OSError:
            pass
"""
WALK = """
import os
seen = [path for path, _, files in os.walk('/') if files]
print('ESCAPED' if any(p.startswith(('/etc', '/home', '/root/.ssh')) for p in seen) else 'nothing')
"""
DEVICES = """
for name in ('/dev/mem', '/dev/kmem', '/dev/sda', '/dev/vda', '/dev/kvm', '/dev/tty', '/dev/ptmx',
             '/dev/fuse', '/dev/nvidia0', '/dev/shm/x'):
    for mode in ('rb', 'wb'):
        try:
            open(name, mode)
            print('ESCAPED', name)
        except OSError:
            pass
"""

PROGRAMS = (
    refused("read /etc/passwd", "open('/etc/passwd').read()", "no files"),
    refused("read a 0600 file", "open('@SECRET@').read()", "no files"),
    refused("list the root", "import os; os.listdir('/')"),
    refused("list the home", "import os; os.listdir(os.path.expanduser('~root'))"),
    refused("write /tmp", f"open('/tmp/{LITTER}', 'w').write('x')"),
    refused("write a marker", "open('@MARK@', 'w').write('x')"),
    refused("write the working folder", f"open('{LITTER}', 'w')"),
    refused("append to the secret", "open('@SECRET@', 'a')"),
    refused("write over the standard library", "import os; open(os.__file__, 'a')"),
    refused("truncate by reading", O_TRUNC),
    refused("unlink", "import os; os.unlink('@SECRET@')"),
    refused("rename", "import os; os.rename('@SECRET@', '@MARK@')"),
    refused("chmod", "import os; os.chmod('@SECRET@', 0o777)"),
    refused("chown", "import os; os.chown('@SECRET@', 1, 1)"),
    refused("change times", "import os; os.utime(os.__file__)"),
    refused("make a folder", "import os; os.mkdir('@MARK@')"),
    refused("make a fifo", "import os; os.mkfifo('@MARK@')"),
    refused("make a device", "import os; os.mknod('@MARK@', 0o20666, os.makedev(1, 1))"),
    refused("symbolic link", SYMLINK),
    refused("hard link", "import os; os.link('@SECRET@', '@MARK@')"),
    refused("by a descriptor of the root", BY_DESCRIPTOR),
    refused("temporary file", "import tempfile; tempfile.TemporaryFile()"),
    Program(
        name="database on disk",
        code="import dbm.dumb; dbm.dumb.open('@MARK@', 'n').sync(); print('ESCAPED')",
        gets=("error", "blocked"),
    ),
    refused("change folder", "import os; os.chdir('/etc'); open('passwd')"),
    Program(name="shadow a module", code=SHADOW, gets=("ok",)),
    Program(name="environment", code=ENVIRON, gets=("ok",)),
    Program(name="memory by /proc", code=MEMORY, gets=("ok",)),
    Program(name="descriptors above 2", code=DESCRIPTORS, gets=("ok",)),
    Program(name="other packages' files", code=PACKAGES, gets=("ok",)),
    Program(name="import torch", code="import torch; print('ESCAPED')", gets=("error",)),
    Program(name="walk everything", code=WALK, gets=("ok",)),
    Program(name="devices", code=DEVICES, gets=("ok",)),
    Program(
        name="zip bomb in memory",
        code="import zlib; b = zlib.compress(bytes(10**7)); x = [zlib.decompress(b)] * 2\n"
        "x = [zlib.decompress(b) for _ in range(9)]",
        gets=("limit",),
    ),
    hangs("read standard input for ever", "import os\nwhile not os.read(0, 1): pass"),
)
