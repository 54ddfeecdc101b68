"""Spoils the product on purpose, one thing at a time, and runs the tests that must notice: `make mutants`; MUTANTES=name,… for some.

What is spoilt is a copy below `target/mutants`, of the commit at hand; the tree one works in is never touched. A mutant that does not compile, or that
nothing noticed, ends the run with an error.
"""

import os
import pathlib
import re
import subprocess
import sys
import tomllib

TOP = pathlib.Path(__file__).resolve().parents[2]
TREE = TOP / "target" / "mutants" / "tree"
TARGET = TOP / "target" / "mutants" / "target"


def run(*words, **more):
    return subprocess.run(words, check=True, **more)


def copy():
    """The commit at hand, with the pages as they are built."""
    if not (TREE / ".git").exists():
        run("git", "clone", "--quiet", "--shared", str(TOP), str(TREE))
    commit = run("git", "-C", str(TOP), "rev-parse", "HEAD", capture_output=True, text=True).stdout.strip()
    run("git", "-C", str(TREE), "fetch", "--quiet", str(TOP), "HEAD")
    run("git", "-C", str(TREE), "checkout", "--quiet", "--force", "--detach", commit)
    (TREE / "web" / "dist").mkdir(parents=True, exist_ok=True)
    run("cp", "-a", f"{TOP / 'web' / 'dist'}/.", str(TREE / "web" / "dist"))
    return commit


def spoil(edits):
    for edit in edits:
        path = TREE / edit["file"]
        text = path.read_text()
        if text.count(edit["from"]) != 1:
            raise SystemExit(f"{edit['file']}: what is to be changed stands there {text.count(edit['from'])} times")
        path.write_text(text.replace(edit["from"], edit["to"]))


def cargo(*words):
    """What a cargo command wrote, and how it ended."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(TARGET), "RUST_BACKTRACE": "0"}
    done = subprocess.run(words, cwd=TREE, env=environment, capture_output=True, text=True, errors="replace")
    return done.returncode, done.stdout + done.stderr


def asked(mutant):
    """Whether the tests turned red, and which."""
    before, _, filters = mutant["red"].partition(" -- ")
    selected = before.split()
    code, told = cargo("cargo", "test", "--quiet", "--locked", "--no-run", *selected)
    if code != 0:
        return "não compila", told[-1500:]
    # `local`, which gives the tests their stores, is the one of the code as it is.
    words = ["cargo", "test", "--quiet", "--locked", "--no-fail-fast", *selected]
    code, told = cargo(str(TARGET / "debug" / "local"), "stores", "--", *words, *(["--", *filters.split()] if filters else []))
    if "passed; " not in told.replace("0 passed; 0 failed", ""):
        return "não correu", told[-1500:]
    red = sorted(set(re.findall(r"^    ([\w:]+)$", told, flags=re.M)))
    if code == 0:
        return "NINGUÉM NOTOU", ""
    return ("vermelho", ", ".join(red)) if red else ("não correu", told[-1500:])


def main():
    mutants = tomllib.loads((TOP / "tests" / "mutants" / "mutants.toml").read_text())["mutant"]
    wanted = [name for name in os.environ.get("MUTANTES", "").split(",") if name]
    chosen = [mutant for mutant in mutants if not wanted or mutant["name"] in wanted]
    commit = copy()
    print(f"código: {commit[:7]}; a primeira compilação leva alguns minutos", flush=True)
    code, told = cargo("cargo", "build", "--quiet", "--locked", "--package", "local")
    if code != 0:
        raise SystemExit(told[-3000:])
    unseen = 0
    for mutant in chosen:
        spoil(mutant["edits"])
        word, which = asked(mutant)
        run("git", "-C", str(TREE), "checkout", "--quiet", "--", ".")
        unseen += word != "vermelho"
        print(f"{word:13}  {mutant['name']}: {mutant['breaks']}\n               {which}", flush=True)
    print(f"{len(chosen) - unseen} vermelhos, {unseen} sem quem os notasse")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
