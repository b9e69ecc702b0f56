#!/bin/sh
# Copies the front-end files from the npm registry into app/static/vendor: frontend.sh VENV.
# Uses the machine's npm; without one, the npm of a wheel, installed into VENV.
set -eu
venv=$1
vendor=app/static/vendor

if command -v npm >/dev/null 2>&1 && [ "$(npm --version | cut -d. -f1)" -ge 9 ]; then
    npm=npm
else
    echo "No npm here (9 or newer): taking it from a wheel"
    "$venv/bin/python" -m pip --disable-pip-version-check -qq install --require-hashes -r requirements-node.txt
    PATH="$(pwd)/$venv/bin:$PATH"
    npm=npm
fi
"$npm" ci --ignore-scripts --no-audit --no-fund --loglevel=error

rm -rf "$vendor"
mkdir -p "$vendor"
take() { sed -e 's|/\*# sourceMappingURL=[^ ]* \*/$||' -e 's|//# sourceMappingURL=[^ ]*$||' "node_modules/$1" > "$vendor/$2"; }
take @tabler/core/dist/css/tabler.min.css tabler.css
take @tabler/core/dist/js/tabler.min.js tabler.js
take htmx.org/dist/htmx.min.js htmx.js
take plotly.js-basic-dist-min/plotly-basic.min.js plotly.js
for script in latin latin-ext cyrillic greek; do
    cp "node_modules/@fontsource-variable/inter/files/inter-$script-wght-normal.woff2" "$vendor/inter-$script.woff2"
done
