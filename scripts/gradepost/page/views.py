"""Every page that the gateway shows, by name. Each is the inner HTML, for the shell to put into the site's frame."""

from gradepost.page.asking import ask_page, code_page, objection_page
from gradepost.page.declaring import declare_page, declared_by_link, link_gone_page
from gradepost.page.demo import mail_page, top
from gradepost.page.messages import message_page
from gradepost.page.readout import noun
from gradepost.page.receipts import declared_page, receipt_page
from gradepost.page.reviewing import review_page, reviews_page
from gradepost.page.sign_in import continue_page
from gradepost.page.statuses import status_page

__all__ = [
    "ask_page",
    "code_page",
    "continue_page",
    "declare_page",
    "declared_by_link",
    "declared_page",
    "link_gone_page",
    "mail_page",
    "message_page",
    "noun",
    "objection_page",
    "receipt_page",
    "review_page",
    "reviews_page",
    "status_page",
    "top",
]
