"""Makes small PDF documents byte by byte, as the fixtures hold them: `python tests/support/documents.py FILE`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

SURVEY = (("Survey of the crane, pier C\n\nThe hook block was worn by 4 mm; replace-\nment ordered on 3 March 2025.\n"
           "Load test: 1,250 kg for ten minutes, no creep."),
          "Findings\n\nThe lower bearing takes 40 g of grease each spring.\nNext survey: March 2027.")


def pdf(pages: Sequence[str], title: str = "Crane survey 2025", *, extra: str = "") -> bytes:
    """A document with these pages; an empty one is a page without text. `extra` goes into the trailer."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{' '.join(f'{5 + 2 * n} 0 R' for n in range(len(pages)))}] /Count {len(pages)} >>",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", f"<< /Title ({title}) /CreationDate (D:20250304101500+01'00') >>"]
    for number, text in enumerate(pages):
        drawn = "".join(f"({_escaped(line)}) Tj T*\n" for line in text.split("\n")) if text else ""
        stream = f"BT /F1 11 Tf 14 TL 50 750 Td\n{drawn}ET"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {6 + 2 * number} 0 R /Resources << /Font << /F1 3 0 R >> >> >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R {extra}>>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{end}".encode("latin-1")


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(pdf(SURVEY))
