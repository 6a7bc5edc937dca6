# run_one.sh NAME COMMAND...: one test in a folder of its own, which is removed with what it left
# there.  Says how it went, in one piece, and leaves a mark in $RESULTS.
set -u
name=$1
shift
folder=$(mktemp -d)
chmod 755 "$folder" # servers that give up root must get through
began=$(date +%s)
TMPDIR=$folder "$@" >"$folder/output" 2>&1 </dev/null
code=$?
took=$(($(date +%s) - began))
if [ $code = 0 ]; then
    result=passed
    said="ok       $name  (${took} s)
$(sed -n 's/^figure: /         /p' "$folder/output")"
elif [ $code = 77 ]; then
    result=skipped
    said="skipped  $name: $(tail -n 1 "$folder/output")"
else
    result=failed
    said="FAILED   $name  (exit $code)
$(tail -n 60 "$folder/output" | sed 's/^/    /')"
fi
echo "$said" | sed '/^$/d' >"$folder/said"
flock "$RESULTS" cat "$folder/said"
echo "$name" >"$(mktemp "$RESULTS/$result.XXXXXX")"
rm -rf "$folder"
exit 0
