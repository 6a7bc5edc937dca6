# make install puts everything where a package wants it, and the example module builds.
. test/flow/functions.sh

make -s B="$B" SANITIZE="${SANITIZE:-}" install DESTDIR="$T/staged" PREFIX=/usr >"$T/out" 2>&1 || { cat "$T/out"; fail "make install"; }
for file in bin/www4mail lib/www4mail/modules/http.so lib/www4mail/modules/http.module \
    share/man/man1/www4mail.1 share/man/man3/www4mail-module.3 share/man/man5/accounts.yaml.5 \
    share/man/man7/www4mail-commands.7 share/doc/www4mail/accounts.yaml.example; do
    [ -e "$T/staged/usr/$file" ] || fail "$file was not installed"
done
write_accounts </dev/null
expect_code 0 "$T/staged/usr/bin/www4mail" -c "$T/accounts.yaml" check-config
expect_code 0 "$T/staged/usr/bin/www4mail" modules
expect_in "$T/stdout" "$T/staged/usr/bin/../lib/www4mail/modules/http.so"
make -s B="$B" uninstall DESTDIR="$T/staged" PREFIX=/usr
[ -z "$(find "$T/staged" -type f)" ] || fail "left behind: $(find "$T/staged" -type f)"
