"""Judging everything in a repository at once: centre by centre, on two processors, and only what has changed."""

from gradepost.doors.season.judging import Season, judge_season
from gradepost.doors.season.objects import Objects
from gradepost.doors.season.verdicts import Verdicts

__all__ = ["Objects", "Season", "Verdicts", "judge_season"]
