#!/bin/sh
# Makes a virtual environment: python.sh PYTHON FOLDER. Says in one sentence what is missing.
set -eu
python=$1
folder=$2

command -v "$python" >/dev/null 2>&1 || {
    echo "Accord needs Python 3.11 or newer, and there is no $python here. Install it, or name one: make setup PYTHON=/path/to/python" >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Accord needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Name a newer one: make setup PYTHON=/path/to/python" >&2
    exit 1
}
if [ -x "$folder/bin/python" ] && "$folder/bin/python" -c 'import pip' >/dev/null 2>&1; then
    exit 0
fi
"$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || {
    echo "This Python has no venv module. On Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
}
rm -rf "$folder"
"$python" -m venv "$folder"
