"""Runs a command whose standard error is a terminal, and prints what it wrote there, escapes visible."""

import os
import pty
import subprocess
import sys

master, slave = pty.openpty()
process = subprocess.Popen(sys.argv[1:], stderr=slave, stdin=subprocess.DEVNULL)
os.close(slave)
text = b""
while True:
    try:
        chunk = os.read(master, 65536)
    except OSError:  # the other side is closed
        break
    if not chunk:
        break
    text += chunk
process.wait()
print("exit", process.returncode)
print(repr(text.decode()))
