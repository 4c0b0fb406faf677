"""Where pages send whoever found a problem: a page of the built site, in whose place a gateway puts its form."""

PAGE = "report.md"


def report_page(contact: str, gateway: str = "") -> dict[str, str]:
    """The page by its path, for a host that only has files: it leads to the page `contact`, or to the gateway's form
    where its address is known."""
    there = f"Report it [at the gateway]({gateway}/report), or see" if gateway else "See"
    return {
        PAGE: (
            "---\ntitle: Report a problem\nhide: [navigation, toc]\nsearch:\n  exclude: true\n---\n\n"
            "# Report a problem with a page\n\n"
            f"This copy of the pages has no form to report it with. {there} [whom to ask what]({contact}).\n"
        )
    }
