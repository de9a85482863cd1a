#!/bin/sh
# Fails if the compiler fuses a product and a sum into one instruction anywhere
# in the library: results would then differ from platform to platform. Go may do
# so (arm64, ppc64, s390x, amd64 from v3 on) unless the product is converted:
# float64(x*y) + z. Lines that call math.FMA, or say "never complex" because the
# generic code is not reached by complex numbers, may have the instruction.
set -eu
cd "$(dirname "$0")/.."
listing=$(mktemp)
trap 'rm -f "$listing"' EXIT
GOARCH=arm64 go build -gcflags=-S ./expr/... ./autodiff/... ./optimize/... ./backend/... 2>"$listing"
grep -q TEXT "$listing" || { echo "contraction: no listing" >&2; exit 1; }
sed -nE 's/.*\(([^()]+\.go):([0-9]+)\)[[:space:]]+FN?M(ADD|SUB)[SD][[:space:]].*/\1 \2/p' "$listing" | sort -u |
	while read -r file line; do
		text=$(sed -n "${line}p" "$file")
		case $text in
		*"math.FMA("* | *"never complex"*) ;;
		*) echo "$file:$line: fused:$text" ;;
		esac
	done >"$listing.found"
found=$(cat "$listing.found")
rm -f "$listing.found"
[ -z "$found" ] || { echo "$found"; exit 1; }
