# Includes point one way: base <- nouns <- config, ledger <- modules <- rooms <- parse <- pipeline
# <- process <- commands <- main; and a library stays in its rooms.
set -eu
python3 - <<'PY'
import pathlib, re, sys

NOUNS = {
    "agent/module.h", "agent/stages.h", "agent/stages.c", "agent/request/headers.h",
    "agent/request/parts.h", "agent/request/request.h", "agent/request/target.h",
    "agent/reply/submission.h", "agent/reply/reply.h", "fetchers/mailbox/message.h",
    "fetchers/web/page.h", "agent/request/address_list.h", "render/document.h", "render/facts.h", "render/tree.h",
}
LEVELS = [
    ("agent/base/", 0), ("agent/config/", 2), ("agent/ledger/", 2), ("agent/modules/", 3),
    ("agent/request/", 4), ("agent/policy/", 4), ("agent/quota/", 4), ("agent/reply/", 4),
    ("fetchers/", 4), ("render/", 4), ("agent/parse/", 5), ("agent/pipeline", 6),
    ("agent/work.h", 6), ("agent/process/", 7), ("agent/commands/", 8), ("agent/main.c", 9),
]
LIBRARIES = {
    "libetpan": ["fetchers/mailbox/", "agent/request/"],
    "curl": ["fetchers/web/", "agent/reply/"],
    "yaml.h": ["agent/config/", "agent/modules/"],
    "sqlite3.h": ["agent/ledger/"],
    "gnutls": ["agent/base/"], "nettle": ["agent/base/"],
    "seccomp.h": ["agent/base/"], "idn2.h": ["agent/base/"],
    "uchardet": ["render/"], "magic.h": ["render/"],
    "expat.h": ["render/"], "md4c-html.h": ["render/"], "md4c.h": ["render/"],
    "cmocka.h": [],
}

def level(path):
    if path in NOUNS:
        return 1
    for prefix, number in LEVELS:
        if path.startswith(prefix):
            return number
    sys.exit(f"{path}: stands in no room that test/house/10-includes.sh knows")

def room(path):
    return "render" if path.startswith("render/") else path.rsplit("/", 1)[0]

faults = []
for file in sorted(p for top in ("agent", "fetchers", "render") for p in pathlib.Path(top).rglob("*.[ch]")):
    name = str(file)
    for number, line in enumerate(file.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if not found:
            continue
        kind, target = found.groups()
        if kind == '"':
            if not pathlib.Path(target).exists():
                faults.append(f'{name}:{number}: "{target}" is not written from the root')
            elif target.endswith((".inc",)):
                continue
            elif level(target) > level(name):
                faults.append(f"{name}:{number}: {room(name)} must not know {target}")
            elif level(target) == level(name) == 4 and room(target) != room(name):
                faults.append(f"{name}:{number}: rooms do not include each other: {target}")
            continue
        for library, rooms in LIBRARIES.items():
            head = target.split("/")[0]
            if (head == library or target == library) and not any(name.startswith(r) for r in rooms):
                faults.append(f"{name}:{number}: {library} stays in {', '.join(rooms) or 'the tests'}")
print("\n".join(faults))
sys.exit(1 if faults else 0)
PY
