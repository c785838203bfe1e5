"""Which commands are there? The table of verbs; a verb's module is imported when it is called."""

from __future__ import annotations

# verb -> (module in memcli.cli, summary). In the order in which people meet them; the summary is the command's own first line.
COMMANDS = {
    "init": ("init", "Make a folder a vault, or adopt one full of markdown."),
    "add": ("add", "Write a new entry."),
    "edit": ("edit", "Open an entry in your editor."),
    "set": ("set", "Change the front matter of entries."),
    "show": ("show", "Print an entry, now or as it was."),
    "list": ("list", "List entries."),
    "search": ("search", "Find entries by words, ranked."),
    "context": ("context", "Pack the best evidence for a prompt."),
    "related": ("related", "Show what is near to an entry."),
    "timeline": ("timeline", "Show what happened when."),
    "stats": ("stats", "Show how the vault stands: states, need, what fades next."),
    "used": ("used", "Record that entries were of use, or not."),
    "consolidate": ("consolidate", "Do a night's work: fold in uses, link, sum up, fade."),
    "forget": ("forget", "Forget entries, named ones or by a policy."),
    "purge": ("purge", "Take entries out of history too, for good."),
    "restore": ("restore", "Bring back forgotten, deleted or earlier texts."),
    "log": ("log", "Show what happened to the vault or to an entry."),
    "diff": ("diff", "Show what changed, by hand or between dates."),
    "review": ("review", "Go through what is fading, and what waits for an answer."),
    "conflicts": ("conflicts", "List values that cannot both hold, and settle which does."),
    "undo": ("undo", "Take back the last command."),
    "ingest": ("ingest", "Read entries from other sources by a plugin."),
    "export": ("export", "Write entries, or the whole vault, in a format for others."),
    "import": ("importing", "Take in what another vault exported."),
    "bundle": ("bundle", "Look into bundles, load one, or make one of two."),
    "index": ("index", "Show or rebuild the search index."),
    "doctor": ("doctor", "Find what is wrong with a vault, and mend it."),
    "eval": ("evaluate", "Measure recall and forgetting, on data sets and traces."),
    "config": ("config", "Show and change settings."),
    "man": ("man", "Read a manual page."),
    "completion": ("completion", "Print a completion script for your shell."),
}
