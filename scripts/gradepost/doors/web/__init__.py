"""The gateway: the built site, the forms, receipts, declarations, reviews, and the demo's own pages."""

from gradepost.doors.web.app import build_app

__all__ = ["build_app"]
