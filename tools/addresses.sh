#!/bin/sh
# What is installed is named and hashed, never fetched from an address written down here.
if grep -nE '://|^ *--(extra-)?index|^ *-i |--find-links|"resolved"' requirements*.txt requirements*.in package.json package-lock.json; then
    echo "Take the addresses above out: dependencies are pinned by name, version and hash." >&2
    exit 1
fi
