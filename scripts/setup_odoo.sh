#!/usr/bin/env bash
# Unpacks Debian's package of Odoo 19 into the cache folder and repairs what Debian leaves out of it.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/env.sh"
source "$SCRIPTS/apt.sh"

HINT="Is the network there? Or name an Odoo 19 source tree that you have: ODOO_SOURCE=/path/to/odoo"

work="$ODOO_TREE.part"
rm -rf "$work"
use_private_apt "$work/apt" || die "Odoo 19 comes as a Debian package, and this machine has no apt." "$HINT"

# The package is in Debian's suite "sid", which the machine's mirrors carry although the machine does not install from it.
keyring="$(compgen -G '/usr/share/keyrings/debian-archive-keyring.*' | head -n1 || true)"
# shellcheck disable=SC2016  # $(REPO_URI) is apt's own
mirrors="$(apt-get indextargets -o APT::Get::IndexTargets::OnlyPresent=false --format '$(REPO_URI)' \
    'Created-By: Packages' | awk '!seen[$0]++')"
APT+=(-o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null)
versions=
for mirror in $mirrors; do
    echo "deb ${keyring:+[signed-by=$keyring]} $mirror sid main" >"$work/apt/sources.list"
    apt-get "${APT[@]}" update >>"$LOG" 2>&1 || continue
    versions="$(apt-cache "${APT[@]}" show "$ODOO_PACKAGE" 2>/dev/null | sed -n 's/^Version: //p')"
    [[ -z "$versions" ]] || break
done
[[ -n "$versions" ]] || die "none of this machine's Debian mirrors offers the package $ODOO_PACKAGE." "$HINT"

version="$ODOO_VERSION"
if ! grep -qxF "$version" <<<"$versions"; then
    version="$(grep -m1 '^19\.0\.' <<<"$versions")" || die "Debian offers no Odoo 19.0 any more, but $versions." "$HINT"
    say "NOTE: Debian no longer offers Odoo $ODOO_VERSION, so version $version is used, which this module was not tested with."
fi

mkdir "$work/packages" "$work/tree"
cd "$work/packages"
# Beside Odoo: the fonts and the JavaScript that its package links to, and the fonts for PDFs.
try "$HINT" apt-get "${APT[@]}" download "$ODOO_PACKAGE=$version" libjs-jquery libjs-jquery-form libjs-underscore \
    fonts-dejavu-core fonts-inconsolata fonts-montserrat fonts-ocr-b fonts-roboto-unhinted
for package in *.deb; do
    try "Unpacked, Odoo takes 1.3 GB. Is there enough space on the disk?" dpkg-deb -x "$package" "$work/tree"
done

cd "$work/tree/usr/lib/python3/dist-packages"
# A second copy of the add-ons without their data, which Odoo would take for real ones.
rm -r addons doc setup
# Debian leaves this file out for its licence; without it each page logs an error, which fails every browser tour.
mkdir -p odoo/addons/mail/static/lib/selfie_segmentation
touch odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js
# Odoo's icons are those of Font Awesome 4.7, and Debian links to another version, in which they are empty boxes.
try "$HINT" "$VENV/bin/pip" install --disable-pip-version-check --no-deps --target "$work/icons" \
    "XStatic-Font-Awesome==$FONT_AWESOME_VERSION"
find odoo -type l -lname '*/fonts-font-awesome/*' | while read -r link; do
    cp --remove-destination "$work/icons/xstatic/pkg/font_awesome/data/fonts/$(basename "$link")" "$link"
done

rm -rf "$ODOO_TREE"
mv "$work/tree" "$ODOO_TREE"
rm -rf "$work"
