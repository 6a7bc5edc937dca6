# Pages that need what only few do (letters counted, converters from files, the data base of file
# types) are read by a second, better prepared child: by `render`, which has no zygote, and in a run.
. test/flow/functions.sh

mkdir -p "$T/www"
# "caf\xe9 ..." in windows-1252, Russian in windows-1251, Japanese in Shift_JIS: none is declared.
printf '<title>Menu</title><p>caf\351 na\357f d\351j\340 vu, \340 la carte, cr\350me br\373l\351e\n' \
    >"$T/www/west.html"
printf '<title>East</title><p>\317\360\350\342\345\362 \354\350\360, \377 \347\344\345\361\374. \315\345 \355\340\344\356 \341\356\377\362\374\361\377, \342\361\345 \341\363\344\345\362 \365\360\356\370\356.\n' \
    >"$T/www/east.html"
printf '<title>Port</title><p>\223\372\226\173\214\352\202\314\203\145\203\114\203\130\203\147\202\305\202\267\201\102\202\261\202\352\202\315\n' \
    >"$T/www/sjis.html"
printf '<meta charset=shift_jis><title>Said</title><p>\223\372\226\173\214\352\n' >"$T/www/said.html"
printf '\211PNG\r\n\032\n\000\000\000\rIHDR\000\000\000\001\000\000\000\001\010\000\000\000\000:~\233U' \
    >"$T/www/picture"

shown() { # FILE WORD [ARGUMENTS...]: without a zygote
    file=$1 word=$2
    shift 2
    expect_code 0 agent render --as text "$@" "$T/www/$file"
    expect_in "$T/stdout" "$word"
    [ ! -s "$T/stderr" ] || fail "it was not quiet"
}
shown west.html 'café naïf déjà vu'
shown east.html 'Привет мир'
shown sjis.html '日本語'
shown said.html '日本語'
shown said.html '日本語' --charset shift_jis
expect_code 0 agent render --as source --type '' "$T/www/picture"
cmp "$T/stdout" "$T/www/picture" || fail "a picture has changed"

start_nginx
write_accounts </dev/null
for page in west.html east.html sjis.html said.html picture; do
    echo "GET $WEB/$page" | deliver ann
done
expect_code 0 agent --once
expect_replies ann 5
read_replies ann >"$T/answer"
expect_in "$T/answer" 'café naïf déjà vu'
expect_in "$T/answer" 'Привет мир'
expect_in "$T/answer" '日本語'
expect_in "$T/answer" 'image/png'

# A request whose HTML form must be guessed at, too.
printf 'From: fay@people.example\r\nTo: web@agent.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>get %s/west.html<p>-- <br>d\351j\340 vu, cr\350me br\373l\351e, na\357f\r\n' \
    "$WEB" >"$T/in/new/1700000000.html.test"
expect_code 0 agent --once
read_replies fay >"$T/answer"
expect_in "$T/answer" 'café naïf déjà vu'
