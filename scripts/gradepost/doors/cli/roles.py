"""`roles`: who may do what, from the one table."""

import click


@click.command()
def roles() -> int:
    """Show who may do what, as the page docs/about/roles.md has it (Markdown)."""
    from gradepost.doors.role_pages import roles_page

    click.echo(roles_page(), nl=False)
    return 0
