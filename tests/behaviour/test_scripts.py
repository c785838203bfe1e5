"""Is an entry found in whatever script it is written, and does a query that is no question get a clear answer? By words and meaning together."""

from __future__ import annotations

import unicodedata

import pytest
from box import Box

DECOMPOSED = unicodedata.normalize("NFD", "Die Straßenbrücke über die Mündung wird überprüft, sagt Frau Hübschmann.")
ENTRIES = {
    "chinese": "明天下午三点在图书馆开会讨论预算。",
    "chinese-other": "图书馆明天休息，下午不开门。",
    "japanese": "京都の天気は雨でしたが、金閣寺は美しかった。",
    "japanese-other": "東京の天気は晴れでした。",
    "katakana": "新しいコンピュータのパスワードを変更した。",
    "korean": "서울에서 만난 친구에게 생일 선물을 보냈다.",
    "korean-other": "부산에서 만난 친구와 점심을 먹었다.",
    "accented": "Le café crème à l'hôtel coûte très cher, dit Zoë.",
    "plain": "The cafe at the railway stop sells creme brulee, naive prices, says Noel.",
    "turkish": "Diyarbakır'da ılık bir akşam, ışıklar söndü.",
    "turkish-capital": "İSTANBUL'DA TRAFİK SIKIŞIK, ŞOFÖR BEKLİYOR.",
    "german": "Der Schlüssel für das Gartentor hängt an der Außenwand der Süßmosterei.",
    "decomposed": DECOMPOSED,
    "greek": "Ο Οδυσσέας επέστρεψε στην Ιθάκη μετά από είκοσι χρόνια.",
    "cyrillic": "Ключи от подвала лежат у соседки на третьем этаже.",
    "cyrillic-other": "Соседка уехала, подвал закрыт до понедельника.",
    "arabic": "موعد الطبيب يوم الخميس في الساعة العاشرة صباحا.",
    "hebrew": "הפגישה עם הרופא ביום חמישי בשעה עשר בבוקר.",
    "thai": "นัดหมอวันพฤหัสเวลาสิบโมงเช้าที่โรงพยาบาล",
    "hindi": "डॉक्टर से मिलने का समय गुरुवार सुबह दस बजे है।",
    "vietnamese": "Quán phở ngon nhất nằm ở phố cổ Hà Nội.",
    "polish": "Żółta łódź podwodna cumuje w Łodzi.",
    "emoji": "Release party 🎉🍕 on Friday, bring the 🎸.",
    "emoji-other": "Pizza night 🍕 is cancelled.",
    "mixed": "Deploy von サーバー42 nach Москва mit kubectl rollout.",
    "full-width": "請求番号１２３４５６の支払いはＡＢＣ銀行で済ませた。",
    "digits": "Invoice 123457 was paid at DEF bank.",
    "arabic-digits": "رقم الهاتف ٠٥٥١٢٣٤ لا يعمل.",
    "english": "The doctor's appointment is on Thursday at ten in the morning.",
    "english-other": "The library meeting about the budget is tomorrow.",
}
QUERIES = [
    ("chinese", "预算会议"), ("chinese", "讨论预算"), ("chinese-other", "图书馆休息"),
    ("japanese", "京都の天気"), ("japanese", "金閣寺"), ("japanese-other", "東京 天気"), ("katakana", "パスワード"), ("katakana", "ﾊﾟｽﾜｰﾄﾞ"),
    ("korean", "생일 선물"), ("korean", "서울"), ("korean-other", "부산 점심"), ("korean", unicodedata.normalize("NFD", "생일 선물")),
    ("accented", "café crème hôtel"), ("accented", "hotel coute cher"), ("accented", "zoe"), ("accented", "CAFÉ HÔTEL"),
    ("plain", "crème brûlée"), ("plain", "naïve Noël"),
    ("turkish", "ılık akşam"), ("turkish", "ilik aksam"), ("turkish", "ışıklar"), ("turkish", "DİYARBAKIR"), ("turkish", "diyarbakir"),
    ("turkish-capital", "istanbul trafik"), ("turkish-capital", "İstanbul"), ("turkish-capital", "şoför"),
    ("german", "Schlüssel Gartentor"), ("german", "schlussel"), ("german", "Aussenwand"), ("german", "SÜSSMOSTEREI"),
    ("decomposed", "Straßenbrücke"), ("decomposed", "STRASSENBRÜCKE"), ("decomposed", unicodedata.normalize("NFD", "Hübschmann")),
    ("german", unicodedata.normalize("NFD", "Schlüssel hängt")),
    ("greek", "Ιθάκη"), ("greek", "οδυσσεας"), ("greek", "ΟΔΥΣΣΈΑΣ"),
    ("cyrillic", "ключи подвала"), ("cyrillic", "КЛЮЧИ"), ("cyrillic", "третьём"), ("cyrillic-other", "соседка уехала"),
    ("arabic", "موعد الطبيب"), ("hebrew", "הפגישה עם הרופא"), ("thai", "โรงพยาบาล"), ("thai", "นัดหมอ"), ("hindi", "डॉक्टर"), ("hindi", "गुरुवार सुबह"),
    ("vietnamese", "phở Hà Nội"), ("vietnamese", "pho ha noi"), ("polish", "żółta łódź"), ("polish", "zolta lodz"),
    ("emoji", "🎉"), ("emoji", "🎸 🍕"), ("emoji-other", "pizza 🍕"),
    ("mixed", "サーバー42"), ("mixed", "kubectl Москва"), ("mixed", "サーバー Москва deploy"),
    ("full-width", "123456"), ("full-width", "１２３４５６"), ("full-width", "ABC銀行"), ("digits", "１２３４５７"), ("digits", "ＤＥＦ bank"),
    ("arabic-digits", "٠٥٥١٢٣٤"),
    ("english", "ＤＯＣＴＯＲ Thursday"), ("english", "physician's visit in the morning"), ("english-other", "budget meeting"),
]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Box:
    box = Box(str(tmp_path_factory.mktemp("scripts")))
    for name, text in ENTRIES.items():
        box.write(f"{name}.md", f"{text}\n")
    return box.init()


def test_each_query_finds_its_entry_first(box: Box) -> None:
    wrong = []
    for name, query in QUERIES:
        found = box.run("search", query, "--format", "{path}\n")
        if found.out.splitlines()[:1] != [f"{name}.md"] or found.status:
            wrong.append((name, query, found.out.splitlines()[:3], found.err))
    assert not wrong, "\n".join(map(str, wrong))


SHAPES: dict[str, tuple[str | bytes, int | None, str]] = {
    "5,000 words": ("doctor appointment " + " ".join(f"word{number}" for number in range(4998)), 0, "words left out or shortened: 4744"),
    "prose": ("the doctor is in the library and has an appointment on " * 450, 0, ""),
    "empty": ("", 2, "the query is empty"),
    "blank": (" \t\n ", 2, "the query is empty"),
    "punctuation": ("?!... --- ((( ]]] ***", 2, "nothing to search for"),
    "only NUL": ("\0\0", 2, "nothing to search for"),
    "NUL": ("doctor\0appointment", 0, ""),
    "no UTF-8": (b"doctor \xff\xfe\xed\xa0\x80 appointment", 0, ""),
    "open quote": ('"doctor\'s appointment', 0, ""),
    "quote inside": ('doctor" appointment', 0, ""),
    "nothing but quotes": ('"""', 2, "nothing to search for"),
    "operators": ("(doctor AND OR NOT && || [ { ~ ^ :", 0, ""),
    "open filters": ("tag: doctor: nosuch:doctor", 0, ""),
    "wrong filter": ("doctor type:nosuch", 2, "type:nosuch is not a type"),
    "no date": ("doctor created:>", 2, "holds no date"),
    "pattern": ("doctor.*[a- title:\"[", 0, ""),
    "only exclusions": ("-doctor", 2, "nothing but exclusions"),
    "many exclusions": ("doctor " + " ".join(f"-a{number}" for number in range(50_000)), 2, "more than 256 filters"),
    "a filter said often": ("doctor " + "type:note " * 80_000, 0, ""),
    "a long filter": ("title:" + "ab" * 500_000, 2, "more than 1000 characters"),
    "a long pattern": ("path:" + "*a" * 450, 2, "too long a pattern"),
    "1 MB of one word": ("doctor " + "x" * 1_000_000, 0, "words left out or shortened: 1\n"),
    "1 MB of words": ("doctor " * 140_000, 0, ""),
    "1 MB of other words": ("doctor " + " ".join(f"w{number:06}" for number in range(130_000)), 0, "words left out or shortened: "),
    "1 MB of Chinese": ("图书馆" * 110_000, 0, "words left out or shortened: 1\n"),
    "1 MB of Chinese words": ("图书馆 " + " ".join(chr(0x4E00 + number) * 40 for number in range(8_000)), 0, "words left out or shortened: "),
    "1 MB of emoji": ("🎉" * 250_000, 0, "words left out or shortened: 1\n"),
    "1 MB of code": ("a." * 500_000, None, "words left out or shortened: 1\n"),
    "1 MB of accents": ("doctor e" + "\u0301" * 500_000, 0, "words left out or shortened: 1\n"),
    "1 MB of punctuation": ("!" * 1_000_000, 2, "nothing to search for"),
    "more than 1 MiB": ("doctor " * 160_000, 2, "longer than a mebibyte"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_whatever_is_asked_gets_a_clear_answer(box: Box, name: str) -> None:
    query, status, told = SHAPES[name]
    result = box.run("search", "-", "--format", "{path}\n", input=query, timeout_s=30)
    assert status is None or result.status == status, result
    assert told in result.err and len(result.err.splitlines()) <= 3 and len(result.err) < 400, result.err
    if result.status == 2:
        assert result.out == "" and result.err.startswith("mem: error: ") and "\nhint: " in result.err
    elif "doctor" in str(query):
        assert result.out.splitlines()[0] == "english.md"
    assert "making it anew" not in result.err
