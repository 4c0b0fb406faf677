"""What is special to the local forge: many writers, sudden death, foreign Git, hostile trees, failing disks."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gradepost.forge.base import PullState, Review, Verdict
from gradepost.forge.local import LocalForge
from gradepost.forge.objects import MAX_DEPTH
from gradepost.forge.pulls import PullStore
from gradepost.model.trouble import ForgeError, Moved

BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"
PRELUDE = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from gradepost.forge import branches, pulls
from gradepost.forge.local import LocalForge
from gradepost.model.trouble import ForgeError, Moved
AT = datetime(2021, 5, 18, 9, 0, tzinfo=UTC)
BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"
path, *rest = sys.argv[1:]
forge = LocalForge(Path(path))
"""


@pytest.fixture
def ledger(tmp_path, at):
    """The path of a bare ledger with one commit."""
    forge = LocalForge.create(tmp_path / "ledger.git")
    forge.commit("main", {"ledger.toml": b"one\ntwo\nthree\n"}, "Start", at, expected=None)
    yield tmp_path / "ledger.git"
    forge.close()


@pytest.fixture
def forge(ledger):
    forge = LocalForge(ledger)
    yield forge
    forge.close()


def git(repository, *arguments, stdin=None):
    command = ["git", "-C", str(repository), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def is_sound(repository):
    return git(repository, "fsck", "--full", "--strict", "--no-dangling") == ""


def process(script, *arguments, before=()):
    command = [*before, sys.executable, "-c", PRELUDE + script, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def run(script, *arguments):
    child = process(script, *arguments)
    said, trouble = child.communicate(timeout=60)
    return child.returncode, said, trouble


def file(forge, at, files=None, branch=BRANCH):
    return forge.commit(branch, files or {"a/tags.json": b"tags\n"}, "File", at, expected=forge.head(branch))


def filed_pull(forge, at, files=None):
    file(forge, at, files)
    return forge.open_pull(BRANCH, "Dossier", "", at)


def merge(forge, at, pull):
    return forge.merge(pull.number, pull.head, forge.merge_candidate(pull.number, "Merge", at), at)


def hostile_commit(ledger, entries):
    """A commit of Git's own making; `entries` are lines of `git mktree`, `{blob}` and `{commit}` in them filled."""
    blob = git(ledger, "hash-object", "-w", "--stdin", stdin=b"secret")
    lines = "".join(entries).format(blob=blob, commit=git(ledger, "rev-parse", "main"))
    return commit_tree(ledger, git(ledger, "mktree", "--missing", stdin=lines.encode()))


def commit_tree(ledger, tree):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    return git(ledger, *who, "commit-tree", "-p", "main", "-m", "hostile", tree)


# Opening


def test_a_work_tree_is_read_like_a_bare_repository(ledger, forge, tmp_path):
    git(tmp_path, "clone", "--quiet", "ledger.git", "clone")

    clone = LocalForge(tmp_path / "clone")

    assert clone.head("main") == forge.head("main") == clone.revision("HEAD") == clone.revision("origin/main")
    assert clone.read("origin/main", "ledger.toml") == b"one\ntwo\nthree\n"


def test_no_repository_further_up_is_taken(ledger, tmp_path):
    git(tmp_path, "clone", "--quiet", "ledger.git", "clone")
    inside = tmp_path / "clone" / "var"
    inside.mkdir()

    for path in (inside, tmp_path / "nowhere"):
        with pytest.raises(ForgeError):
            LocalForge(path)


def test_making_a_ledger_twice_keeps_what_is_in_it(ledger, forge):
    again = LocalForge.create(ledger)

    assert again.head("main") == forge.head("main")


def test_reading_makes_no_database(ledger, forge):
    forge.list("main")
    forge.changed("main", "main")

    assert not (ledger / "pulls.sqlite3").exists()


def test_a_revision_is_named_as_in_git(ledger, forge, at):
    first = forge.head("main")
    second = file(forge, at, branch="main")

    names = ["main", "main~1", second, first[:12], "HEAD"]

    assert [forge.revision(name) for name in names] == [second, first, second, first, second]
    with pytest.raises(ForgeError):
        forge.revision("no such thing")


def test_a_closing_that_ended_half_way_is_finished_by_repeating_it(ledger, forge, at, monkeypatch):
    pull = filed_pull(forge, at)
    with monkeypatch.context() as broken:
        broken.setattr("gradepost.forge.branches.remove", lambda *_, **__: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(ForgeError):
            forge.close_pull(pull.number, pull.head, at)
    half_way = forge.pull(pull.number).state, forge.head(BRANCH)

    LocalForge(ledger).close_pull(pull.number, pull.head, at)

    assert half_way == (PullState.CLOSED, pull.head)
    assert forge.head(BRANCH) is None


def test_a_commit_names_the_software_and_its_own_instant_in_utc(ledger, forge, at):
    file(forge, at)

    said = git(ledger, "log", "-1", "--format=%an <%ae> %aI %cn <%ce> %cI", BRANCH)

    who = "Gradepost <gradepost@localhost.invalid> 2021-05-18T09:00:00"
    assert said.replace("+00:00", "").replace("Z", "") == f"{who} {who}"


def test_two_ledgers_filled_alike_have_the_same_commits(ledger, forge, tmp_path, at):
    other = LocalForge.create(tmp_path / "other.git")
    other.commit("main", {"ledger.toml": b"one\ntwo\nthree\n"}, "Start", at, expected=None)

    assert file(other, at) == file(forge, at)


# Many writers


def test_two_writers_of_one_branch_one_wins(ledger, forge, at):
    seen = file(forge, at)
    together = threading.Barrier(8)

    def write(number):
        together.wait()
        try:
            return forge.commit(BRANCH, {f"a/{number}.json": b"x"}, "File", at, expected=seen)
        except Moved:
            return None

    with ThreadPoolExecutor(8) as threads:
        won = [commit for commit in threads.map(write, range(8)) if commit]

    assert won == [forge.head(BRANCH)]
    assert is_sound(ledger)


def test_a_repeated_commit_is_answered_with_what_stands(forge, at):
    start = forge.head("main")
    first = forge.commit(BRANCH, {"a": b"1"}, "File", at, expected=None, parent=start)

    assert forge.commit(BRANCH, {"a": b"1"}, "File", at, expected=None, parent=start) == first


def test_two_processes_on_one_branch_lose_nothing(ledger, forge):
    script = """
who, count = rest
for number in range(int(count)):
    while True:
        try:
            head = forge.head(BRANCH)
            forge.commit(BRANCH, {f"{who}/{number}.json": b"x"}, f"{who} {number}", AT, expected=head)
            break
        except Moved:
            pass
"""
    both = [process(script, ledger, who, 40) for who in ("one", "two")]
    ends = [(child.communicate(timeout=60), child.returncode) for child in both]

    assert [code for _, code in ends] == [0, 0], ends
    assert len(forge.list(BRANCH, "one")) == len(forge.list(BRANCH, "two")) == 40
    assert git(ledger, "rev-list", "--count", f"main..{BRANCH}") == "80"
    assert is_sound(ledger)


def test_two_processes_open_one_pull_request(ledger, forge, at):
    for number in range(60):
        file(forge, at, branch=f"dossier/{number}")
    script = """
forge.pulls()
sys.stdin.readline()
print([forge.open_pull(f"dossier/{number}", "Dossier", "", AT).number for number in range(60)])
"""

    both = [process(script, ledger) for _ in range(2)]
    for child in both:
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [child.communicate(timeout=60) for child in both]

    assert said == [(f"{list(range(1, 61))}\n", "")] * 2
    assert len(forge.pulls()) == 60


def test_a_slow_writer_is_waited_for_not_robbed(ledger, forge, at):
    seen = file(forge, at)
    script = """
import time
with forge._turn.taken(BRANCH) as now:
    head = forge._repository.commit(BRANCH).id
    with branches.held(forge._repository.git, BRANCH, expected=head, now=now) as transaction:
        print("held", flush=True)
        time.sleep(1)
        transaction.set_target(branches.ref(BRANCH), forge._repository.commit("main").id)
"""
    slow = process(script, ledger)
    slow.stdout.readline()

    with pytest.raises(Moved):
        forge.commit(BRANCH, {"ours.json": b"x"}, "Ours", at, expected=seen)

    assert slow.wait(timeout=10) == 0
    assert forge.head(BRANCH) == forge.head("main")


def test_each_thread_has_a_repository_of_its_own(forge):
    with ThreadPoolExecutor(1) as thread:
        other = thread.submit(lambda: forge._repository.git).result()

    assert other is not forge._repository.git
    assert forge._repository.git is forge._repository.git


def test_nobody_looks_while_another_decides(ledger, forge, at):
    head = file(forge, at)
    other = LocalForge(ledger)

    with ThreadPoolExecutor(1) as thread:
        with forge._store.acting():
            later = thread.submit(other.open_pull, BRANCH, "Dossier", "", at)
            time.sleep(0.2)
            forge._store.insert_pull(BRANCH, "Dossier", "", head, at)

        assert later.result().number == 1
    other.close()


def test_the_database_itself_refuses_a_second_open_pull_request_of_a_branch(forge, at):
    head = filed_pull(forge, at).head

    with pytest.raises(ForgeError), forge._store.acting():
        forge._store.insert_pull(BRANCH, "Dossier", "", head, at)


def test_a_database_that_another_is_just_making_is_waited_for(tmp_path):
    maker = sqlite3.connect(tmp_path / "pulls.sqlite3", isolation_level=None, check_same_thread=False)
    maker.execute("BEGIN IMMEDIATE")

    with ThreadPoolExecutor(1) as thread:
        store = thread.submit(PullStore, tmp_path / "pulls.sqlite3")
        time.sleep(0.2)
        maker.execute("ROLLBACK")

        store.result().close()
    maker.close()


def test_many_threads_open_one_pull_request(forge, at):
    file(forge, at)

    with ThreadPoolExecutor(8) as threads:
        pulls = list(threads.map(lambda _: forge.open_pull(BRANCH, "Dossier", "", at), range(32)))

    assert {pull.number for pull in pulls} == {1}


def test_of_a_merge_and_a_commit_at_once_exactly_one_happens(ledger, forge, at):
    """Were both to happen, a submission would stand on a branch without a pull request."""
    for number in range(25):
        pull = filed_pull(forge, at, {f"a/{number}.json": b"x"})
        candidate = forge.merge_candidate(pull.number, "Merge", at)
        together = threading.Barrier(2)

        def attempt(act, *arguments, together=together, **named):
            together.wait()
            try:
                act(*arguments, **named)
            except Moved:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            merging = threads.submit(attempt, forge.merge, pull.number, pull.head, candidate, at)
            late = threads.submit(
                attempt, forge.commit, BRANCH, {f"b/{number}.json": b"x"}, "Late", at, expected=pull.head
            )
        assert merging.result() != late.result()
        if late.result():
            merge(forge, at, forge.pull(pull.number))

    assert is_sound(ledger)


def test_a_push_by_git_is_never_overwritten(ledger, forge, tmp_path, at):
    seen = file(forge, at)
    git(tmp_path, "clone", "--quiet", "--branch", BRANCH, "ledger.git", "clone")
    who = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    git(tmp_path / "clone", *who, "commit", "--quiet", "--allow-empty", "-m", "theirs")
    git(tmp_path / "clone", "push", "--quiet")

    with pytest.raises(Moved):
        forge.commit(BRANCH, {"ours.json": b"x"}, "Ours", at, expected=seen)

    assert forge.head(BRANCH) == git(tmp_path / "clone", "rev-parse", "HEAD")


def test_branches_that_git_packed_are_moved_and_removed_alike(ledger, forge, at):
    pull = filed_pull(forge, at)
    git(ledger, "pack-refs", "--all")

    merge(forge, at, pull)

    assert forge.head(BRANCH) is None
    assert git(ledger, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


# Sudden death


def test_a_killed_process_leaves_a_sound_repository_and_every_commit_it_told_of(ledger, forge):
    script = """
for number in range(100_000):
    print(forge.commit(BRANCH, {f"a/{number}.json": b"x"}, str(number), AT, expected=forge.head(BRANCH)), flush=True)
"""
    for _ in range(4):
        child = process(script, ledger)
        first = child.stdout.readline()
        time.sleep(0.1)
        child.send_signal(signal.SIGKILL)
        told = [first.strip(), *re.findall(r"^[0-9a-f]{40}$", child.communicate(timeout=10)[0], re.MULTILINE)]

        assert set(told) <= set(git(ledger, "rev-list", BRANCH).split())
    assert is_sound(ledger)


DIES = {
    "before main moves": "branches.move = lambda *a, **k: os._exit(9)",
    "after main moved": "move = branches.move; branches.move = lambda *a, **k: (move(*a, **k), os._exit(9))",
    "after the branch went": "pulls.PullStore.finish_merge = lambda *a: os._exit(9)",
}


@pytest.mark.parametrize("when", DIES)
def test_a_merge_that_died_half_way_is_completed_by_repeating_it(ledger, forge, at, when):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    script = f"{DIES[when]}\nforge.merge({pull.number}, rest[0], rest[1], AT)"

    assert run(script, ledger, pull.head, candidate)[0] == 9
    again = forge.merge(pull.number, pull.head, candidate, at)

    assert again == candidate == forge.head("main")
    assert forge.pull(pull.number).merged_as == candidate
    assert forge.head(BRANCH) is None
    assert git(ledger, "rev-list", "--count", "--merges", "main") == "1"


@pytest.mark.parametrize("when", ["after main moved", "after the branch went"])
def test_a_merge_that_died_half_way_is_seen_as_merged_by_whoever_looks_next(ledger, forge, at, when):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    run(f"{DIES[when]}\nforge.merge({pull.number}, rest[0], rest[1], AT)", ledger, pull.head, candidate)

    assert forge.pulls(PullState.OPEN) == []
    assert forge.merge_candidate(pull.number, "Merge once more", at) == candidate
    assert forge.head(BRANCH) is None


def test_a_merge_that_died_before_it_began_is_open_as_before(ledger, forge, at):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    script = f"{DIES['before main moves']}\nforge.merge({pull.number}, rest[0], rest[1], AT)"

    run(script, ledger, pull.head, candidate)

    assert forge.pull(pull.number) == pull
    assert forge._store.begun_merges() == []


def test_a_lock_left_by_a_killed_process_is_taken_away_by_the_next(ledger, forge, at):
    seen = file(forge, at)
    script = """
with forge._turn.taken(BRANCH) as now:
    with branches.held(forge._repository.git, BRANCH, expected=forge._repository.commit(BRANCH).id, now=now):
        os._exit(9)
"""

    assert run(script, ledger)[0] == 9
    assert (ledger / f"refs/heads/{BRANCH}.lock").exists()
    assert forge.commit(BRANCH, {"next.json": b"x"}, "File", at, expected=seen) == forge.head(BRANCH)


@pytest.mark.parametrize("lock", [f"refs/heads/{BRANCH}.lock", "packed-refs.lock"])
def test_a_lock_older_than_any_writer_does_not_stop_a_branch(ledger, forge, at, lock):
    pull = filed_pull(forge, at)
    git(ledger, "pack-refs", "--all")
    (ledger / lock).parent.mkdir(parents=True, exist_ok=True)
    (ledger / lock).touch()
    os.utime(ledger / lock, (time.time() - 120,) * 2)

    merge(forge, at, pull)

    assert forge.head(BRANCH) is None


def test_a_lock_somebody_holds_is_respected(ledger, forge, at):
    seen = file(forge, at)
    lock = ledger / f"refs/heads/{BRANCH}.lock"
    lock.touch()

    with pytest.raises(ForgeError, match="lock"):
        file(forge, at, {"other.json": b"x"})

    assert lock.exists()
    assert forge.head(BRANCH) == seen


# Merging


def test_two_changes_of_one_file_are_never_merged_line_by_line(forge, at):
    pull = filed_pull(forge, at, {"ledger.toml": b"ONE\ntwo\nthree\n"})
    file(forge, at, {"ledger.toml": b"one\ntwo\nTHREE\n"}, "main")

    with pytest.raises(ForgeError):
        forge.merge_candidate(pull.number, "Merge", at)


def test_a_folder_both_sides_filled_is_merged_as_git_does(ledger, forge, at):
    file(forge, at, {"a/b/old.json": b"0", "a/b/gone.json": b"0", "a/x.json": b"0"}, "main")
    pull = filed_pull(forge, at, {"a/b/new.json": b"1", "a/b/gone.json": None, "a/same.json": b"2"})
    file(forge, at, {"a/b/c/deep.json": b"3", "a/x.json": None, "a/same.json": b"2"}, "main")

    candidate = forge.merge_candidate(pull.number, "Merge", at)

    assert git(ledger, "rev-parse", f"{candidate}^{{tree}}") == git(ledger, "merge-tree", "main", BRANCH)
    assert git(ledger, "rev-parse", f"{candidate}^1", f"{candidate}^2").split() == [forge.head("main"), pull.head]


def test_the_last_file_taken_away_takes_its_folders_too(forge, at):
    file(forge, at, {"a/b/only.json": b"0"}, "main")
    pull = filed_pull(forge, at, {"a/b/only.json": None})
    file(forge, at, {"c.json": b"0"}, "main")

    assert forge.list(forge.merge_candidate(pull.number, "Merge", at)) == ["c.json", "ledger.toml"]


def test_a_file_where_main_has_a_folder_is_a_conflict(forge, at):
    pull = filed_pull(forge, at, {"a": b"file"})
    file(forge, at, {"a/b": b"in a folder"}, "main")

    with pytest.raises(ForgeError):
        forge.merge_candidate(pull.number, "Merge", at)


def test_only_a_merge_of_that_head_is_a_candidate(forge, at):
    pull = filed_pull(forge, at)

    with pytest.raises(ForgeError):
        forge.merge(pull.number, pull.head, pull.head, at)

    assert forge.pull(pull.number).state is PullState.OPEN


@pytest.mark.parametrize("files", [{"ledger.toml/deeper": b"x"}, {"a": b"x", "a/b": b"x"}])
def test_a_file_is_never_replaced_by_a_folder_unasked(forge, at, files):
    with pytest.raises(ForgeError):
        file(forge, at, files)


def test_a_path_as_deep_as_no_ledger_is_refused(forge, at):
    with pytest.raises(ForgeError):
        file(forge, at, {"a/" * MAX_DEPTH + "b": b"x"})


def test_a_folder_is_never_replaced_by_a_file_unasked(forge, at):
    file(forge, at, {"a/b": b"x"})

    for content in (b"x", None):
        with pytest.raises(ForgeError):
            file(forge, at, {"a": content})


def test_a_verdict_given_twice_is_kept_once(forge, at):
    pull = filed_pull(forge, at)
    review = Review(pull.number, pull.head, "reviewer", Verdict.APPROVED, "", at)
    forge.add_review(review)

    forge.add_review(review)

    assert forge.reviews(pull.number) == [review]


# Hostile trees


@pytest.mark.parametrize(
    "entry",
    ["120000 blob {blob}\tx\n", "160000 commit {commit}\tx\n", "100755 blob {blob}\tx\n"],
    ids=["symbolic link", "submodule", "executable"],
)
def test_what_is_no_plain_file_is_a_link_and_is_never_read(ledger, forge, entry):
    commit = hostile_commit(ledger, [entry])

    assert forge.changed("main", commit) == {"ledger.toml": "gone", "x": "link"}
    assert forge.read(commit, "x") is None
    assert forge.list(commit) == ["x"]


def test_a_plain_file_made_executable_has_changed(ledger, forge):
    blob = git(ledger, "rev-parse", "main:ledger.toml")

    commit = hostile_commit(ledger, [f"100755 blob {blob}\tledger.toml\n"])

    assert forge.changed("main", commit) == {"ledger.toml": "link"}


def test_a_link_to_a_folder_is_not_followed(ledger, forge, at):
    commit = hostile_commit(ledger, ["120000 blob {blob}\ta\n"])
    git(ledger, "branch", "hostile", commit)

    assert forge.read(commit, "a/tags.json") is None
    with pytest.raises(ForgeError):
        file(forge, at, {"a/tags.json": b"x"}, "hostile")


def test_a_name_that_is_not_text_is_told_without_breaking_anything(ledger, forge):
    blob = git(ledger, "rev-parse", "main:ledger.toml")
    tree = git(ledger, "mktree", stdin=b"100644 blob " + blob.encode() + b"\t\xff\xfe.json\n")

    commit = commit_tree(ledger, tree)

    assert forge.changed("main", commit) == {"ledger.toml": "gone", "\\xff\\xfe.json": "link"}
    assert forge.list(commit) == ["\\xff\\xfe.json"]


def nested(ledger, depth, names=1):
    tree = git(ledger, "rev-parse", "main^{tree}")
    for _ in range(depth):
        lines = "".join(f"040000 tree {tree}\t{name}\n" for name in range(names))
        tree = git(ledger, "mktree", stdin=lines.encode())
    return commit_tree(ledger, tree)


def test_folders_nested_without_end_are_a_link(ledger, forge):
    commit = nested(ledger, MAX_DEPTH + 5)

    assert "link" in forge.changed("main", commit).values()
    with pytest.raises(ForgeError):
        forge.list(commit)


@pytest.mark.slow
def test_a_tree_of_a_billion_paths_is_refused_in_time(ledger, forge):
    commit = nested(ledger, 9, names=10)

    with pytest.raises(ForgeError):
        forge.changed("main", commit)
    with pytest.raises(ForgeError):
        forge.list(commit)


def test_histories_without_a_common_commit_are_refused(ledger, forge):
    who = ["-c", "user.name=x", "-c", "user.email=x@example.invalid"]
    stranger = git(ledger, *who, "commit-tree", "-m", "stranger", "main^{tree}")

    with pytest.raises(ForgeError, match="in common"):
        forge.changed("main", stranger)


# Failing disks


def test_a_full_disk_is_trouble_of_the_forge_and_harms_nothing(ledger, forge, at):
    before = file(forge, at)
    script = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
try:
    forge.commit(BRANCH, {"big.json": os.urandom(100_000)}, "File", AT, expected=forge.head(BRANCH))
except ForgeError as error:
    print("ForgeError")
"""

    assert run(script, ledger)[1] == "ForgeError\n"
    assert forge.head(BRANCH) == before
    assert is_sound(ledger)
    assert file(forge, at, {"next.json": b"x"})


def test_a_full_disk_under_the_database_is_trouble_of_the_forge(ledger, forge, at):
    file(forge, at)
    script = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
forge.pulls()
resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
try:
    forge.open_pull(BRANCH, "Dossier", "", AT)
except ForgeError as error:
    print("ForgeError")
"""

    assert run(script, ledger)[1] == "ForgeError\n"
    assert forge.pulls() == []
    assert forge.open_pull(BRANCH, "Dossier", "", at).number == 1


def test_a_spoilt_object_is_trouble_of_the_forge(ledger, at):
    forge = LocalForge(ledger)
    blob = git(ledger, "rev-parse", "main:ledger.toml")
    spoilt = ledger / "objects" / blob[:2] / blob[2:]
    spoilt.chmod(0o644)
    spoilt.write_bytes(b"spoilt")

    with pytest.raises(ForgeError):
        forge.read("main", "ledger.toml")


def test_a_spoilt_database_is_trouble_of_the_forge(ledger, at):
    (ledger / "pulls.sqlite3").write_bytes(b"not a database" * 1000)

    with pytest.raises(ForgeError):
        LocalForge(ledger).pulls()


def test_a_lost_repository_is_trouble_of_the_forge(ledger, at):
    forge = LocalForge(ledger)
    shutil.rmtree(ledger)

    with pytest.raises(ForgeError):
        forge.commit("main", {"a": b"x"}, "File", at, expected="0" * 40)


def test_a_turn_that_cannot_be_taken_is_trouble_of_the_forge(ledger, forge, at):
    (ledger / "gradepost.lock").unlink()
    (ledger / "gradepost.lock").mkdir()

    with pytest.raises(ForgeError):
        file(forge, at)


@pytest.mark.parametrize("word", ["no commit", "zz" * 20, ""])
def test_a_word_that_is_no_commit_is_trouble_of_the_forge(forge, at, word):
    with pytest.raises(ForgeError):
        forge.commit("main", {"a": b"x"}, "File", at, expected=word)


def test_pushes_by_git_are_synced_too(ledger):
    assert git(ledger, "config", "core.fsync") == "all"
    assert git(ledger, "config", "gc.auto") == "0"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_everything_a_commit_writes_is_synced_before_it_is_answered(ledger, forge, at, tmp_path):
    script = """
made = forge.commit(BRANCH, {"a/b.json": b"x"}, "File", AT, expected=None)
forge.pulls()
os.write(1, b"FILED")
forge.open_pull(BRANCH, "Dossier", "", AT)
os.write(1, b"OPENED")
forge.merge(1, made, forge.merge_candidate(1, "Merge", AT), AT)
os.write(1, b"MERGED")
"""
    trace = tmp_path / "trace"
    strace = ["strace", "-f", "-y", "-e", "trace=write,pwrite64,fsync,fdatasync,unlink", "-o", str(trace)]
    child = process(script, ledger, before=strace)
    child.communicate(timeout=60)

    def unsynced(until):
        waiting = set()
        for call, path in re.findall(r"(\w+)\(\d+<([^>]*)>", trace.read_text().split(until)[0]):
            if not path.startswith(str(ledger)) or path.endswith(("-shm", "gradepost.lock")):
                continue  # what only the living need
            waiting.discard(path) if "sync" in call else waiting.add(path)
        return waiting

    synced = re.findall(r"fsync\(\d+<([^>]*)>", trace.read_text().split("FILED")[0])
    assert child.returncode == 0
    assert unsynced("FILED") == unsynced("OPENED") == unsynced("MERGED") == set()
    assert sum("tmp_object" in path for path in synced) == 4  # blob, folder, root, commit
    assert any(path.endswith(f"{BRANCH}.lock") for path in synced)
    assert str((ledger / "refs" / "heads" / BRANCH).parent) in synced
    after_removal = trace.read_text().split(f'unlink("{ledger}/refs/heads/{BRANCH}"')[-1]
    assert re.search(rf"fsync\(\d+<{ledger}/refs/heads>", after_removal.split("MERGED")[0])


# Maintenance


def test_maintenance_throws_nothing_away_and_disturbs_no_reader(ledger, forge, at):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    reader = LocalForge(ledger)
    heads = [forge.head("main")]
    for number in range(12):
        heads.append(file(forge, at, {f"m/{number}.json": b"x" * number}, "main"))
        if number % 3 == 2:
            forge.maintain()
            assert reader.list(heads[-1])

    forge.maintain()

    for head in [*heads, candidate]:
        assert all(reader.read(head, path) is not None for path in reader.list(head))
    assert git(ledger, "count-objects") == "0 objects, 0 kilobytes"
    assert is_sound(ledger)


def test_maintenance_that_fails_is_trouble_of_the_forge(ledger, forge, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(ForgeError):
        forge.maintain()
