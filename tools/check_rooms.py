#!/usr/bin/env python3
"""check_rooms.py - the rules of the rooms: who may include whom, and where each library lives.

Usage: check_rooms.py [--tap]

Includes in core/ point down the list of core/meson.build; nothing in core/ knows a plugin; a plugin
includes <stripe_lite/...>, the C library and its own folder; each third-party header stays in its home,
so that replacing a library touches one folder. Every room and plugin folder is in the build's list.
Exit status 1 and a line for each fault.

SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import re
import sys

import abi
import symbols

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')

# Which header belongs to which library, and the only places that may include it.
HOMES = [
    (r"^(event2/|event\.h$|evdns\.h$|evhttp\.h$)", r"^core/(http|app)/|^core/fiber/wait|^core/http_client/"),
    (r"^(libpq-fe\.h|postgres_ext\.h|libpq/)", r"^core/database/postgres"),
    (r"^sqlite3", r"^core/database/sqlite"),
    (r"^yaml\.h", r"^core/config/"),
    (r"^dlfcn\.h", r"^core/plugin/"),
    (r"^curl/", r"^core/http_client/"),
    (r"^jansson\.h", r"^core/json/"),
    (r"^llhttp\.h", r"^core/http/"),
    (r"^openssl/", r"^core/(base|auth|http|http_client)/"),
    (r"^boost/", r"^core/fiber/"),
    (r"^(valgrind/|sanitizer/)", r"^core/(base|fiber)/"),
]

# The C and POSIX headers a plugin may use: values and text, no files, sockets, processes or clocks.
PLUGIN_SYSTEM = {
    "assert.h", "ctype.h", "errno.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h",
    "stddef.h", "stdint.h", "stdnoreturn.h", "string.h", "strings.h",
}  # fmt: skip


def build_list(path, name):
    """The words of a list in a meson.build."""
    text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
    found = re.search(rf"^{name} = \[(.*?)\]", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"'([^']+)'", found.group(1)) if found else []


def includes(path):
    """Each include of a file: line number, header, whether written with quotes."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) or match.group(2), match.group(2) is not None


def sources(folder):
    return sorted(p for p in (ROOT / folder).rglob("*.[ch]") if "node_modules" not in p.parts)


def is_test(place):
    return "/tests/" in place


def check_homes(place, header):
    for library, home in HOMES:
        if re.search(library, header) and not re.search(home, place):
            return f"<{header}> belongs to {home.replace('^', '')}"
    return None


def check_core(place, header, rooms):
    parts = place.split("/")
    if len(parts) < 3:
        return None
    words = header.split("/")
    if words[0] == "core":
        words = words[1:]
    if words[0] == "plugins":
        return f'core knows a plugin: "{header}"'
    if len(words) > 1 and words[0] in rooms and rooms.index(words[0]) > rooms.index(parts[1]):
        return f'{parts[1]} is below {words[0]}: "{header}"'
    return None


def check_plugin(path, header, quoted):
    if header.startswith("stripe_lite/"):
        return None
    if quoted:
        own = ROOT / "plugins" / path.relative_to(ROOT).parts[1]
        target = (path.parent / header, own / header)
        if any(t.exists() and own in t.resolve().parents for t in target):
            return None
        return f'a plugin includes its own folder only: "{header}"'
    if header in PLUGIN_SYSTEM:
        return None
    return f"a plugin reaches the host through <stripe_lite/...> only: <{header}>"


def rule_includes(rooms):
    faults = []
    for folder in ("core", "plugins", "sdk"):
        for path in sources(folder):
            place = path.relative_to(ROOT).as_posix()
            if is_test(place):
                continue
            for number, header, quoted in includes(path):
                fault = check_homes(place, header)
                if not fault and folder == "core":
                    fault = check_core(place, header, rooms)
                if not fault and folder == "plugins":
                    fault = check_plugin(path, header, quoted)
                if fault:
                    faults.append(f"{place}:{number}: {fault}")
    return faults


def rule_listed(folder, listed):
    """A folder that the build does not know is code that nobody compiles."""
    there = {p.parent.name for p in (ROOT / folder).glob("*/*.c")}
    faults = [f"{folder}/{name}: has C files but is not in {folder}/meson.build" for name in sorted(there - set(listed))]
    faults += [
        f"{folder}/{name}: has C files but no meson.build"
        for name in sorted(there)
        if not (ROOT / folder / name / "meson.build").is_file()
    ]
    return faults


def rule_compiled():
    """Every C file stands in its folder's meson.build."""
    faults = []
    for folder in ("core", "plugins"):
        for path in sources(folder):
            parts = path.relative_to(ROOT / folder).parts
            if path.suffix != ".c" or parts == ("app", "main.c"):
                continue
            listing = ROOT / folder / parts[0] / "meson.build"
            if listing.is_file() and "/".join(parts[1:]) not in listing.read_text(encoding="utf-8"):
                faults.append(f"{path.relative_to(ROOT)}: not in {listing.relative_to(ROOT)}")
    return faults


def rule_no_core_headers_in_sdk():
    """The public headers stand alone: they include the C library and each other."""
    faults = []
    for path in sources("sdk/include"):
        for number, header, quoted in includes(path):
            if quoted or not (header.startswith("stripe_lite/") or "/" not in header):
                faults.append(f"{path.relative_to(ROOT)}:{number}: <{header}> is not for a public header")
    return faults


def main():
    rooms = build_list(ROOT / "core/meson.build", "rooms")
    plugins = build_list(ROOT / "plugins/meson.build", "plugins")
    rules = [
        ("includes point down and libraries stay at home", rule_includes(rooms)),
        ("every room is built", rule_listed("core", rooms)),
        ("every plugin is built", rule_listed("plugins", plugins)),
        ("every C file is compiled", rule_compiled()),
        ("public headers stand alone", rule_no_core_headers_in_sdk()),
        ("the symbol map names what the public headers declare (tools/symbols.py --write)", symbols.compare()[1]),
        ("the public headers keep what was frozen (tools/abi.py)", abi.compare()),
    ]
    if "--tap" in sys.argv[1:]:
        print(f"1..{len(rules)}")
        for number, (name, faults) in enumerate(rules, 1):
            print(f"{'not ok' if faults else 'ok'} {number} - {name}")
            if faults:
                print("\n".join(["  ---", *("  " + fault for fault in faults), "  ..."]))
    else:
        for _, faults in rules:
            for fault in faults:
                print(fault)
    sys.exit(1 if any(faults for _, faults in rules) else 0)


main()
