# Runs a command on what looks like a kernel that lacks landlock, seccomp or both: its system calls
# are answered as by a kernel that does not know them.  lacking.py landlock,seccomp COMMAND...
import ctypes
import os
import struct
import sys

LANDLOCK_CREATE_RULESET = 444
SECCOMP = {"x86_64": (317, 157), "aarch64": (277, 167)}.get(os.uname().machine)
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
ENOSYS, EINVAL = 38, 22
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000

if not SECCOMP:
    sys.exit(77)
lacks = sys.argv[1].split(",")
program = [(LOAD, 0, 0, 0)]  # the number of the call
if "landlock" in lacks:
    program += [(JUMP_EQUAL, 0, 1, LANDLOCK_CREATE_RULESET), (RETURN, 0, 0, ERRNO | ENOSYS)]
if "seccomp" in lacks:
    program += [(JUMP_EQUAL, 0, 1, SECCOMP[0]), (RETURN, 0, 0, ERRNO | ENOSYS)]
    program += [(JUMP_EQUAL, 0, 3, SECCOMP[1]), (LOAD, 0, 0, 16),  # prctl: its first argument
                (JUMP_EQUAL, 0, 1, PR_SET_SECCOMP), (RETURN, 0, 0, ERRNO | EINVAL)]
program += [(RETURN, 0, 0, ALLOW)]
code = b"".join(struct.pack("HBBI", *step) for step in program)
held = ctypes.create_string_buffer(code)
head = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(held)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, head):
    sys.exit(77)
os.execvp(sys.argv[2], sys.argv[2:])
