#!/usr/bin/env python3
"""unittest_tap.py - runs files of Python unit tests and writes TAP.

Usage: unittest_tap.py FILE...

SPDX-License-Identifier: Apache-2.0
"""

import importlib.util
import os
import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    def write(self, word, test, note="", error=None):
        print(f"{word} - {test.id()}{note}")
        if error:
            print("  ---")
            for line in "".join(traceback.format_exception(*error)).splitlines():
                print("  " + line)
            print("  ...")
        sys.stdout.flush()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.write("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.write("not ok", test, error=err)

    def addError(self, test, err):
        super().addError(test, err)
        self.write("not ok", test, error=err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.write("not ok", subtest, error=err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.write("ok", test, f" # SKIP {reason}")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.write("ok", test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.write("not ok", test, " was expected to fail")


def main():
    suite = unittest.TestSuite()
    for path in sys.argv[1:]:
        sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
        name = os.path.splitext(os.path.basename(path))[0]
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
        suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(module))
    result = TapResult()
    suite.run(result)
    sys.exit(0 if result.wasSuccessful() else 1)


main()
