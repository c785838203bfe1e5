"""What does a policy say? Its verdicts, proven to keep the contract: whatever a plugin does wrong becomes one PluginFailed that names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from memcli.errors import MemError, PluginFailed
from memcli.extend.policy import ACTIONS, Policy, Remembered, Verdict

_HINT = "nothing was changed; mem man policies explains the contract"


def verdicts(policy: Policy, entries: Sequence[Remembered], now: datetime, options: Mapping[str, str]) -> list[Verdict]:
    """One verdict per entry, in their order. Raises PluginFailed for a policy that raises or breaks the contract."""
    wanted = {entry.id for entry in entries}
    found: dict[str, Verdict] = {}
    try:
        for verdict in policy.judge(entries, now, options):
            wrong = fault(verdict) or (f"it judged {verdict.id}, which it was not asked about" if verdict.id not in wanted else "")
            wrong = wrong or (f"it judged {verdict.id} twice" if verdict.id in found else "")
            if wrong:
                raise PluginFailed(f"policy {policy.name}: {wrong}", _HINT)
            found[verdict.id] = verdict
    except MemError:
        raise
    except Exception as error:
        raise PluginFailed(f"policy {policy.name} broke: {type(error).__name__}: {error}", _HINT) from error
    lacking = next((entry.id for entry in entries if entry.id not in found), "")
    if lacking:
        raise PluginFailed(f"policy {policy.name}: it gave no verdict on {lacking}", _HINT)
    return [found[entry.id] for entry in entries]


def fault(verdict: object) -> str:
    """What is wrong with a verdict, "" when nothing is."""
    if not isinstance(verdict, Verdict):
        return f"it yielded a {type(verdict).__name__}, not a verdict"
    if verdict.action not in ACTIONS:
        return f"{verdict.action!r} is no action; {', '.join(ACTIONS)} are"
    if isinstance(verdict.value, bool) or not isinstance(verdict.value, (int, float)) or not 0 <= verdict.value <= 1:
        return f"the value {verdict.value!r} of {verdict.id} is not a number from 0 to 1"
    if not isinstance(verdict.reason, str) or not verdict.reason.strip() or "\n" in verdict.reason:
        return f"the reason for {verdict.id} is not one line"
    return ""
