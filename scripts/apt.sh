# Sourced where Debian packages are fetched: apt with lists, cache and locks of its own, so that it needs no root and
# leaves the machine's apt as it is. The addresses of the mirrors are those of the machine's own configuration.
# shellcheck shell=bash disable=SC2034

# use_private_apt FOLDER: creates the folder and sets APT, the options that make apt work in it.
use_private_apt() {
    command -v apt-get dpkg-deb >/dev/null || return 1
    mkdir -p "$1/lists/partial" "$1/archives/partial"
    APT=(-q
        -o Dir::State="$1" -o Dir::State::Lists="$1/lists" -o Dir::Cache="$1" -o Dir::Cache::Archives="$1/archives"
        -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)
}
