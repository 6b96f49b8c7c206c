"""Time, memory, output and the interpreter's own limits."""

from __future__ import annotations

from tests.tools.python.hostile.program import Program, hangs

DEL_HANG = """
class Hang:
    def __del__(self):
        while True: pass
x = Hang()
"""
REPR_HANG = """
class Hang:
    def __repr__(self):
        while True: pass
Hang()
"""
ERROR_HANG = """
class Hang(Exception):
    def __str__(self):
        while True: pass
raise Hang
"""
GC = """
import gc
class Node: pass
gc.disable()
while True:
    n = Node(); n.me = n; n.data = bytearray(100000)
"""
FAST_RECURSION = """
import sys, ctypes
sys.setrecursionlimit(10**9)
class A:
    def __getattr__(self, name): return getattr(self, name + 'x')
A().x
"""
LONG_LINE = "for _ in range(64): print('x' * (1 << 20), end='')"
CONSTANT_BOMB = "x = " + "*".join(["'a'*10000"] + ["10000"] * 5)

PROGRAMS = (
    Program(name="2 GB", code="bytearray(2 * 10**9)", gets=("limit",), says="64 MB"),
    Program(name="growing list", code="x = [0]\nwhile True: x += x", gets=("limit",)),
    Program(name="growing text", code="x = 'ab'\nwhile True: x += x", gets=("limit",)),
    Program(name="many dicts", code="x = []\nwhile True: x.append({})", gets=("limit",)),
    Program(name="cyclic garbage", code=GC, gets=("limit",)),
    Program(name="map memory", code="import mmap; mmap.mmap(-1, 1 << 34)", gets=("limit", "error")),
    Program(name="constant folding", code=CONSTANT_BOMB, gets=("limit",)),
    hangs("9**9**9", "9**9**9"),
    hangs("factorial", "import math; math.factorial(10**8)"),
    hangs("spin", "while True: pass"),
    hangs("spin in C", "sum(iter(int, 1))"),
    hangs(
        "swallow everything", "while True:\n try:\n  while True: pass\n except BaseException: pass"
    ),
    hangs("sleep", "import time; time.sleep(60)"),
    hangs("sleep in pieces", "import time\nwhile True: time.sleep(0.01)"),
    hangs("regular expression", "import re; re.match(r'(a+)+$', 'a' * 40 + 'b')"),
    hangs("at exit", "import atexit, time; atexit.register(time.sleep, 60)"),
    hangs("in __del__", DEL_HANG),
    hangs("in repr", REPR_HANG),
    hangs("in an error's text", ERROR_HANG),
    hangs("wait for a lock", "import threading; x = threading.Lock(); x.acquire(); x.acquire()"),
    hangs("wait on nothing", "import select; select.select([], [], [])"),
    hangs("in sympy", "import sympy; sympy.factorint(2**521 - 3**300)"),
    Program(name="print for ever", code="while True: print('x' * 1000)", gets=("limit", "timeout")),
    Program(name="one line of 64 MB", code=LONG_LINE, gets=("limit",), says="xxx"),
    Program(
        name="output by C", code="import os\nwhile True: os.write(2, b'y' * 9999)", gets=("limit",)
    ),
    Program(name="huge int to text", code="print(10**5000)", gets=("error",), says="4300"),
    Program(name="recursion", code="def f(): f()\nf()", gets=("error",), says="RecursionError"),
    Program(name="recursion of C", code=FAST_RECURSION, gets=("crashed", "limit", "error")),
    Program(name="5000 brackets", code="(" * 5000 + ")" * 5000, gets=("error", "limit")),
    Program(
        name="5000 minus signs", code="-" * 5000 + "1", gets=("error", "limit", "crashed", "ok")
    ),
    Program(
        name="100 indents", code="".join(" " * i + "if 1:\n" for i in range(120)), gets=("error",)
    ),
    Program(name="NUL in the source", code="print(1)\0", gets=("error",)),
    Program(name="half a character in the source", code="print('\udc80')", gets=("error", "ok")),
    Program(
        name="exit status", code="import sys; sys.exit(3)", gets=("error",), says="SystemExit: 3"
    ),
    Program(
        name="hard exit", code="import os; os._exit(0)", gets=("crashed",), says="without a result"
    ),
    Program(
        name="null pointer",
        code="import ctypes; ctypes.string_at(0)",
        gets=("crashed",),
        says="SEGV",
    ),
    Program(name="abort", code="import os; os.abort()", gets=("crashed",)),
    Program(
        name="broken code object",
        code="def f(): pass\nf.__code__ = f.__code__.replace(co_code=b'\\x64\\xff' * 9)\nf()",
        gets=("crashed", "error"),
    ),
    Program(name="not Python", code="SELECT * FROM secrets;", gets=("error",), says="line 1"),
    Program(name="empty", code="", gets=("ok",)),
)
