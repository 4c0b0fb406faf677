"""What a build of the site costs beside a stock `mkdocs build` of the same Markdown, with the same theme unchanged.

Run by hand: `python tests/benchmarks/building.py [--rounds N] [--json]`. The stock side gets the tree of sources
that ours makes first, as files, and a configuration without our plugin and without our templates. Rounds
take turns; CPU seconds are of the whole process, children included.
"""

import argparse
import json
import statistics
import sys
import tempfile
from datetime import date
from pathlib import Path

import yaml
from comparing.costs import run

from gradepost.book import load
from gradepost.doors.site_tree import assemble

ROOT = Path(__file__).parents[2]
ADDRESS = "http://127.0.0.1:8000/"
AIM = 1.3
_OURS_ALONE = ("theme", "plugins", "watch", "exclude_docs", "strict", "validation", "extra")
_SETTINGS = {"GRADEPOST_SITE_URL": ADDRESS, "GRADEPOST_GATEWAY_URL": "", "NO_MKDOCS_2_WARNING": "1"}


class _Loader(yaml.SafeLoader):
    """YAML in which `!ENV [NAME, value]` is its value."""


_Loader.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node)[-1])


def stage(folder):
    """The tree of sources as files, and a stock configuration for it; the path of the configuration."""
    tree = assemble(load(ROOT, "2021-summer", site_url=ADDRESS), ROOT, date(2021, 5, 18))
    for path, content in tree.items():
        (folder / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / path).write_bytes(content)
    ours = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), _Loader)
    stock = {key: value for key, value in ours.items() if key not in _OURS_ALONE}
    theme = {key: value for key, value in ours["theme"].items() if key not in ("custom_dir", "favicon")}
    configuration = folder / "mkdocs.yml"
    configuration.write_text(yaml.safe_dump(stock | {"theme": theme, "plugins": ["search"]}), "utf-8")
    return configuration


def build(configuration, output):
    """One whole build as a process."""
    command = [sys.executable, "-m", "mkdocs", "build", "--config-file", str(configuration), "--site-dir", str(output)]
    return run(command, _SETTINGS).insist(0)


def measure(rounds):
    """CPU seconds of each side, the medians, and how many pages each made."""
    with tempfile.TemporaryDirectory() as made:
        sides = {"stock": stage(Path(made)), "ours": ROOT / "mkdocs.yml"}
        spent = {name: [] for name in sides}
        for _ in range(rounds):
            for name, configuration in sides.items():
                spent[name].append(build(configuration, Path(made) / name).cpu)
        pages = {name: len(list((Path(made) / name).rglob("*.html"))) for name in sides}
    medians = {name: statistics.median(times) for name, times in spent.items()}
    return {**medians, "ratio": medians["ours"] / medians["stock"], "pages": pages}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    found = measure(chosen.rounds)
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"stock {found['stock']:.2f} s of CPU, ours {found['ours']:.2f}: {found['ratio']:.2f} times (aim {AIM})")


if __name__ == "__main__":
    main()
