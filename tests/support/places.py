"""Makes the Firefox database that the fixtures hold: `python tests/support/places.py FILE`."""

from __future__ import annotations

import sqlite3
import sys

FOLDERS = ((1, 0, "", "root________"), (2, 1, "menu", "menu________"), (3, 1, "toolbar", "toolbar_____"), (4, 1, "tags", "tags________"),
           (5, 1, "unfiled", "unfiled_____"), (6, 3, "Harbour", "harbour_____"), (7, 4, "weather", "weathertag__"), (8, 4, "sea", "seatag______"))
PAGES = ((1, "https://weather.example.org/sea?area=7", "Sea weather, area 7", "Wind and waves for three days."),
         (2, "https://moorings.example.org/", "Moorings", None),
         (3, "place:type=6&sort=14", None, None), (4, "https://unmarked.example.org/", "Only visited", None))
MARKS = ((20, 1, 6, "Sea weather", 1_735_689_600_000_000), (21, 2, 5, None, 1_738_368_000_000_000), (22, 3, 3, "Recent tags", 1_738_368_000_000_001),
         (23, 1, 7, None, 1_735_689_600_000_000), (24, 1, 8, None, 1_735_689_600_000_000))


def make(path: str) -> None:
    """Write the database, in write-ahead mode as Firefox does."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA page_size = 1024")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url LONGVARCHAR, title LONGVARCHAR, rev_host LONGVARCHAR, visit_count INTEGER, "
                       "guid TEXT, description TEXT, preview_image_url TEXT)")
    connection.execute("CREATE TABLE moz_bookmarks (id INTEGER PRIMARY KEY, type INTEGER, fk INTEGER DEFAULT NULL, parent INTEGER, position INTEGER, "
                       "title LONGVARCHAR, keyword_id INTEGER, dateAdded INTEGER, lastModified INTEGER, guid TEXT)")
    connection.executemany("INSERT INTO moz_places (id, url, title, description) VALUES (?, ?, ?, ?)", PAGES)
    connection.executemany("INSERT INTO moz_bookmarks (id, type, parent, title, guid) VALUES (?, 2, ?, ?, ?)", FOLDERS)
    connection.executemany("INSERT INTO moz_bookmarks (id, type, fk, parent, title, dateAdded) VALUES (?, 1, ?, ?, ?, ?)", MARKS)
    connection.close()


if __name__ == "__main__":
    make(sys.argv[1])
