"""A pull request becomes a verdict: which dossiers it touches, what is found in them, what it changes."""

from gradepost.review.brought import Brought
from gradepost.review.differences import differences
from gradepost.review.reviewing import branch_of, judge_all, review

__all__ = ["Brought", "branch_of", "differences", "judge_all", "review"]
