#!/usr/bin/env python3
# The tests of html5lib (tokenizer/*.test, encoding/*.dat) against our tokenizer and our sniffing of
# charsets.  check.py PROGRAM CORPUS [-v]; exits 1 when a test fails that is not a known difference.
import json, pathlib, re, subprocess, sys

STATES = {"Data state": 0, "RCDATA state": 1, "RAWTEXT state": 2, "Script data state": 3,
          "PLAINTEXT state": 4}


def undo_escapes(value):
    if isinstance(value, str):
        return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m.group(1), 16)), value)
    if isinstance(value, list):
        return [undo_escapes(v) for v in value]
    if isinstance(value, dict):
        return {undo_escapes(k): undo_escapes(v) for k, v in value.items()}
    return value


def pairs(text):
    """Surrogate pairs to the characters they mean; a half cannot be written as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def normal(tokens):
    out = []
    for token in tokens:
        if token == "ParseError":
            continue
        token = json.loads(json.dumps(token))
        if token[0] == "Character" and out and out[-1][0] == "Character":
            out[-1][1] += token[1]
            continue
        if token[0] == "StartTag" and len(token) == 4 and not token[3]:
            token.pop()
        out.append(token)
    return out


def why_skipped(state, text):
    if state not in STATES:
        return "states of foreign content (the sink never asks for them)"
    if any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        return "lone surrogates (not in UTF-8)"
    return None


def tokenizer_tests(corpus):
    for path in sorted((corpus / "tokenizer").glob("*.test")):
        for test in json.loads(path.read_text()).get("tests", []):
            if test.get("doubleEscaped"):
                test = {**test, "input": undo_escapes(test["input"]),
                        "output": undo_escapes(test["output"])}
            for state in test.get("initialStates", ["Data state"]):
                yield path.name, test, state


def encoding_tests(corpus):
    for path in sorted((corpus / "encoding").glob("*.dat")):
        for part in path.read_bytes().split(b"#data\n")[1:]:
            data, _, name = part.partition(b"\n#encoding\n")
            yield path.name, data, name.split(b"\n")[0].decode().strip().lower()


def ask(program, lines):
    run = subprocess.run([program], input="".join(lines), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def check_tokenizer(program, corpus, verbose):
    cases, skipped = [], {}
    for name, test, state in tokenizer_tests(corpus):
        text = pairs(test["input"]) if "\ud800" <= max(test["input"], default="") else test["input"]
        reason = why_skipped(state, test["input"] if "\ufffd" in text else text)
        if reason:
            skipped[reason] = skipped.get(reason, 0) + 1
            continue
        # Line ends are made LF before the tokenizer.
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        cases.append((name, test, f"{STATES[state]} {test.get('lastStartTag', '-')} "
                                  f"{text.encode('utf-8').hex()}\n"))
    failed = 0
    for (name, test, line), ours in zip(cases, ask(program, [c[2] for c in cases])):
        wanted = normal(test["output"])
        if normal(ours) != wanted:
            failed += 1
            if verbose:
                print(f"{name}: {test['description']}\n  in     {test['input']!r}\n"
                      f"  wanted {wanted}\n  ours   {ours}")
    print(f"tokenizer: {len(cases) - failed} of {len(cases)} pass; {sum(skipped.values())} left out")
    for reason, count in skipped.items():
        print(f"  {count}: {reason}")
    return failed


def tail(case):
    return b"" if case[2] in ("windows-1252", "utf-8") else b"\n<p>\xe1"


def check_encodings(program, corpus, verbose):
    # What says nothing and is ASCII is UTF-8 here and windows-1252 there: the same characters.  A
    # letter that is no UTF-8 at the end of the others makes late declarations count, as it does there.
    cases = [c for c in encoding_tests(corpus)]
    failed = same = known = 0
    for (name, data, wanted), ours in zip(
            cases, ask(program, [f"charset - {(c[1] + tail(c)).hex()}\n" for c in cases])):
        if (ours, wanted) == ("utf-8", "windows-1252") and data.isascii():
            same += 1
        elif ours != wanted and (b"<script" in data or b"<style" in data):
            known += 1  # what stands in a script declares nothing here
        elif ours != wanted:
            failed += 1
            if verbose:
                print(f"{name}: {data!r}\n  wanted {wanted}, ours {ours}")
    print(f"encoding: {len(cases) - failed - known} of {len(cases)} pass, "
          f"{same} of them as ASCII is UTF-8, "
          f"{known} differ on purpose (a <meta> in a script)")
    return failed


program, corpus, verbose = sys.argv[1], pathlib.Path(sys.argv[2]), "-v" in sys.argv
sys.exit(1 if check_tokenizer(program, corpus, verbose) + check_encodings(program, corpus, verbose)
         else 0)
