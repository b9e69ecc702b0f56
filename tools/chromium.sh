#!/bin/sh
# Makes sure that the system has Chromium for the browser tests; never stops the other tests.
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the browser tests (once)"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq >/dev/null 2>&1 &&
        apt-get install -y -qq --no-install-recommends chromium fonts-liberation >/dev/null 2>&1 </dev/null; then
        exit 0
    fi
fi
cat >&2 <<'TEXT'
********************************************************************************
*  THERE IS NO CHROMIUM HERE AND IT COULD NOT BE INSTALLED.                     *
*  The browser tests are SKIPPED; every other test runs.                        *
*  Debian: apt-get install chromium. Elsewhere: set CHROMIUM=/path/to/chromium. *
********************************************************************************
TEXT
exit 0
