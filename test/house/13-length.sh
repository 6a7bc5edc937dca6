# Files under 500 lines; functions at a median of 15 lines or less, nine of ten under 50, none over 80.
set -eu
command -v ctags >/dev/null || { echo "no ctags"; exit 77; }
python3 - <<'PY'
import pathlib, statistics, subprocess, sys

files = sorted(str(p) for top in ("agent", "fetchers", "render") for p in pathlib.Path(top).rglob("*.[ch]"))
faults = [f"{f}: {n} lines" for f in files if (n := len(open(f).readlines())) > 500]
out = subprocess.run(["ctags", "-f", "-", "--languages=C", "--c-kinds=f", "--fields=+ne", *files],
                     capture_output=True, text=True, check=True).stdout
lengths = []
for line in out.splitlines():
    parts = line.split("\t")
    fields = dict(p.split(":", 1) for p in parts[3:] if ":" in p)
    if "end" in fields and "line" in fields:
        n = int(fields["end"]) - int(fields["line"]) + 1
        lengths.append(n)
        if n > 80:
            faults.append(f"{parts[1]}: {parts[0]} has {n} lines")
lengths.sort()
median, p90 = statistics.median(lengths), lengths[len(lengths) * 9 // 10]
print(f"figure: {len(lengths)} functions, median {median:g} lines, p90 {p90}, longest {lengths[-1]}")
if median > 15:
    faults.append(f"the median function has {median} lines")
if p90 > 50:
    faults.append(f"one function in ten is longer than {p90} lines")
print("\n".join(faults))
sys.exit(1 if faults else 0)
PY
