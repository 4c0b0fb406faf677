"""The one template environment of this floor: escaping always on, and a fact that is missing is an error."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gradepost.page.texts import text


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("gradepost.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["text"] = text
    return environment


def rendered(template: str, **facts: object) -> Markup:
    """The HTML of one packaged template, named without its ending."""
    return Markup(_environment().get_template(f"{template}.j2").render(facts))  # noqa: S704 - escaped by the environment
