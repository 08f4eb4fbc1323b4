#!/bin/sh
# Installs the Debian packages of cmake/packages.txt that are missing; does nothing, quickly, when all are there.
# It is not for other distributions: there it says which packages to look for.
set -eu

list="$(dirname "$0")/packages.txt"
wanted=$(grep -v '^#' "$list")

fail() {
  echo "setup.sh: $1" >&2
  exit 1
}

if ! command -v dpkg-query > /dev/null || ! command -v apt-get > /dev/null; then
  fail "this is not Debian; install the equivalents of the packages in $list, then run cmake -G Ninja -S . -B build"
fi

missing=""
for package in $wanted; do
  case "$(dpkg-query -W -f '${Status}' "$package" 2> /dev/null || true)" in
    *" installed") ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo > /dev/null || fail "packages are missing and this is neither root nor is there sudo; run as root: apt-get install$missing"
  as_root="sudo"
fi
echo "setup.sh: installing$missing" >&2
$as_root apt-get update -q >&2 || echo "setup.sh: apt-get update had errors; going on with the lists there are" >&2
for package in $missing; do
  apt-cache policy "$package" | grep -q 'Candidate: [^(]' ||
    fail "no package '$package' in the enabled archives; LLVM 22 comes from Debian 12's
security archive: enable bookworm-security in /etc/apt/sources.list and run this again"
done
# shellcheck disable=SC2086 # a list of words on purpose
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing >&2 ||
  fail "apt-get install failed (above); mend that, then run this again"
