"""Other judges of JSON Schema, each in an environment of its own outside the tree: check-jsonschema and ajv-cli. They
judge the schema alone."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from comparing.costs import Ran, run


@dataclass(frozen=True)
class Others:
    """Where the other judges are, and how they are asked. `tools` is a folder that is kept from run to run."""

    tools: Path
    schema: Path

    def check_jsonschema(self, files: Sequence[Path]) -> Ran:
        """All files in one process."""
        environment = self.tools / "check-jsonschema"
        command = environment / "bin/check-jsonschema"
        if not command.exists():
            _quietly(sys.executable, "-m", "venv", str(environment))
            _quietly(str(environment / "bin/pip"), "install", "--quiet", "check-jsonschema")
        return run([str(command), "--schemafile", str(self.schema), *map(str, files)]).insist(0, 1)

    def ajv(self, folder: Path) -> Ran:
        """All files of a folder in one process. Formats need ajv-formats."""
        home = self.tools / "ajv"
        command = home / "node_modules/.bin/ajv"
        if not command.exists():
            home.mkdir(parents=True, exist_ok=True)
            _quietly("npm", "install", "--silent", "--prefix", str(home), "ajv-cli", "ajv-formats")
        # ajv-cli looks for what -c names beside itself, or at a path.
        formats = home / "node_modules/ajv-formats/dist/index.js"
        asked = ["validate", "--spec=draft2020", "-c", str(formats), "-s", str(self.schema)]
        return run([str(command), *asked, "-d", f"{folder}/**/*.json"]).insist(0, 1)

    @staticmethod
    def has_node() -> bool:
        """Whether ajv-cli can be had here."""
        return shutil.which("npm") is not None


def _quietly(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
