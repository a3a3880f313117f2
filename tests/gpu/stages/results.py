"""Findings of all stages, as RESULTS.json for programs and RESULTS.md for people."""

import json


class Results:
    """Written anew after every stage, so that a run that is cut short tells what
    it found."""

    def __init__(self, folder, facts):
        self._folder = folder
        self._facts = facts
        self._stages = []

    def add(self, name, about, outcome, seconds, findings):
        self._stages.append(
            {
                "stage": name,
                "about": about,
                "outcome": outcome,
                "seconds": round(seconds, 1),
                "findings": findings,
            }
        )
        self.write()

    def write(self):
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = {**self._facts, "stages": self._stages}
        (self._folder / "RESULTS.json").write_text(json.dumps(whole, indent=1) + "\n")
        (self._folder / "RESULTS.md").write_text(self.text())

    def text(self):
        facts = self._facts
        lines = [
            f"## {facts['device_name']}, {facts['date']}",
            "",
            f"Commit {facts['commit']}, torch {facts['torch']}, driver {facts['driver']}, "
            f"{facts['threads']} threads.",
        ]
        for stage in self._stages:
            lines += ["", f"### {stage['stage']}: {stage['outcome']}, {stage['seconds']} s", ""]
            lines += [stage["about"], ""]
            figures = [f for f in stage["findings"] if f["kind"] == "figure"]
            lines += [line_of(f) for f in stage["findings"] if f["kind"] != "figure"]
            if figures:
                lines += ["", "| figure | value | |", "|---|---:|---|"]
                lines += [f"| {f['name']} | {number(f['value'])} | {f['unit']} |" for f in figures]
        return "\n".join(lines) + "\n"


def line_of(finding):
    mark = {"failure": "**failed**: ", "not run": "not run: ", "passed": "passed: "}
    return "- " + mark.get(finding["kind"], "") + finding["text"].replace("\n", "\n  ")


def number(value):
    return f"{value:.4g}" if isinstance(value, float) else str(value)
