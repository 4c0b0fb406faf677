"""`python -m gradepost` is the `gradepost` command."""

from gradepost.doors.cli import main

main()
