"""Which things look like secrets? Made of pieces when a test runs, so that nobody who looks through this repository takes one for a leak."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Callable

ALNUM = string.ascii_letters + string.digits
URL = ALNUM + "-_"
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits


class Mint:
    """Random runs of letters, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def run(self, length: int, letters: str = ALNUM) -> str:
        """Letters with at least one digit and, where there are both, both cases."""
        while True:
            text = "".join(self._random.choice(letters) for _ in range(length))
            if any(map(str.isdigit, text)) and (letters not in (ALNUM, URL) or text.lower() != text != text.upper()) and text[-1].isalnum():
                return text


def jwt(mint: Mint) -> str:
    """A signed token with two parts of JSON."""
    parts = [json.dumps({"alg": "HS256", "typ": "JWT"}), json.dumps({"sub": mint.run(12), "iat": 1732000000})]
    return ".".join([*(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts), mint.run(43, URL)])


def pem(mint: Mint, kind: str, lines: int = 12, line_end: str = "\n") -> str:
    """A private key."""
    rows = [mint.run(64, ALNUM + "+/") for _ in range(lines)]
    return line_end.join([f"-----BE{'GIN'} {kind}PRIVATE KEY-----", *rows, f"-----END {kind}PRIVATE KEY-----"])


def minted(seed: int = 7) -> dict[str, str]:
    """Tokens by the name of what they open."""
    mint = Mint(seed)
    run = mint.run
    made: dict[str, Callable[[], str]] = {
        "aws": lambda: "AK" + "IA" + run(16, UPPER),
        "aws session": lambda: "AS" + "IA" + run(16, UPPER),
        "github": lambda: "gh" + "p_" + run(36),
        "github app": lambda: "gh" + "s_" + run(36),
        "github oauth": lambda: "gh" + "o_" + run(36),
        "github refresh": lambda: "gh" + "r_" + run(76),
        "github fine": lambda: "github" + "_pat_" + run(22) + "_" + run(59),
        "gitlab": lambda: "gl" + "pat-" + run(20, URL),
        "gitlab runner": lambda: "gl" + "rt-" + run(20, URL),
        "slack bot": lambda: "xo" + "xb-" + run(12, string.digits) + "-" + run(12, string.digits) + "-" + run(24),
        "slack user": lambda: "xo" + "xp-" + "-".join(run(12, string.digits) for _ in range(3)) + "-" + run(32, HEX),
        "slack app": lambda: "xa" + "pp-1-A" + run(10, UPPER) + "-" + run(13, string.digits) + "-" + run(64, HEX),
        "openai": lambda: "s" + "k-" + run(48),
        "openai project": lambda: "s" + "k-proj-" + run(74, URL),
        "openai old": lambda: "s" + "k-" + run(20) + "T3Blbk" + "FJ" + run(20),
        "anthropic": lambda: "s" + "k-ant-api03-" + run(93, URL) + "AA",
        "openrouter": lambda: "s" + "k-or-v1-" + run(64, HEX),
        "google": lambda: "AI" + "za" + run(35, URL),
        "google client": lambda: "GOC" + "SPX-" + run(28, URL),
        "google access": lambda: "ya" + "29." + run(120, URL),
        "npm": lambda: "np" + "m_" + run(36),
        "pypi": lambda: "py" + "pi-AgEIcHlwaS5vcmc" + run(120, URL),
        "hugging face": lambda: "h" + "f_" + run(34),
        "digitalocean": lambda: "do" + "p_v1_" + run(64, HEX),
        "sendgrid": lambda: "S" + "G." + run(22, URL) + "." + run(43, URL),
        "stripe": lambda: "sk_" + "live_" + run(24),
        "stripe restricted": lambda: "rk_" + "live_" + run(99),
        "stripe hook": lambda: "wh" + "sec_" + run(32),
        "twilio": lambda: "S" + "K" + run(32, HEX),
        "telegram": lambda: run(10, "123456789") + ":A" + "A" + run(33, URL),
        "shopify": lambda: "shp" + "at_" + run(32, HEX),
        "square": lambda: "sq0" + "atp-" + run(22, URL),
        "mailgun": lambda: "ke" + "y-" + run(32, HEX),
        "mailchimp": lambda: run(32, HEX) + "-u" + "s21",
        "linear": lambda: "lin" + "_api_" + run(40),
        "notion": lambda: "nt" + "n_" + run(46),
        "notion old": lambda: "sec" + "ret_" + run(43),
        "databricks": lambda: "da" + "pi" + run(32, HEX),
        "vault": lambda: "hv" + "s." + run(90, URL),
        "age": lambda: "AGE-SEC" + "RET-KEY-1" + run(58, UPPER),
        "docker": lambda: "dckr" + "_pat_" + run(27, URL),
        "figma": lambda: "fi" + "gd_" + run(40, URL),
        "postman": lambda: "PM" + "AK-" + run(24, HEX) + "-" + run(34, HEX),
        "new relic": lambda: "NR" + "AK-" + run(27, UPPER),
        "grafana": lambda: "gl" + "sa_" + run(32) + "_" + run(8, HEX),
        "doppler": lambda: "dp." + "pt." + run(43),
        "groq": lambda: "gs" + "k_" + run(52),
        "replicate": lambda: "r" + "8_" + run(37),
        "terraform": lambda: run(14) + ".atl" + "asv1." + run(67, URL),
        "perplexity": lambda: "pp" + "lx-" + run(48),
        "rubygems": lambda: "ruby" + "gems_" + run(48, HEX),
        "supabase": lambda: "sb" + "p_" + run(40, HEX),
        "netlify": lambda: "nf" + "p_" + run(36),
        "azure client": lambda: run(3) + "8" + "Q~" + run(34),
        "atlassian": lambda: "ATA" + "TT3" + run(186, URL),
        "jwt": lambda: jwt(mint),
        "rsa": lambda: pem(mint, "RSA "),
        "openssh": lambda: pem(mint, "OPENSSH "),
        "pkcs8": lambda: pem(mint, ""),
        "ec": lambda: pem(mint, "EC ", 3),
    }
    return {name: make() for name, make in made.items()}


def told(seed: int = 8) -> dict[str, tuple[str, str]]:
    """(line, secret) where only the words around it tell that it is one."""
    mint = Mint(seed)
    run = mint.run
    value = {
        name: run(length, letters)
        for name, length, letters in (
            ("aws", 40, ALNUM + "+/"),
            ("env", 20, ALNUM),
            ("yaml", 14, ALNUM),
            ("json", 32, HEX),
            ("python", 24, URL),
            ("url", 16, ALNUM),
            ("amqp", 11, ALNUM),
            ("bearer", 40, ALNUM),
            ("basic", 24, ALNUM),
            ("azure", 86, ALNUM),
            ("ado", 14, ALNUM),
            ("prose", 12, ALNUM),
            ("curl", 12, ALNUM),
            ("flag", 20, ALNUM),
            ("query", 32, ALNUM),
            ("discord", 38, URL),
            ("hook", 24, ALNUM),
            ("twilio", 32, HEX),
            ("xml", 16, ALNUM),
            ("setenv", 28, ALNUM),
            ("sas", 43, ALNUM),
        )
    }
    lines = {
        "aws": "aws_secret_access_key = {}",
        "env": "export DB_PASSWORD={}",
        "yaml": "  password: '{}'",
        "json": '{{"api_key": "{}", "region": "eu"}}',
        "python": 'client = Client(auth_token="{}")',
        "url": "postgres://app:{}@db.internal:5432/app",
        "amqp": "see amqps://worker:{}@mq.internal/prod for the queue",
        "bearer": "Authorization: Bearer {}",
        "basic": "curl -H 'Authorization: Basic {}' http://localhost",
        "azure": "AccountName=store;AccountKey={}==;Suffix=core",
        "ado": "Server=db;Database=app;User Id=sa;Password={};Encrypt=true",
        "prose": "The wifi password is {}, as the note on the fridge says.",
        "curl": "curl -u admin:{} http://router/status",
        "flag": "deploy --token {} --region eu",
        "query": "GET /v1/list?access_token={}&limit=5",
        "discord": "discord login with MTA" + run(23) + "." + run(6, ALNUM) + ".{}",
        "hook": "post to hooks." + "slack.com/services/T0" + run(8, UPPER) + "/B0" + run(8, UPPER) + "/{}",
        "twilio": "twilio auth: {}",
        "xml": "<password>{}</password>",
        "setenv": 'os.environ.setdefault("SERVICE_TOKEN", "{}")',
        "sas": "https://store.blob/x?sv=2024&sig={}%3D",
    }
    return {name: (line.format(value[name]), value[name]) for name, line in lines.items()}


PLACES = (
    "I noted it here: {}",
    "Please rotate {} before Friday, thanks.",
    "x = '{}'",
    'headers["X-Key"] = "{}"',
    "- key ({})",
    "https://api.internal/v1?k={}&page=2",
    "export THE_KEY={}",
    "`{}`",
    '{{"k": "{}"}}',
    "log line\\n{} was sent",
)
