#!/bin/sh
# Renders the pages beside it in every way that has a golden file, into the folder DIR.
set -eu
dir=$1
here=$(dirname "$0")
AGENT=${AGENT:-$B/www4mail}
MODULES=${MODULES:-$B/modules}

render() { # NAME OPTION... : the page test/golden/NAME.html by these options
    name=$1
    shift
    "$AGENT" render --modules "$MODULES" --url https://golden.example/page.html \
        --mailto web@golden.example "$@" "$here/$name.html"
}

for width in 40 72 100; do
    render features --as text --width $width >"$dir/features.$width.txt"
done
render features --as text --blind >"$dir/features.blind.txt"
render features --as html >"$dir/features.mail.html"
render article --as article --width 72 >"$dir/article.72.txt"
