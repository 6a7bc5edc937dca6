# Calls that nobody makes here; the connectors of libetpan that verify nothing.
set -eu
functions='strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|atol|atoll|localtime|gmtime|rand|system|popen|alloca|mktemp|tmpnam'
found=$(grep -rnE "(^|[^_[:alnum:]])($functions)\(" --include='*.c' --include='*.h' agent fetchers render || :)
connectors='mail(imap|pop3|smtp)_(ssl_connect|socket_connect|socket_starttls)[a-z_]*|mailstream_(ssl|socket)_open[a-z_]*'
found="$found$(grep -rnE "($connectors)\(" --include='*.c' agent fetchers render || :)"
found="$found$(grep -rnE '(^|[^_[:alnum:]])(printf|puts|fputs|fprintf)\(' --include='*.c' fetchers render agent/policy agent/request agent/reply agent/ledger agent/config agent/parse || :)"
found="$found$(grep -rnE '\b(regcomp|regexec)\b' --include='*.c' agent fetchers render || :)"
[ -z "$found" ] || { echo "$found"; exit 1; }
