#!/usr/bin/env python3
"""abi.py - the frozen face of a minor release, and whether today's headers still keep it.

Usage: abi.py [--freeze]

sdk/abi/<major>.<minor>/ holds a release as plugins were built against it: its headers, the names that its library
exported (symbols), and the size of every public struct, the place and width of every member, the value of every
number (layout.h, compiled by tests/unit against today's headers). Without words: says what today's headers and
symbol map took away, and exits 1. --freeze: writes the folder of the project's version; only until that release is out.

SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import symbols

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADERS = ROOT / "sdk/include"
FROZEN = ROOT / "sdk/abi"
HEAD = """/*
 * layout.h: the public structs and numbers of this release. Written by `tools/abi.py --freeze`; compiled by tests/unit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
"""


def bare(path):
    """A header without its comments."""
    return re.sub(r"/\*.*?\*/", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def headers(folder):
    return sorted(folder.rglob("*.h"), key=lambda path: (len(path.relative_to(folder).parts), path))


def member_names(body):
    """The members of a struct's body, in order; a function pointer by its name."""
    names = []
    for part in body.split(";"):
        part = " ".join(part.split())
        if not part:
            continue
        pointer = re.match(r".*?\(\s*\*\s*(\w+)\s*\)\s*\(", part)
        names.append(pointer.group(1) if pointer else re.search(r"(\w+)\s*(?:\[[^\]]*\])?$", part).group(1))
    return names


def promised(member):
    """What is reserved may become a member of a later minor release."""
    return not member.startswith(("reserved", "spare"))


def structs(folder):
    """Each public struct: name -> its members."""
    found = {}
    for path in headers(folder):
        for body, name in re.findall(r"typedef struct \w+ \{([^{}]*)\} (sl_\w+);", bare(path)):
            found[name] = member_names(body)
    return found


def numbers(folder):
    """Every macro that is a whole number."""
    found = []
    for path in headers(folder):
        text = bare(path).replace("\\\n", " ")
        found += re.findall(r"^#define (SL_\w+)[ \t]+\(?-?\d+u?\)?[ \t]*$", text, re.MULTILINE)
    return [name for name in found if name != "SL_ABI_MINOR"]


def prototypes(folder):
    """Each exported function: name -> its declaration in one line."""
    found = {}
    for path in headers(folder):
        text = re.sub(r"^\s*#(?:.*\\\n)*.*$", " ", bare(path), flags=re.MULTILINE)
        for line, name in re.findall(r"\b(SL_API\b[^;{}()]*?\b(sl_\w+)\s*\([^;{}]*?);", text):
            found[name] = re.sub(r"\s*([(),*])\s*", r"\1", " ".join(line.split())).replace("SL_MUST_CHECK", "").strip()
    return found


# ---- freezing ----


def probe(folder, found, values):
    """The layout's lines, as the compiler has them."""
    lines = [f"#include <{path.relative_to(folder)}>" for path in headers(folder)]
    lines += ["#include <stdio.h>", "int main(void) {"]
    for name, members in found.items():
        form = "SIZE_LEAST" if members[0] == "struct_size" else "SIZE"
        lines.append(f'printf("{form}({name}, %zu);\\n", sizeof({name}));')
        for member in filter(promised, members):
            lines.append(
                f'printf("PLACE({name}, {member}, %zu, %zu);\\n", offsetof({name}, {member}), sizeof((({name} *)0)->{member}));'
            )
    for name in values:
        lines.append(f'printf("SAME({name}, %lld);\\n", (long long)({name}));')
    lines.append("return 0; }")
    with tempfile.TemporaryDirectory() as place:
        source = pathlib.Path(place) / "probe.c"
        source.write_text("\n".join(lines), encoding="utf-8")
        subprocess.run(["cc", "-std=c17", f"-I{folder}", "-o", f"{place}/probe", source], check=True)
        return subprocess.run([f"{place}/probe"], check=True, capture_output=True, text=True).stdout


def freeze():
    release = symbols.project_node().removeprefix("STRIPE_LITE_")
    place = FROZEN / release
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(HEADERS, place / "include")
    names = sorted(symbols.read_nodes()[symbols.project_node()])
    (place / "symbols").write_text("".join(name + "\n" for name in names), encoding="utf-8")
    (place / "layout.h").write_text(HEAD + probe(HEADERS, structs(HEADERS), numbers(HEADERS)), encoding="utf-8")
    print(f"sdk/abi/{release}: {len(names)} functions, {len(structs(HEADERS))} structs, {len(numbers(HEADERS))} numbers")


# ---- looking ----


def check_symbols(place, nodes):
    promised = set((place / "symbols").read_text(encoding="utf-8").split())
    kept = nodes.get("STRIPE_LITE_" + place.name, set())
    return [f"{name} was exported by {place.name} and is not in its node of the map" for name in sorted(promised - kept)]


def check_prototypes(place):
    today = prototypes(HEADERS)
    faults = []
    for name, line in sorted(prototypes(place / "include").items()):
        if today.get(name) != line:
            faults.append(f"{name} was declared in {place.name} as\n    {line}\n  and is today\n    {today.get(name)}")
    return faults


def check_layout(place):
    """Nothing public is without its line: the compiler then holds it."""
    text = (place / "layout.h").read_text(encoding="utf-8")
    faults = []
    for name, members in structs(place / "include").items():
        for member in filter(promised, members):
            if f"PLACE({name}, {member}," not in text:
                faults.append(f"{name}.{member} of {place.name} has no line in its layout.h")
    for name in numbers(place / "include"):
        if f"SAME({name}," not in text:
            faults.append(f"{name} of {place.name} has no line in its layout.h")
    return faults


def check_members(place):
    """Members keep their names: a plugin is also compiled again. Tables do not grow but into what is reserved."""
    today = structs(HEADERS)
    faults = []
    for name, members in structs(place / "include").items():
        gone = [one for one in filter(promised, members) if one not in today.get(name, [])]
        faults += [f"{name}.{one} of {place.name} is gone" for one in gone]
    return faults


def compare():
    """A line for each thing that a frozen release promised and today's tree does not keep."""
    nodes = symbols.read_nodes()
    places = sorted(place for place in FROZEN.glob("*.*") if place.is_dir())
    faults = [] if places else ["no release is frozen"]
    for place in places:
        faults += check_symbols(place, nodes) + check_prototypes(place) + check_layout(place) + check_members(place)
    return faults


def main():
    if "--freeze" in sys.argv[1:]:
        freeze()
        return
    faults = compare()
    for fault in faults:
        print(f"sdk/abi: {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
