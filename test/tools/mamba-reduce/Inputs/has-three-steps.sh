#!/bin/sh
# Interesting: a scan over at least three steps.
if grep -Eq 'ssm.scan .*a\(%[^ ]* : tensor<[0-9]+x([3-9]|[0-9][0-9]+)x' "$1"; then exit 1; fi
exit 0
