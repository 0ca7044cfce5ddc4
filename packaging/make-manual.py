#!/usr/bin/env python3
"""Writes podium(1) from what the command says of itself.

    podium --experimental-dump-help | make-manual.py VERSION DATE > podium.1
"""
import json
import sys


def escaped(text):
    """Roff's own characters made harmless."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def paragraphs(text):
    """Prose is filled; indented blocks (examples) keep their lines."""
    for block in text.strip("\n").split("\n\n"):
        lines = block.split("\n")
        yield ".PP"
        indented = False
        for line in lines:
            if line.startswith("  ") != indented:
                indented = not indented
                yield ".RS 2\n.nf" if indented else ".fi\n.RE"
            yield escaped(line.strip())
        if indented:
            yield ".fi\n.RE"


def spelled(argument):
    value = escaped(argument.get("valueName", ""))
    if argument["kind"] == "positional":
        return f"\\fI{value}\\fR"
    names = []
    for name in argument.get("names", []):
        dashes = "\\-\\-" if name["kind"] == "long" else "\\-"
        names.append(f"\\fB{dashes}{escaped(name['name'])}\\fR")
    text = ", ".join(names)
    return f"{text} \\fI{value}\\fR" if argument["kind"] == "option" else text


def arguments(command):
    for argument in command.get("arguments", []):
        names = {name["name"] for name in argument.get("names", [])}
        if not argument.get("shouldDisplay", True) or names & {"help", "version"}:
            continue
        yield ".TP"
        yield spelled(argument)
        about = argument.get("abstract", "")
        if argument.get("defaultValue") and argument["kind"] != "flag":
            about += f" (default: {argument['defaultValue']})"
        yield escaped(about or argument.get("valueName", ""))
        if argument.get("discussion"):
            yield ".br"
            yield escaped(argument["discussion"])


def commands(command, path):
    for sub in command.get("subcommands", []):
        if sub["commandName"] == "help" or not sub.get("shouldDisplay", True):
            continue
        name = path + [sub["commandName"]]
        yield f'.SS "{escaped(" ".join(name))}"'
        yield escaped(sub.get("abstract", ""))
        if sub.get("discussion"):
            yield from paragraphs(sub["discussion"])
        yield from arguments(sub)
        yield from commands(sub, name)


def main():
    version, date = sys.argv[1:]
    command = json.load(sys.stdin)["command"]
    lines = [
        f'.TH PODIUM 1 "{date}" "podium {escaped(version)}" "User Commands"',
        ".SH NAME",
        f"podium \\- {escaped(command['abstract'].rstrip('.'))}",
        ".SH SYNOPSIS",
        "\\fBpodium\\fR \\fIcommand\\fR [\\fIoption\\fR ...]",
        ".SH DESCRIPTION",
        *paragraphs(command.get("discussion", "")),
        ".SH COMMANDS",
        *commands(command, []),
        ".SH ENVIRONMENT",
        ".TP\n\\fBPODIUM_DATA_DIR\\fR\nThe data directory, where \\-\\-data\\-dir is not given.",
        ".TP\n\\fBPODIUM_DATABASE\\fR\nA PostgreSQL server's address, where \\-\\-database is not given.",
        ".TP\n\\fBPODIUM_PJRT_PLUGIN\\fR, \\fBTPU_LIBRARY_PATH\\fR\nPlug-ins for \\-\\-device.",
        ".SH FILES",
        ".TP\n\\fI~/.local/share/podium\\fR\nDatabase, models, artifacts and reports of a user.",
        ".TP\n\\fI/etc/podium/podium.env\\fR, \\fI/var/lib/podium\\fR\nSettings and data of the system's services.",
        ".TP\n\\fI/usr/share/podium\\fR\nExamples of job files, and the schema of reports.",
    ]
    print("\n".join(lines))


main()
