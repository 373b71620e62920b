"""test_dev.py - `./dev` on machines that lack things: what it installs, says, keeps and refuses.

The functions of tools/lib run in a bash of their own with stand-ins for apt-get, dpkg-query, sudo and the compiler on
PATH, so that nothing is installed here.

SPDX-License-Identifier: Apache-2.0
"""

import os
import pty
import re
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

CHECKOUT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
LIBRARIES = ("say", "setup", "build", "run")


class Machine(unittest.TestCase):
    """A folder to work in, with stand-ins for the system's programs in bin/."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        os.mkdir(os.path.join(self.folder, "bin"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def program(self, name, script):
        self.write("bin/" + name, "#!/bin/bash\n" + script + "\n")
        os.chmod(self.path("bin/" + name), 0o755)

    def shell(self, script, **more):
        sources = "".join(f". {CHECKOUT}/tools/lib/{name}.sh\n" for name in LIBRARIES)
        environment = {"PATH": self.path("bin") + ":" + os.environ["PATH"], "HOME": self.folder}
        return subprocess.run(
            ["bash", "-c", "set -euo pipefail\n" + sources + script],
            **{"cwd": self.folder, "env": environment, "stdin": subprocess.DEVNULL, "timeout": 60, "text": True}
            | ({} if "stdout" in more else {"capture_output": True})
            | more,
        )


class PackagesTest(Machine):
    def setUp(self):
        super().setUp()
        self.program("dpkg-query", "printf 'here:installed gone:config-files second:installed '")
        self.program("apt-cache", 'case "$2" in new) echo "  Candidate: (none)" ;; *) echo "  Candidate: 1.0" ;; esac')
        self.program("apt-get", f'echo "$@" >>{self.folder}/calls; echo "apt says $1"; exit "${{APT_STATUS:-0}}"')
        self.program("id", 'echo "${USER_NUMBER:-0}"')
        self.program("env", 'shift; exec "$@"')
        self.program("sudo", f'echo sudo >>{self.folder}/calls; exec "$@"')

    def missing(self, *lists):
        names = []
        for number, text in enumerate(lists):
            self.write(f"list{number}", text)
            names.append(f"list{number}")
        done = self.shell("packages_missing " + " ".join(names))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()

    def test_only_what_is_missing(self):
        self.assertEqual(self.missing("# why\n\nhere  # this\ngone  # that\nabsent\n"), ["gone", "absent"])

    def test_a_command_stands_for_its_package(self):
        self.assertEqual(self.missing("shell bash  # there\nother no-such-command  # not\n"), ["other"])

    def test_either_of_two_counts(self):
        self.assertEqual(self.missing("first|second  # one will do\nfirst|third\n"), ["first|third"])

    def test_several_lists(self):
        self.assertEqual(self.missing("here\nabsent\n", "missing\n"), ["absent", "missing"])

    def test_installs_the_one_this_release_has(self):
        self.write("list", "here\nnew|old  # renamed since\n")
        done = self.shell("setup_packages list")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read("calls"), "update -q\ninstall -y -q --no-install-recommends old\n")
        self.assertEqual(self.read("build/setup.log"), "apt says update\napt says install\n")
        self.assertNotIn("apt says", done.stderr)

    def test_nothing_missing_asks_nobody(self):
        self.write("list", "here\n")
        done = self.shell("setup_packages list")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertFalse(os.path.exists(self.path("calls")))

    def test_sudo_for_who_is_not_root(self):
        self.write("list", "absent\n")
        done = self.shell("export USER_NUMBER=1000\nsetup_packages list")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read("calls").split("\n")[0::2], ["sudo", "sudo", ""])

    def test_without_root_or_sudo_says_what_is_missing(self):
        self.write("list", "absent\n")
        os.remove(self.path("bin/sudo"))
        done = self.shell(
            "command() { [ \"$2\" != sudo ] && builtin command \"$@\"; }\nexport USER_NUMBER=1000\nsetup_packages list"
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing packages: absent (run as root, or install sudo)", done.stderr)

    def test_a_failure_shows_what_apt_said(self):
        self.write("list", "absent\n")
        done = self.shell("export APT_STATUS=100\nsetup_packages list")
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt says install", done.stderr)
        self.assertIn("apt-get could not install absent", done.stderr)

    def test_the_lists_of_the_checkout_can_be_read(self):
        for name in ("packages.txt", "test_packages.txt", "lint_packages.txt"):
            with open(os.path.join(CHECKOUT, "tools", name), encoding="utf-8") as file:
                for line in filter(None, (line.split("#")[0].strip() for line in file)):
                    self.assertRegex(line, r"^[a-z0-9.+|-]+( [a-z0-9.+-]+)?$", name)


class LogTest(Machine):
    def test_the_status_is_the_commands_own(self):
        done = self.shell("status=0; run_logged log bash -c 'echo out; echo err >&2; exit 3' || status=$?; echo $status")
        self.assertEqual((done.stdout, done.stderr), ("3\n", ""))
        self.assertEqual(sorted(self.read("log").split()), ["err", "out"])

    def test_a_terminal_sees_where_it_is(self):
        master, slave = pty.openpty()
        done = self.shell("status=0; run_logged log bash -c 'echo first; echo second; exit 3' || status=$?; exit $status",
                          stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        shown = os.read(master, 4096).decode()
        os.close(master)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.read("log"), "first\nsecond\n")
        self.assertEqual([part for part in re.split(r"\r\x1b\[K", shown) if part], ["first", "second"])


class CompilerTest(Machine):
    def options(self, version, text):
        self.program("cc", f'case "$1" in -dumpversion) echo {version} ;; *) echo "{text}" ;; esac')
        return self.shell("build_options debug").stdout.split()

    def test_warnings_of_known_compilers_are_errors(self):
        self.assertIn("-Dwerror=true", self.options("12", "cc (Debian) 12.2.0"))
        self.assertIn("-Dwerror=true", self.options("14", "cc (Debian) 14.2.0"))
        self.assertIn("-Dwerror=true", self.options("19.1.7", "Debian clang version 19.1.7"))

    def test_a_later_compiler_still_builds(self):
        self.assertIn("-Dwerror=false", self.options("99", "cc (Debian) 99.1.0"))
        self.assertIn("-Dwerror=false", self.options("99.0.0", "Debian clang version 99.0.0"))


class KeyTest(Machine):
    def test_keys_are_made_once_and_for_the_owner_alone(self):
        done = self.shell("key_ensure A one\nkey_ensure A two\nkey_ensure B three")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.read(".env"), "A=one\nB=three\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.path(".env")).st_mode), 0o600)

    def test_a_file_without_a_last_newline_keeps_its_line(self):
        self.write(".env", "MINE=1")
        self.shell("key_ensure A one")
        self.assertEqual(self.read(".env"), "MINE=1\nA=one\n")

    def test_random_is_as_long_as_asked(self):
        first, second = (self.shell("random_hex 24").stdout for _ in range(2))
        self.assertRegex(first, r"^[0-9a-f]{48}$")
        self.assertNotEqual(first, second)


class AnnounceTest(Machine):
    def announced(self, routes, ready=True):
        """What the user sees when a server with these routes says it is ready, or ends without."""
        url = "http://127.0.0.1:8123"
        os.makedirs(self.path("build/release"))
        self.program("../build/release/stripe-lite", f"[ \"$1\" = routes ] && printf %s '{routes}'")
        self.write(".env", "STRIPE_LITE_SECRET_KEY=sk_test_mine\nSTRIPE_LITE_PUBLISHABLE_KEY=pk_test_mine\n")

        process = subprocess.Popen(["sleep", "60"])
        reading, writing = os.pipe()
        environment = {key: value for key, value in os.environ.items() if not key.startswith("STRIPE_LITE_")}
        started = subprocess.run(
            ["bash", "-c", f"exec 3>&{writing}; exec {sys.executable} {CHECKOUT}/tools/announce.py {process.pid}"],
            cwd=self.folder, env=environment, pass_fds=(writing,), stdout=subprocess.PIPE, text=True, timeout=30, check=True)
        os.close(writing)
        if ready:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(f"READY=1\nSTATUS=listening on {url}\n".encode(), started.stdout.strip())
        else:
            process.kill()
        with os.fdopen(reading, encoding="utf-8") as shown:
            text = shown.read()
        process.kill()
        process.wait()
        return url, text

    def test_the_address_the_keys_and_a_payment(self):
        url, text = self.announced("GET /docs open\nGET /dashboard open\n")
        self.assertIn(f"dashboard        {url}/dashboard\n", text)
        self.assertIn(f"curl {url}/v1/payment_intents -u sk_test_mine:", text)
        self.assertIn("publishable key  pk_test_mine\n", text)

    def test_no_page_is_named_that_is_not_there(self):
        url, text = self.announced("GET /docs open\nGET /dashboards open\n")
        self.assertNotIn("dashboard", text)
        self.assertIn(f"server           {url}\n", text)

    def test_nothing_when_the_start_fails(self):
        self.assertEqual(self.announced("", ready=False)[1], "")


class CommandTest(unittest.TestCase):
    def dev(self, *words):
        return subprocess.run([os.path.join(CHECKOUT, "dev"), *words], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60)

    def test_each_command_explains_itself(self):
        listed = re.findall(r"^  (\w[\w-]*)", self.dev("--help").stdout, re.MULTILINE)
        self.assertIn("run", listed)
        for command in listed:
            done = self.dev(command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertRegex(done.stdout, rf"^Usage: \./dev {command}\b", command)

    def test_wrong_words_are_refused(self):
        for words in (["nonsense"], ["setup", "nonsense"], ["build", "nonsense"], ["clean", "nonsense"], ["test", "--nonsense"],
                      ["lint", "--nonsense"]):
            self.assertEqual(self.dev(*words).returncode, 2, words)


if __name__ == "__main__":
    unittest.main()
