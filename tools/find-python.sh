#!/bin/sh
# Print the path of a Python >= 3.12 that runs, or say how to get one.
# Looked for: $PYTHON, python3.14 to python3.12 and python3 on the path, then pyenv's versions.
fits() {
    [ -n "$1" ] && "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

candidates() {
    [ -n "$PYTHON" ] && echo "$PYTHON"
    for name in python3.14 python3.13 python3.12 python3; do
        command -v "$name"
    done
    for root in "$PYENV_ROOT" "$HOME/.pyenv"; do
        [ -d "$root/versions" ] || continue
        for version in 3.14 3.13 3.12; do
            ls -d "$root/versions/$version"*/bin/python3 2>/dev/null | sort -rV
        done
    done
}

candidates | while read -r python; do
    if fits "$python"; then
        echo "$python"
        exit 3
    fi
done
if [ $? -ne 3 ]; then
    echo "Estran needs Python 3.12 or newer, with venv. Install it (Debian 13 or Ubuntu 24.04: apt install python3-venv; or pyenv install 3.13), or run: make PYTHON=/path/to/python3.13 …" >&2
    echo "Estran a besoin de Python 3.12 ou plus récent, avec venv. Installez-le (Debian 13 ou Ubuntu 24.04 : apt install python3-venv ; ou pyenv install 3.13), ou lancez : make PYTHON=/chemin/vers/python3.13 …" >&2
    exit 1
fi
