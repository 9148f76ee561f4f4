"""The command line: each command is one call of the workspace. Exit codes: 0 fine, 1 the answer is no, 2 cannot do it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from curation_app import __version__
from curation_app.errors import CurationError

ROLE_OPTIONS = ("label", "id", "text", "image", "source", "annotator", "group", "time")


class Commands(click.Group):
    """The one place where an error becomes a sentence, a hint and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a CurationError is printed, never a traceback."""
        try:
            return super().invoke(ctx)
        except CurationError as error:
            click.echo(_printable(f"Error: {error.message}"), err=True)
            for problem in getattr(error, "problems", ()):
                click.echo(_printable(f"  - {problem.sentence() if hasattr(problem, 'sentence') else problem}"), err=True)
            if error.hint:
                click.echo(_printable(f"Hint: {error.hint}"), err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            click.echo(f"Error: {f'{error.strerror}: {error.filename}' if error.strerror else error}", err=True)
            ctx.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="curation-app")
def main() -> None:
    """Find, review and remove mislabelled, injected and backdoored rows before a model learns from them."""


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port; a free one from 8501 on unless given.")
@click.option("--name", default=None, help="Demo to open: support_messages, transactions or digits.")
@click.option("--workspace", type=click.Path(path_type=Path, file_okay=False), default=None, help="Folder for the demo's run.")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
def demo(port: int | None, name: str | None, workspace: Path | None, no_browser: bool) -> None:
    """Open the app on a bundled demo, scanned."""
    from curation_app.workspace.serving import serve_demo

    sys.exit(serve_demo(port=port, name=name, workspace=workspace, browser=not no_browser))


@main.command()
@click.option(
    "--workspace", type=click.Path(path_type=Path), default=Path("runs"), show_default=True, help="A run folder, or a folder of runs."
)
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port; a free one from 8501 on unless given.")
@click.option("--by", default=None, help="Reviewer's name, until another is typed in the page.")
@click.option("--no-browser", is_flag=True, help="Print the address only.")
def serve(workspace: Path, port: int | None, by: str | None, no_browser: bool) -> None:
    """Open the app in a browser, on this machine only."""
    from curation_app.workspace.serving import serve as start

    sys.exit(start(workspace, port=port, reviewer=by, browser=not no_browser))


@main.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Run folder to write.")
@click.option("--label", help="Column of the label.")
@click.option("--no-label", is_flag=True, help="There is no label.")
@click.option("--id", "id_", help="Column that names each row.")
@click.option("--text", help="Column of text.")
@click.option("--image", help="Column of image paths.")
@click.option("--embedding", help="Column of vectors, or a .npy or .npz file of them.")
@click.option("--features", help="Columns to learn from, separated by commas.")
@click.option("--source", help="Column that says where a row comes from.")
@click.option("--annotator", help="Column that says who labelled it.")
@click.option("--annotators", help="Columns of answers, one for each annotator, separated by commas.")
@click.option("--group", help="Column that says what an answer is about, where rows are answers.")
@click.option("--time", help="Column of the time it came.")
@click.option("--label-kind", type=click.Choice(["class", "number", "tags"]), help="What a label is; told from the values unless given.")
@click.option("--recipe", default="standard", show_default=True, help="standard, fast or thorough.")
@click.option("--text-model", type=click.Path(path_type=Path), help="Folder of a sentence-transformers model to read texts with.")
@click.option("--seed", default=0, show_default=True, help="Seed of everything random.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Earlier run, or data file, of trusted rows to compare with.")
@click.option("--encoding", help="Encoding of a text file; UTF-8 unless given.")
@click.option("--skip-bad-rows", is_flag=True, help="Leave out rows that cannot be read, count them, and write them to rejects.")
@click.option("--number-duplicate-ids", is_flag=True, help="Tell repeated ids apart as id#2, id#3 instead of refusing them.")
@click.option("--no-map", is_flag=True, help="Leave the 2-D map out.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def scan(data: Path, out: Path, as_json: bool, **options: Any) -> None:
    """Scan DATA and write the suspects of every kind to a run folder."""
    from curation_app.workspace.headless import scan as run_scan

    if options["no_label"] and options["label"]:
        raise click.UsageError("Say --label COL or --no-label, not both.")
    summary = run_scan(data, out, roles=_roles(options), progress=_progress, **options)
    _say(summary, as_json, _scan_words)


@main.command(params=[option for option in scan.params if option.name not in ("out", "baseline", "no_map")])
@click.option("--attacks", help="Codes of the attacks to plant, separated by commas; all that fit unless given.")
@click.option("--sizes", default="20,80", show_default=True, help="Rows to plant, separated by commas.")
@click.option("--seeds", default=1, show_default=True, type=click.IntRange(1), help="Times that each is planted anew.")
@click.option("--rows", default=4_000, show_default=True, type=click.IntRange(1), help="Rows to test on at most, drawn at random.")
def selftest(data: Path, as_json: bool, attacks: str | None, sizes: str, seeds: int, rows: int, **options: Any) -> None:
    """Plant known attacks in copies of DATA (a file, or a run folder) and tell what a scan finds of them.

    Of a run folder the result is stored as selftest.json, where the Overview page shows it.
    """
    from curation_app.workspace.headless import selftest as run_selftest

    numbers = [size.strip() for size in sizes.split(",")]
    if not all(number.isdecimal() and int(number) for number in numbers):
        raise click.UsageError("--sizes takes whole numbers from 1 on, separated by commas.")
    plan = {"attacks": tuple(code.strip() for code in (attacks or "").split(",") if code.strip()),
            "sizes": tuple(int(number) for number in numbers), "seeds": seeds, "rows": rows}  # fmt: skip
    _say(run_selftest(data, plan, roles=_roles(options), progress=_progress, **options), as_json, _selftest_words)


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("rowid", nargs=-1, required=True)
@click.option("--accept", is_flag=True, help="Keep the rows as they are.")
@click.option("--relabel", "label", metavar="LABEL", help="Give the rows this label.")
@click.option("--drop", is_flag=True, help="Leave the rows out of the release.")
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why.")
@click.option("--json", "as_json", is_flag=True, help="Print the act as JSON.")
def decide(run: Path, rowid: tuple[str, ...], accept: bool, label: str | None, drop: bool, by: str, reason: str, as_json: bool) -> None:
    """Record one decision about the rows ROWID... of RUN: all of them or none.

    Ids that begin with a dash go behind "--": decide RUN --drop --by ann --reason spam -- -3 -4
    """
    from curation_app.workspace.headless import decide as run_decide

    if accept + drop + (label is not None) != 1:
        raise click.UsageError("Say exactly one of --accept, --relabel LABEL, --drop.")
    verdict = "accept" if accept else "drop" if drop else "relabel"
    _say(run_decide(run, rowid, verdict, label=label, by=by, reason=reason), as_json, lambda act: f"{by} {act['sentence']}.")


@main.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write; it must not exist or be empty.")
@click.option("--by", default=None, help="Who releases; your account's name unless given.")
@click.option("--impact", is_flag=True, help="Measure a quick model before and after the decisions, for the report; takes seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print the files as JSON.")
def release(run: Path, out: Path, by: str | None, impact: bool, as_json: bool) -> None:
    """Write the cleaned data, the change log, the manifest and the report."""
    from curation_app.workspace.headless import release as run_release

    _say(run_release(run, out, by=by, impact=impact), as_json, _release_words)


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--original", type=click.Path(path_type=Path), help="The original data, if it no longer lies where it was.")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def verify(folder: Path, original: Path | None, as_json: bool) -> None:
    """Check a release offline: every hash, the log, and a replay onto the original."""
    from curation_app.workspace.headless import verify as run_verify

    result = run_verify(folder, original=original)
    _say(result, as_json, _verify_words)
    sys.exit({"verified": 0, "tampered": 1}.get(str(result["outcome"]), 2))


@main.command()
@click.argument("original", type=click.Path(path_type=Path))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File (or folder of images) to write.")
def replay(original: Path, folder: Path, out: Path) -> None:
    """Rebuild the released file, byte for byte, from the ORIGINAL and the change log in DIR."""
    from curation_app.workspace.headless import replay as run_replay

    click.echo(run_replay(original, folder, out))


def _roles(options: dict[str, Any]) -> dict[str, object]:
    """Take the roles out of the options; what is left is how to scan."""
    named = {role: options.pop("id_" if role == "id" else role) for role in ROLE_OPTIONS}
    roles: dict[str, object] = {role: value for role, value in named.items() if value is not None}
    embedding = options.pop("embedding")
    for role in ("features", "annotators"):
        if columns := options.pop(role):
            roles[role] = tuple(name.strip() for name in columns.split(",") if name.strip())
    if embedding:
        is_file = embedding.endswith((".npy", ".npz"))
        roles["embedding"] = Path(embedding) if is_file else tuple(name.strip() for name in embedding.split(","))
    return roles


def _progress(stage: str, fraction: float, detail: str = "") -> None:
    click.echo(f"{fraction:4.0%}  {stage}{f': {detail}' if detail else ''}", err=True)


def _say(facts: dict[str, Any], as_json: bool, words: Any) -> None:
    # JSON escapes control characters by itself.
    click.echo(json.dumps(facts, indent=1, default=str) if as_json else _printable(words(facts)))


def _printable(words: str) -> str:
    """Names in the data are hostile text: what would steer the terminal is written out."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in words)


def _scan_words(summary: dict[str, Any]) -> str:
    lines = [f"{summary['dataset']}: {summary['rows']:,} rows, {summary['flagged']:,} flagged."]
    lines += [f"  role {role}: {column} ({why})" for role, column, why in summary["roles"]]
    lines += [f"  {kind}: {count:,}" for kind, count in summary["kinds"].items() if count]
    if baseline := summary.get("baseline"):
        lines.append(f"  compared with: {baseline['name']}, {baseline['rows']:,} trusted rows")
    estimate = summary.get("estimate")
    if estimate:
        lines.append(f"  probably bad: {estimate['count']:.0f} ({estimate['low']:.0f} to {estimate['high']:.0f})")
    lines += [f"  {title}: {outcome}. {reason}" for title, outcome, reason in summary["detectors"]]
    lines += [f"  note: {remark}" for remark in summary["remarks"]]
    return "\n".join([*lines, f"Review it: curation-app serve --workspace {summary['run']}"])


def _selftest_words(result: dict[str, Any]) -> str:
    lines = [f"{result['dataset']['name']}: {result['sample']['rows']:,} rows tested. {result['sample']['note']}".rstrip()]
    lines += [f"  {'found in the first':>46} {'1 %':>6} {'5 %':>6}  campaign"] if result["attacks"] else []
    for line in result["attacks"]:
        campaign = "-" if line["campaign"] is None else f"{line['campaign']:.0%}"
        name = f"{line['title']}, {line['size']} rows"
        lines.append(f"  {name:<46.46} {line['found_1']:>6.0%} {line['found_5']:>6.0%}  {campaign:>8}")
    lines += [f"  not planted: {line['title']}. {line['why']}" for line in result["not_planted"]]
    return "\n".join([*lines, *result["words"]])


def _release_words(result: dict[str, Any]) -> str:
    lines = [f"{result['rows']:,} rows released to {result['path']}: {result['dropped']:,} dropped, {result['relabelled']:,} relabelled."]
    lines += [f"  {digest[:16]}  {size:>12,}  {name}" for name, size, digest in result["files"]]
    return "\n".join([*lines, f"Check it: curation-app verify {result['path']}"])


def _verify_words(result: dict[str, Any]) -> str:
    marks = {True: "ok  ", False: "NO  ", None: "?   "}
    lines = [f"{marks[check['ok']]}{check['name']}: {check['detail']}" for check in result["checks"]]
    return "\n".join([*lines, str(result["outcome"])])


if __name__ == "__main__":
    main()
