"""Can a text hold what the rules of this room look for? A glance at the words that one of them must contain, so that most texts load no rule.

The tables are the literals of safety/rules/*.json, without those that contain another one; tests/unit/test_safety.py holds them in step.
"""

from __future__ import annotations

SECRETS_EXACT = (
    "-----BEGIN ", "-us", ".atlasv1.", "1//0", ":AA", "ABIA", "ACCA", "AIza", "AKIA", "ASIA", "ATATT3", "GOCSPX-", "NRAK-", "NRJS-", "PMAK-",
    "Private-Lines: ", "Q~", "SG.", "SK", "api_org_", "dapi", "dckr_oat_", "dckr_pat_", "doo_v1_", "dop_v1_", "dor_v1_", "dp.ct.", "dp.pt.", "dp.sa.",
    "dp.st.", "eyJ", "figd_", "figoh_", "fm2_", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "github_pat_", "glagent-", "glc_", "glcbt-", "gldt-", "glft-",
    "glimt-", "glpat-", "glptt-", "glrt-", "glsa_", "glsoat-", "gsk_", "hf_", "hooks.slack.com/", "hvb.", "hvr.", "hvs.", "key-", "lin_api_", "lin_oauth_",
    "nfc_", "nfp_", "npm_", "ntn_", "pplx-", "pscale_oauth_", "pscale_pw_", "pscale_tkn_", "pul-", "pypi-", "r8_", "rk_live_", "rk_test_", "rubygems_",
    "sbp_", "shpat_", "shpca_", "shppa_", "shpss_", "sk-", "sk_live_", "sk_test_", "sntrys_", "sntryu_", "sq0atp-", "sq0csp-", "sq0idp-", "whsec_", "xai-",
    "xapp-", "xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxe.", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "ya29.",
)  # case counts
SECRETS_FOLDED = (
    "-pass", "_pass", "access key", "access-key", "access_key", "accesskey", "accountkey\": \"", "accountkey=", "api key", "api-key", "api_key", "apikey",
    "auth_key", "authkey", "authorization", "bearer ", "client_key", "contraseña", "credential", "discord", "encryption-key", "encryption_key", "kennwort",
    "master_key", "mot de passe", "passphrase", "passwd", "password", "passwort", "private-key", "private_key", "pwd", "secret", "senha", "sig=",
    "signing_key", "subscription-key", "subscription_key", "token", "twilio", "пароль", "密码",
)  # in lower case
SECRETS_PAIRED = (  # one of the first with one of the second, in lower case
    (("bot ",), ("authorization", "discord", "token")),
    (("://",), ("@",)),
    ((" --user ", " --user=", " -u "), ("curl", "http", "wget")),
    (("heroku",), ("key", "token")),
)
INSTRUCTIONS_FOLDED = (
    "### instruction", "### system", "</assistant>", "</system", "<<sys>>", "<antml", "<assistant>", "<function_calls", "<function_results", "<human>",
    "<invoke", "<start_of_turn>", "<system", "<tool_call", "<tool_result", "<tool_use", "<|", "[inst]", "[system]", "act as", "admin override",
    "ai agents:", "ai must", "as an ai assistant, you", "assistant must", "attention ai", "begin instructions", "dan mode", "dear ai", "developer message",
    "developer mode enabled", "do anything now", "from now on", "godmode", "hidden prompt", "if you are a language model", "if you are an ai",
    "if you are an llm", "ignora", "ignore", "ignoriere", "important instructions", "initial prompt", "instructions for ai", "instructions for the ai",
    "instructions for the assistant", "jailbreak", "message to the model", "model must", "new directive", "new instructions", "new task", "note to ai",
    "note to the ai", "olvida", "oublie", "pretend to be", "pretend you are", "real instructions", "system message", "system override", "system prompt",
    "the ai should", "the assistant should", "the model should", "to any ai", "unfiltered mode", "updated instructions", "vergiss", "when an ai",
    "you are now", "you must immediately", "you must now", "you're now", "your actual instructions", "your true instructions", "игнорир", "忽略", "無視",
)  # in lower case
INSTRUCTIONS_PAIRED = (  # one of the first with one of the second, in lower case
    (("bypass", "disregard", "do not follow", "don't follow", "forget", "ignore", "override", "stop following"),
     ( "command", "constraint", "context", "direction", "directive", "guideline", "input", "instruction", "message", "order", "polic", "prompt", "rule",
      "text", "training")),
    (("disregard", "forget", "ignore", "override"), ("above", "guidelines", "instruct", "programming", "prompt", "rules and", "told")),
    (("disclose", "display", "leak", "output", "print", "repeat", "reveal", "show", "tell me"), ("instructions", "prompt")),
    (("curl ", "exfiltrate", "forward", "leak", "post ", "send", "transmit", "upload"),
     ("@", "attacker", "http", "my email", "my server", "this address", "this endpoint", "this server", "this url", "webhook")),
    (("![",), ("%7b", "<", "[", "{")),
    (( "do not inform", "do not let the user", "do not mention", "do not reveal", "do not tell", "don't let the user", "don't mention", "don't tell",
      "hide this from", "keep this secret from", "never mention", "never tell", "without asking the user", "without informing", "without telling",
      "without the user", "without user"),
     ("ai", "always", "assistant", "delete", "execute", "instruction", "model", "run ", "send", "tool", "you must")),
)
HIDDEN = "\u200b\u200c\u200d\u2060\u2061\u2062\u2063\u2064\ufeff\u202d\u202e\u00ad"  # what no reader sees, and tag characters (plane 14)


def secrets(text: str) -> bool:
    """Whether a text holds a word that some rule for secrets needs."""
    return _any(SECRETS_EXACT, text) or _folded(text.lower(), SECRETS_FOLDED, SECRETS_PAIRED)


def instructions(text: str) -> bool:
    """Whether a text holds a word that some rule for instructions needs, or a character that is not seen."""
    if not text.isascii() and (_any(HIDDEN, text) or max(text) > "\U000dffff"):
        return True
    return _folded(text.lower(), INSTRUCTIONS_FOLDED, INSTRUCTIONS_PAIRED)


def _folded(low: str, words: tuple[str, ...], paired: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]) -> bool:
    return _any(words, low) or any(_any(first, low) and _any(second, low) for first, second in paired)


def _any(words: tuple[str, ...] | str, text: str) -> bool:
    return any(map(text.__contains__, words))
