# SPDX-License-Identifier: ISC
"""The scenarios of the kill points.  A scenario is an account, what lies in its mailbox, and at need
what happens beside the agent; points.py does the rest.  To add one, add a line to SCENARIOS.

  mailbox, carrier   kinds of the account: imap, pop3, maildir, mbox; smtp, maildir
  done, submit       further settings of mailbox and submission, as accounts.yaml has them
  account            further lines of the account
  mails              what lies in the mailbox: (sender, body)
  words              what the IMAP server can do
  files_sent         the submission server puts a copy into the folder Sent
  before(bench)      once everything stands, before the run that is killed
  after_kill(bench)  between the death and the next run
  commands(bench)    what a run is, when it is not www4mail --once alone
  copies             a death may leave one copy more in the folder Done (the server has no MOVE)
  flags              False: marks in the mailbox are not compared, nor how it is polled
  in_doubt           how often a mail may come again when the death fell into the window
  named              the disk has no files without names, so a death may leave one behind
  no_key             the state directory has no key yet
  other_ids          Message-IDs differ from those of a run that nobody disturbed
  modes              who is killed: see points.py
  tls                both sides of the account speak it
  daemon             the run is a daemon, on a fast clock, which is told to end when all is done
  operator(bench)    between two runs after the death
"""
import dataclasses
import typing


@dataclasses.dataclass
class Scenario:
    name: str
    mailbox: str = "imap"
    carrier: str = "smtp"
    mails: list = dataclasses.field(default_factory=list)
    done: str = ""
    submit: str = "on_in_doubt: resend"
    account: str = ""
    words: str = "IMAP4rev1 UIDPLUS MOVE"
    files_sent: bool = False
    before: typing.Optional[typing.Callable] = None
    after_kill: typing.Optional[typing.Callable] = None
    commands: typing.Optional[typing.Callable] = None
    copies: bool = False
    flags: bool = True
    in_doubt: int = 1
    named: bool = False
    no_key: bool = False
    other_ids: bool = False
    modes: tuple = ("run", "process")
    tls: bool = False
    daemon: bool = False
    operator: typing.Optional[typing.Callable] = None


ANN, BOB, EVE = "ann@people.example", "bob@people.example", "eve@stranger.example"
ONE = [(ANN, "get {web}/one.html\n")]
LONG = [(ANN, "get {web}/long.html\n")]
TWO = [(ANN, "get {web}/one.html\n"), (BOB, "get {web}/two.html\n")]
SMALL_PARTS = "    replies: {part: 2k, format: text}\n"
VERIFY = "on_in_doubt: verify, sent_folder: Sent"
PAGES = {"/long.html": ("text/plain", "\n".join(
    f"Line {n} of a page that is too long for one mail." for n in range(60)))}


def numbers_change_before(bench):
    """A mailbox that was served, and lost its index; a new mail came meanwhile."""
    bench.run_undisturbed()
    bench.world.folders["INBOX"].renumber(8)
    bench.put_mail(2, BOB, "get {web}/two.html\n")


def numbers_change_after(bench):
    bench.world.folders["INBOX"].renumber(8)


def spawn_then_serve(bench):
    """A worker's part is done by a program that spawns later jobs; the agent carries them out."""
    return [bench.spawn_command(), bench.agent_command()]


def operator_decides(bench):
    """Who looks where the mails arrive, and says what becomes of what is in doubt."""
    for part, came in bench.doubts():
        bench.tell_agent("in-doubt", "accept" if came else "resend", str(part))


SCENARIOS = [
    Scenario("one part", mails=ONE),
    Scenario("three parts, MOVE", mails=LONG, account=SMALL_PARTS, done="done: {move: Done}"),
    Scenario("looked for and found", mails=ONE, submit=VERIFY, files_sent=True, in_doubt=0),
    Scenario("looked for in vain", mails=ONE, submit=VERIFY),
    Scenario("two mails, EXPUNGE", mails=TWO, done="done: {delete: yes}"),
    Scenario("on hold", mails=TWO, submit="on_in_doubt: hold", operator=operator_decides,
             in_doubt=0),
    Scenario("TLS on both sides", mails=ONE, submit=VERIFY, files_sent=True, in_doubt=0, tls=True),
    Scenario("a daemon", mails=TWO, done="done: {move: Done}, poll_every: 10s",
             submit="on_in_doubt: resend, in_doubt_wait: 30", daemon=True),
    Scenario("COPY", mails=ONE, done="done: {move: Done}", words="IMAP4rev1 UIDPLUS", copies=True),
    Scenario("a refusal", mails=[(ANN, "get {web}/no.html\n")],
             account="    urls: {deny: ['*/no.html'], allow_addresses: [127.0.0.0/8], ports: [{port}]}\n"),
    Scenario("a stranger and one of ours", mails=[(EVE, "get {web}/one.html\n"), ONE[0]]),
    Scenario("POP3", mailbox="pop3", mails=TWO, done="done: {delete: yes}"),
    Scenario("Maildir to Maildir", mailbox="maildir", carrier="maildir", mails=TWO, in_doubt=0),
    Scenario("Maildir, moved", mailbox="maildir", mails=LONG, account=SMALL_PARTS,
             done="done: {move: .Done}"),
    Scenario("mbox, emptied", mailbox="mbox", carrier="maildir", mails=TWO,
             done="done: {delete: yes}", in_doubt=0),
    Scenario("a later job", mailbox="maildir", carrier="smtp", mails=ONE,
             commands=spawn_then_serve),
    Scenario("UIDVALIDITY before", mails=ONE, before=numbers_change_before),
    Scenario("UIDVALIDITY after", mails=TWO, after_kill=numbers_change_after, flags=False,
             other_ids=True),
    Scenario("the first run", mailbox="maildir", carrier="maildir", mails=ONE, no_key=True,
             other_ids=True, in_doubt=0, modes=("run",)),
    Scenario("a plain disk", mailbox="mbox", carrier="maildir", mails=ONE, named=True, no_key=True,
             other_ids=True, done="done: {delete: yes}", in_doubt=0, modes=("run",)),
    Scenario("dying at each end, POP3", mailbox="pop3", mails=TWO, modes=("series",)),
    Scenario("dying at each end, looked for", mails=LONG, account=SMALL_PARTS, submit=VERIFY,
             modes=("series",)),
    Scenario("dying at each end, found", mails=TWO, submit=VERIFY, files_sent=True, in_doubt=0,
             modes=("series",)),
    Scenario("SIGTERM, two mails", mails=TWO, modes=("term",)),
    Scenario("SIGTERM, three parts", mailbox="pop3", mails=LONG, account=SMALL_PARTS,
             done="done: {delete: yes}", modes=("term",)),
    Scenario("SIGTERM, Maildir", mailbox="maildir", carrier="maildir", mails=TWO,
             modes=("term",), in_doubt=0),
]
