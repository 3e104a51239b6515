"""Chooses the newest versions that fit and locks them with hashes: `make lock`."""

import subprocess

from tools.steps import ROOT, VENV

# each lock with those whose versions it must share; an earlier one knows nothing of a later one
LOCKS = {
    "runtime": (),
    "build": ("runtime",),
    "dev": ("runtime", "build"),
    "node": (),
    "servers": (),
    "peers": (),
}
OPTIONS = (
    "--universal",  # one lock for Linux and macOS, for Python 3.11 and newer
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",  # a lock carries no address: any index will do
    "--no-header",
    "--no-annotate",
    "--upgrade",
    "--quiet",
)


def main() -> None:
    for name, shared in LOCKS.items():
        print(f"requirements/{name}.txt")
        constraints = [f"--constraints={other}.txt" for other in shared]
        command = [str(VENV / "bin" / "uv"), "pip", "compile", *OPTIONS, *constraints]
        subprocess.run(
            [*command, f"{name}.in", f"--output-file={name}.txt"],
            cwd=ROOT / "requirements",
            check=True,
        )


if __name__ == "__main__":
    main()
