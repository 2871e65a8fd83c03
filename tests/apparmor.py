#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a compiled AppArmor profile lets its programs do, on any kernel.

apparmor.py POLICY ROOT TRACE...   POLICY is written by `apparmor_parser -QTS`. Everything that the traced programs did with files must
be allowed: TRACE is strace's (-f -y), of programs that ran below ROOT. Then the same for fixed lists of what is needed rarely (allowed) and
of what never is (refused)."""
import array
import os
import re
import struct
import sys

BITS = {"x": 1, "w": 2, "r": 4, "k": 0x20, "m": 0x40}
OTHERS = 14  # the owner's rights stand in the low bits, everybody's from here on
# Rights that no run on this machine needs, but others do.
NEEDED = """
r /etc/monitoring-plugins.ini
r /usr/local/etc/monitoring-plugins/monitoring-plugins.ini
r /etc/nagios/plugins.ini
r /etc/opt/nagios-plugins.ini
r /usr/local/nagios/etc/plugins.ini
r /etc/ssl/certs/
r /usr/share/ca-certificates/mozilla/ISRG_Root_X1.crt
r /run/systemd/resolve/stub-resolv.conf
r /run/secrets/azure/tokens/..2026/azure-identity-token
r /var/opt/azcmagent/tokens/a1.key
w /home/alice/.cache/
r /home/alice/.cache/mdca-plugins/
w /var/lib/nagios/.cache/mdca-plugins/00.token.new
k /var/spool/icinga2/.cache/mdca-plugins/00.lock
""".split("\n")
FORBIDDEN = """
r /etc/shadow
r /home/alice/.ssh/id_ed25519
r /root/.bashrc
r /etc/icinga2/features-enabled/api.conf
w /etc/mdca-plugins/contoso.token
w /etc/monitoring-plugins.ini
w /var/cache/mdca-plugins/nagios/run.sh
w /var/cache/mdca-plugins/root
w /home/alice/.cache/other/00.token
w /var/opt/azcmagent/tokens/a1.key
w /tmp/00.token
r /var/lib/icinga2/certs/ca.crt
x /bin/sh
x /usr/bin/true
x /usr/lib/nagios/plugins/check_mdca_app_connectors
m /var/cache/mdca-plugins/nagios/00.token
""".split("\n")


class Automaton:
    """The last automaton of a compiled profile is that of the files (the first, when there are more, says to which programs it applies)."""

    def __init__(self, policy):
        start = policy.rfind(struct.pack(">I", 0x1B5E783D))
        header, _ = struct.unpack_from(">II", policy, start + 4)
        self.tables, at = {}, start + header
        while len(self.tables) < 7 and at + 12 <= len(policy):
            name, width, _, count = struct.unpack_from(">HHII", policy, at)
            if width not in (1, 2, 4) or not 1 <= name <= 8:
                break
            table = array.array({1: "B", 2: "H", 4: "I"}[width], policy[at + 12:at + 12 + count * width])
            if sys.byteorder == "little":
                table.byteswap()
            self.tables[name] = table
            at += (12 + count * width + 7) // 8 * 8

    def rights(self, path):
        accept, base, check, default, classes, following = (self.tables.get(name) for name in (1, 2, 3, 4, 5, 8))
        state = 1
        for byte in path.encode():
            column = classes[byte] if classes else byte
            while True:
                place = (base[state] & 0xFFFFFF) + column
                if place < len(check) and check[place] == state:
                    state = following[place]
                    break
                state, borrowed = default[state], base[state] & 0x80000000
                if not borrowed:
                    break
        return accept[state]

    def allows(self, right, path, owned=True):
        rights = self.rights(path)
        return bool(rights & BITS[right] << OTHERS) or (owned and bool(rights & BITS[right]))


CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?$")
OPEN_FILE = re.compile(r"(?:AT_FDCWD|\b\d+)<([^>]*)>")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def done(line):
    """(rights, path) of each file that one traced call used."""
    call = CALL.search(line)
    if not call or int(call[3]) < 0:
        return []
    name, words, result = call[1], call[2], call[4]
    files, names = OPEN_FILE.findall(words), QUOTED.findall(words)
    if name == "openat":
        rights = "rw" if "O_RDWR" in words else "w" if "O_WRONLY" in words else "r"
        return [(rights, result + "/" * ("O_DIRECTORY" in words))]
    if name == "mkdir":
        return [("w", names[0] + "/")]
    if name in ("unlinkat", "renameat"):
        return [("rw" if name == "renameat" else "w", os.path.join(folder, file)) for folder, file in zip(files, names)]
    if name == "flock":
        return [("k", files[0])]
    if name == "mmap" and "PROT_EXEC" in words and files:
        return [("m", files[0])]
    if name == "execve":
        return [("mr", names[0])]
    return []


def main(policy, root, *traces):
    with open(policy, "rb") as file:
        automaton = Automaton(file.read())
    wanted = {}  # what is asked: the answer
    for trace in traces:
        with open(trace, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                for rights, path in done(line.rstrip()):
                    if not path.startswith(("pipe:", "socket:", "/dev/pts/", "anon_inode:")):
                        wanted.update(((right, path), True) for right in rights)
    seen = len(wanted)
    user = os.stat(root + "/var/cache/mdca-plugins/nagios").st_uid
    wanted.update((tuple(line.split()), True) for line in NEEDED if line)
    wanted.update((tuple(line.split()), False) for line in FORBIDDEN if line)

    failed = 0 if seen > 50 else 1
    print(f"{seen} uses of files in {len(traces)} traces")
    for (right, path), answer in sorted(wanted.items()):
        owned = not os.path.exists(root + path) or os.stat(root + path).st_uid == user
        if automaton.allows(right, path, owned) != answer:
            print(f"{path}: {right} is {'refused' if answer else 'allowed'}")
            failed += 1
    print(f"{len(wanted) + (seen <= 50) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main(*sys.argv[1:]))
