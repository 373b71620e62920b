#!/usr/bin/env python3
"""symbols.py - keeps sdk/stripe_lite.map in step with the public headers.

Usage: symbols.py [--write]

Every function that sdk/include declares with SL_API stands in the map, in the node of the minor
release that brought it; a name never leaves the node of an earlier release. Without words: says what
differs and exits 1. --write: adds new names to the node of the project's version.

SPDX-License-Identifier: Apache-2.0
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAP = ROOT / "sdk/stripe_lite.map"
HEAD = "/* Names that libstripe_lite.so.1 exports: a node a minor release. Kept by tools/symbols.py. */\n"

# What the thin program needs of the library; no promise to anyone else.
PRIVATE = ("sl_app_main",)


def declared_names():
    names = set()
    for path in (ROOT / "sdk/include").rglob("*.h"):
        text = re.sub(r"/\*.*?\*/", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        # A macro's other lines belong to it: what SL_PLUGIN defines is the plugin's, not the library's.
        text = re.sub(r"^\s*#(?:.*\\\n)*.*$", " ", text, flags=re.MULTILINE)
        names.update(re.findall(r"\bSL_API\b[^;{}()]*?\b(sl_\w+)\s*\(", text))
    return names


def project_node():
    text = (ROOT / "meson.build").read_text(encoding="utf-8")
    major, minor = re.search(r"version: '(\d+)\.(\d+)\.", text).groups()
    return f"STRIPE_LITE_{major}.{minor}"


def read_nodes():
    """The public nodes in order: name -> set of names."""
    text = MAP.read_text(encoding="utf-8")
    nodes = {}
    for name, body in re.findall(r"^(STRIPE_LITE_\d+\.\d+) \{(.*?)\}", text, re.MULTILINE | re.DOTALL):
        nodes[name] = set(re.findall(r"\b(sl_\w+);", body))
    return nodes


def render(nodes):
    parts = [HEAD]
    before = ""
    for node, names in nodes.items():
        lines = "".join(f"        {name};\n" for name in sorted(names))
        local = "" if before else "    local:\n        *;\n"
        parts.append(f"{node} {{\n    global:\n{lines}{local}}}{before};\n")
        before = " " + node
    private = "".join(f"        {name};\n" for name in PRIVATE)
    parts.append(f"STRIPE_LITE_PRIVATE {{\n    global:\n{private}}};\n")
    return "\n".join(parts)


def compare():
    """The nodes as they should be, and a line for each difference."""
    declared = declared_names()
    nodes = read_nodes()
    current = project_node()
    nodes.setdefault(current, set())
    faults = []
    for node, names in nodes.items():
        for name in sorted(names - declared):
            if node == current:
                faults.append(f"{name} is in the map and in no public header")
            else:
                faults.append(f"{name} was promised by {node} and is in no public header: it must come back")
    nodes[current] &= declared
    for name in sorted(declared.difference(*nodes.values())):
        faults.append(f"{name} is in a public header and not in the map")
        nodes[current].add(name)
    return nodes, faults


def main():
    nodes, faults = compare()
    text = render(nodes)
    if "--write" in sys.argv[1:]:
        MAP.write_text(text, encoding="utf-8")
        faults = [fault for fault in faults if "must come back" in fault]
    elif text != MAP.read_text(encoding="utf-8") and not faults:
        faults.append("the map's layout differs from what tools/symbols.py --write makes")
    for fault in faults:
        print(f"sdk/stripe_lite.map: {fault}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
