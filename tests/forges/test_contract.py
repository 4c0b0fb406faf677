"""What every forge promises (`forge/base.py`), tried on each of them."""

import pytest

from gradepost.forge.base import Check, CheckState, PullState, Review, Verdict
from gradepost.model.trouble import ForgeError, Moved

BRANCH = "dossier/2021-summer/10234/AM20530/external-exam"
FOLDER = "submissions/2021-summer/10/10234/AM20530/external-exam"
TAGS = f"{FOLDER}/UV21578.tags.json"
RECEIPT = f"{FOLDER}/receipts/000000000017-UV21578.tags.json"


def file(forge, at, content=b"tags\n", branch=BRANCH, path=TAGS):
    return forge.commit(branch, {path: content}, "File a document", at, expected=forge.head(branch))


def filed_pull(forge, at, branch=BRANCH, path=TAGS):
    file(forge, at, branch=branch, path=path)
    return forge.open_pull(branch, "Dossier", "", at)


def merged(forge, at, pull):
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    return forge.merge(pull.number, forge.head(pull.branch), candidate, at)


def verdict(pull, at, head, by="reviewer", reason=""):
    return Review(pull.number, head, by, Verdict.APPROVED, reason, at)


def test_a_branch_nobody_made_has_no_head(forge):
    assert forge.head(BRANCH) is None


def test_a_commit_moves_its_branch(forge, at):
    commit = file(forge, at)

    assert forge.head(BRANCH) == commit


def test_what_was_written_is_read_byte_for_byte(forge, at):
    content = "Zoë\r\n\x00".encode()

    commit = file(forge, at, content)

    assert forge.read(commit, TAGS) == content


def test_what_is_not_there_is_none(forge, at):
    commit = file(forge, at)

    assert forge.read(commit, f"{FOLDER}/none.json") is None
    assert forge.read(commit, FOLDER) is None
    assert forge.read(commit, f"{TAGS}/deeper") is None


def test_a_commit_keeps_every_other_file(forge, at):
    first = file(forge, at)

    second = forge.commit(BRANCH, {RECEIPT: b"receipt\n"}, "File", at, expected=first)

    assert forge.list(second) == ["centres/10/10234.json", "ledger.toml", TAGS, RECEIPT]


def test_an_older_commit_is_read_as_it_was(forge, at):
    first = file(forge, at, b"one\n")
    file(forge, at, b"two\n")

    assert forge.read(first, TAGS) == b"one\n"


def test_none_takes_a_file_away_and_its_empty_folder_with_it(forge, at):
    first = forge.commit(BRANCH, {TAGS: b"tags\n", RECEIPT: b"receipt\n"}, "File", at, expected=None)

    second = forge.commit(BRANCH, {RECEIPT: None}, "Take away", at, expected=first)

    assert forge.list(second, FOLDER) == [TAGS]
    assert forge.list(second, f"{FOLDER}/receipts") == []


def test_taking_away_what_is_not_there_changes_nothing(forge, at):
    before = forge.list("main")

    after = forge.commit("main", {"none/at/all.json": None}, "Nothing", at, expected=forge.head("main"))

    assert forge.list(after) == before


@pytest.mark.parametrize("prefix", ["submissions/2021-summ", "ledger.toml", "nowhere"])
def test_a_prefix_that_is_no_folder_gives_nothing(forge, at, prefix):
    assert forge.list(file(forge, at), prefix) == []


@pytest.mark.parametrize("path", ["/etc/passwd", "a/../b", "a//b", "", "a/", "./a", ".git/config", "a\0b"])
def test_a_path_that_leaves_its_folder_is_refused(forge, at, path):
    with pytest.raises(ForgeError):
        file(forge, at, path=path)

    assert forge.head(BRANCH) is None


def test_a_new_branch_starts_at_main(forge, at):
    commit = file(forge, at)

    assert forge.read(commit, "ledger.toml") == b"series\n"


def test_a_new_branch_starts_at_the_parent_it_is_given(forge, at):
    start = forge.head("main")
    forge.commit("main", {"ledger.toml": b"later\n"}, "Later", at, expected=start)

    commit = forge.commit(BRANCH, {TAGS: b"tags\n"}, "File", at, expected=None, parent=start)

    assert forge.read(commit, "ledger.toml") == b"series\n"


def test_a_writer_who_saw_an_older_head_is_told_so(forge, at):
    old = file(forge, at, b"one\n")
    new = file(forge, at, b"two\n")

    with pytest.raises(Moved):
        forge.commit(BRANCH, {TAGS: b"three\n"}, "File", at, expected=old)

    assert forge.head(BRANCH) == new


def test_a_writer_who_saw_no_branch_is_told_that_there_is_one(forge, at):
    commit = file(forge, at)

    with pytest.raises(Moved):
        forge.commit(BRANCH, {TAGS: b"other\n"}, "File", at, expected=None)

    assert forge.head(BRANCH) == commit


def test_a_writer_who_saw_a_branch_is_told_that_it_is_gone(forge, at):
    with pytest.raises(Moved):
        forge.commit(BRANCH, {TAGS: b"tags\n"}, "File", at, expected=forge.head("main"))

    assert forge.head(BRANCH) is None


def test_the_same_commit_has_the_same_id_wherever_it_is_made(forge, at):
    one = forge.commit("dossier/one", {TAGS: b"tags\n"}, "File", at, expected=None)
    other = forge.commit("dossier/other", {TAGS: b"tags\n"}, "File", at, expected=None)

    assert one == other


def test_a_commit_stands_on_its_parent_and_the_first_on_none(forge, at):
    start = forge.head("main")

    commit = file(forge, at)

    assert (forge.parent(commit), forge.parent(start)) == (start, None)


def test_a_merge_stands_on_main_as_it_was(forge, at):
    before = forge.head("main")

    commit = merged(forge, at, filed_pull(forge, at))

    assert forge.parent(commit) == before


def test_changed_names_what_came_what_differs_and_what_went(forge, at):
    files = {TAGS: b"tags\n", "ledger.toml": b"other\n", "centres/10/10234.json": None}

    commit = forge.commit(BRANCH, files, "File", at, expected=None)

    assert forge.changed("main", commit) == {TAGS: "file", "ledger.toml": "file", "centres/10/10234.json": "gone"}


def test_changed_leaves_out_what_main_did_meanwhile(forge, at):
    commit = file(forge, at)
    forge.commit("main", {"centres/10/10235.json": b"{}\n"}, "Later", at, expected=forge.head("main"))

    assert forge.changed(forge.head("main"), commit) == {TAGS: "file"}


def test_an_unknown_revision_is_trouble_of_the_forge(forge):
    with pytest.raises(ForgeError):
        forge.list("0" * 40)


def test_a_pull_request_stands_at_its_branch(forge, at):
    pull = filed_pull(forge, at)

    assert (pull.branch, pull.title, pull.state) == (BRANCH, "Dossier", PullState.OPEN)
    assert pull.head == forge.head(BRANCH)
    assert forge.pull(pull.number) == forge.pull_of(BRANCH) == pull


def test_a_branch_has_one_open_pull_request_however_often_it_is_asked_for(forge, at):
    first = filed_pull(forge, at)
    file(forge, at, b"amended\n")

    again = forge.open_pull(BRANCH, "Another title", "", at)

    assert again.number == first.number
    assert len(forge.pulls()) == 1


def test_the_head_of_an_open_pull_request_follows_its_branch(forge, at):
    pull = filed_pull(forge, at)

    commit = file(forge, at, b"amended\n")

    assert forge.pull(pull.number).head == commit


def test_no_pull_request_without_a_branch(forge, at):
    with pytest.raises(ForgeError):
        forge.open_pull(BRANCH, "Dossier", "", at)


def test_no_such_pull_request_is_none(forge):
    assert forge.pull(4321) is None
    assert forge.pull_of(BRANCH) is None


def test_pull_requests_come_newest_first_and_by_state(forge, at):
    first = filed_pull(forge, at, "dossier/one", "submissions/one.json")
    second = filed_pull(forge, at, "dossier/two", "submissions/two.json")
    merged(forge, at, first)

    assert [pull.number for pull in forge.pulls()] == [second.number, first.number]
    assert [pull.number for pull in forge.pulls(PullState.OPEN)] == [second.number]
    assert [pull.number for pull in forge.pulls(PullState.MERGED)] == [first.number]


def test_verdicts_are_kept_oldest_first(forge, at):
    pull = filed_pull(forge, at)
    one = verdict(pull, at, pull.head, "one")
    two = Review(pull.number, pull.head, "two", Verdict.CHANGES_REQUESTED, "See L001.", at)

    forge.add_review(one)
    forge.add_review(two)

    assert [review.verdict for review in forge.reviews(pull.number)] == [one.verdict, two.verdict]
    assert [review.by for review in forge.reviews(pull.number)] == ["one", "two"]


def test_a_verdict_on_an_older_head_is_refused(forge, at):
    pull = filed_pull(forge, at)
    file(forge, at, b"amended\n")

    with pytest.raises(Moved):
        forge.add_review(verdict(pull, at, pull.head))

    assert forge.reviews(pull.number) == []


def test_a_verdict_on_what_was_merged_is_refused(forge, at):
    pull = filed_pull(forge, at)
    merged(forge, at, pull)

    with pytest.raises(ForgeError) as refused:
        forge.add_review(verdict(pull, at, pull.head))

    assert not isinstance(refused.value, Moved)


def test_a_check_is_kept_by_head_and_replaced(forge, at):
    head = filed_pull(forge, at).head
    forge.set_check(Check(head, CheckState.PENDING, "{}", at))

    forge.set_check(Check(head, CheckState.SUCCESS, '{"errors": 0}', at))

    assert forge.check(head).state is CheckState.SUCCESS
    assert forge.check(forge.head("main")) is None


def test_a_candidate_holds_both_sides_and_is_on_no_branch(forge, at):
    pull = filed_pull(forge, at)
    main = forge.commit("main", {"centres/10/10235.json": b"{}\n"}, "Later", at, expected=forge.head("main"))

    candidate = forge.merge_candidate(pull.number, "Merge", at)

    assert forge.list(candidate) == ["centres/10/10234.json", "centres/10/10235.json", "ledger.toml", TAGS]
    assert (forge.head("main"), forge.head(BRANCH)) == (main, pull.head)


def test_a_candidate_is_the_same_when_asked_for_again(forge, at):
    pull = filed_pull(forge, at)

    candidate = forge.merge_candidate(pull.number, "Merge", at)

    assert forge.merge_candidate(pull.number, "Merge", at) == candidate


def test_a_file_both_sides_changed_is_a_conflict(forge, at):
    pull = filed_pull(forge, at, path="ledger.toml")
    forge.commit("main", {"ledger.toml": b"other\n"}, "Later", at, expected=forge.head("main"))

    with pytest.raises(ForgeError):
        forge.merge_candidate(pull.number, "Merge", at)


def test_a_merge_moves_main_closes_the_pull_request_and_deletes_the_branch(forge, at):
    pull = filed_pull(forge, at)

    commit = merged(forge, at, pull)

    after = forge.pull(pull.number)
    assert forge.head("main") == commit == after.merged_as
    assert (after.state, after.head) == (PullState.MERGED, pull.head)
    assert forge.head(BRANCH) is None
    assert forge.pull_of(BRANCH) is None


def test_a_merge_happened_when_it_is_said_to(forge, at):
    pull = filed_pull(forge, at)

    merged(forge, at, pull)

    assert forge.pull(pull.number).closed_at == at


def test_a_repeated_merge_makes_no_second_commit(forge, at):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    first = forge.merge(pull.number, pull.head, candidate, at)

    again = forge.merge(pull.number, pull.head, candidate, at)

    assert again == first == forge.head("main")


def test_what_was_judged_is_what_is_merged(forge, at):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    main = forge.head("main")
    amended = file(forge, at, b"amended\n")

    with pytest.raises(Moved):
        forge.merge(pull.number, pull.head, candidate, at)

    assert (forge.head("main"), forge.head(BRANCH)) == (main, amended)
    assert forge.pull(pull.number).state is PullState.OPEN


def test_a_candidate_is_void_when_main_moves(forge, at):
    pull = filed_pull(forge, at)
    candidate = forge.merge_candidate(pull.number, "Merge", at)
    main = forge.commit("main", {"ledger.toml": b"later\n"}, "Later", at, expected=forge.head("main"))

    with pytest.raises(Moved):
        forge.merge(pull.number, pull.head, candidate, at)

    assert (forge.head("main"), forge.head(BRANCH)) == (main, pull.head)
    assert forge.pull(pull.number).state is PullState.OPEN


def test_the_last_pull_request_of_a_branch_is_its_newest_open_or_not(forge, at):
    assert forge.last_pull_of(BRANCH) is None

    first = filed_pull(forge, at)
    merged(forge, at, first)

    assert forge.last_pull_of(BRANCH).number == first.number

    second = filed_pull(forge, at, path=RECEIPT)

    assert forge.last_pull_of(BRANCH) == forge.pull_of(BRANCH) == second


def test_after_a_merge_the_branch_starts_afresh_with_a_new_pull_request(forge, at):
    first = filed_pull(forge, at)
    merged(forge, at, first)

    second = filed_pull(forge, at, path=RECEIPT)

    assert second.number != first.number
    assert forge.changed("main", second.head) == {RECEIPT: "file"}


def test_closing_deletes_the_branch_and_merges_nothing(forge, at):
    pull, main = filed_pull(forge, at), forge.head("main")

    forge.close_pull(pull.number, pull.head, at)

    after = forge.pull(pull.number)
    assert (after.state, after.head, after.merged_as) == (PullState.CLOSED, pull.head, None)
    assert after.closed_at is not None
    assert (forge.head(BRANCH), forge.head("main"), forge.pull_of(BRANCH)) == (None, main, None)
    assert forge.read(pull.head, TAGS) == b"tags\n"


def test_closing_again_changes_nothing_and_leaves_a_branch_that_began_anew(forge, at):
    pull = filed_pull(forge, at)
    forge.close_pull(pull.number, pull.head, at)
    before = forge.pull(pull.number)
    begun = file(forge, at, b"anew\n")

    forge.close_pull(pull.number, pull.head, at)

    assert forge.pull(pull.number) == before
    assert forge.head(BRANCH) == begun


def test_what_has_moved_is_not_closed(forge, at):
    pull = filed_pull(forge, at)
    amended = file(forge, at, b"amended\n")

    with pytest.raises(Moved):
        forge.close_pull(pull.number, pull.head, at)

    assert (forge.pull(pull.number).state, forge.head(BRANCH)) == (PullState.OPEN, amended)


def test_a_closed_pull_request_whose_branch_has_gone_on_is_told(forge, at):
    pull = filed_pull(forge, at)
    forge.close_pull(pull.number, pull.head, at)
    gone_on = forge.commit(BRANCH, {TAGS: b"amended\n"}, "File", at, expected=None, parent=pull.head)

    with pytest.raises(Moved):
        forge.close_pull(pull.number, pull.head, at)

    assert forge.head(BRANCH) == gone_on


def test_what_was_closed_at_another_head_is_told(forge, at):
    pull = filed_pull(forge, at)
    forge.close_pull(pull.number, pull.head, at)

    with pytest.raises(Moved):
        forge.close_pull(pull.number, forge.head("main"), at)


def test_what_was_merged_is_not_closed(forge, at):
    pull = filed_pull(forge, at)
    merged(forge, at, pull)

    with pytest.raises(ForgeError):
        forge.close_pull(pull.number, pull.head, at)

    assert forge.pull(pull.number).state is PullState.MERGED


def test_what_is_not_there_is_not_closed(forge, at):
    with pytest.raises(ForgeError):
        forge.close_pull(4321, forge.head("main"), at)


def test_a_verdict_on_what_was_closed_is_refused(forge, at):
    pull = filed_pull(forge, at)
    forge.close_pull(pull.number, pull.head, at)

    with pytest.raises(ForgeError):
        forge.add_review(verdict(pull, at, pull.head))


def test_after_a_rejection_the_branch_starts_afresh_with_a_new_pull_request(forge, at):
    first = filed_pull(forge, at)
    forge.close_pull(first.number, first.head, at)

    second = filed_pull(forge, at, path=RECEIPT)

    assert second.number != first.number
    assert forge.changed("main", second.head) == {RECEIPT: "file"}


def test_the_very_head_that_was_closed_is_opened_again_as_the_same_pull_request(forge, at):
    pull = filed_pull(forge, at)
    forge.close_pull(pull.number, pull.head, at)
    file(forge, at)

    again = forge.open_pull(BRANCH, "Another title", "", at)

    assert (again.number, again.state, again.head) == (pull.number, PullState.OPEN, pull.head)
    assert [one.number for one in forge.pulls()] == [pull.number]
