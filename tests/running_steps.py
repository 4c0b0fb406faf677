"""Steps of workflows and actions, run as written: the shell is real, GitHub's expressions are put in."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any


def resolve(text: str, context: dict[str, Any]) -> str:
    """Put in the value of each expression: dotted names and `||`, which is all that judge.yml's steps use."""

    def value(expression: str) -> str:
        for name in expression.split("||"):
            found: Any = context
            for part in name.strip().split("."):
                found = found.get(part, "") if isinstance(found, dict) else ""
            if found:
                return str(found)
        return ""

    return re.sub(r"\$\{\{(.+?)\}\}", lambda match: value(match[1]), text)


def prepare(workspace: Path) -> None:
    """What a runner has: a Python, a page for the summary. What pip would install runs the test already, so pip is
    replaced by a note of how it was called, in `pip-calls`."""
    stand_ins = workspace / "bin"
    stand_ins.mkdir()
    python = stand_ins / "python"
    python.write_text(
        "#!/bin/bash\n"
        f'if [[ $1 == -m && $2 == pip ]]; then echo "${{PWD##*/}}: $*" >>"{workspace}/pip-calls"; exit; fi\n'
        f'exec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    (workspace / "pip-calls").touch()
    (workspace / "summary.md").touch()


def run_step(step: dict[str, Any], workspace: Path, context: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run a step's shell as GitHub does."""
    folder = workspace / resolve(step.get("working-directory", "."), context)
    variables = {key: resolve(value, context) for key, value in step.get("env", {}).items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env=_environment(workspace) | variables | {"PWD": str(folder)},
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def _environment(workspace: Path) -> dict[str, str]:
    return {
        "PATH": os.pathsep.join([str(workspace / "bin"), str(Path(sys.executable).parent), os.defpath]),
        "HOME": str(workspace),
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(workspace),
        "GITHUB_STEP_SUMMARY": str(workspace / "summary.md"),
        "RUNNER_TEMP": str(workspace / "temp"),
    }
