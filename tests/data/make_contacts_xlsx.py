"""Writes contacts.xlsx, a small workbook of made-up contacts with the cells that go wrong: numbers kept as quantities,
one of them with an exponent, dates, shared and inline texts, rows left out, a second sheet.

    python3 tests/data/make_contacts_xlsx.py tests/data/contacts.xlsx
"""

import sys
import zipfile

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

SHARED = ["First Name", "Last Name", "Phone1", "Phone2", "Dial Time", "Premium", "Ann", "Example"]


def shared(place, text):
    return f'<c r="{place}" t="s"><v>{SHARED.index(text)}</v></c>'


def inline(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def number(place, text, style=0):
    return f'<c r="{place}" s="{style}"><v>{text}</v></c>'


def row(line, *cells):
    return f'<row r="{line}">{"".join(cells)}</row>'


CONTACTS = [
    row(1, *(shared(f"{column}1", SHARED[at]) for at, column in enumerate("ABCDEF"))),
    # Numbers as quantities; 46357.583... is 2026-12-01 14:00.
    row(2, shared("A2", "Ann"), shared("B2", "Example"), number("C2", "13125550142"), number("D2", "3.125550143E9"),
        number("E2", "46357.583333333336", 1), number("F2", "19.99")),
    # Row 3 is left out, as are cells of row 4; its number is text.
    row(4, inline("B4", "Beispiel"), inline("C4", " (312) 555-0144 "), number("E4", "46358", 1), number("F4", "20")),
    # A quantity that lost its last digits.
    row(5, shared("A5", "Ann"), inline("C5", "1.6502530000E9"), inline("F5", "=1+1")),
]
OTHER = [row(1, inline("A1", "Tel")), row(2, number("A2", "3125550145"))]


def sheet(rows):
    return f"{HEAD}<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData></worksheet>"


PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook {MAIN} xmlns:r="{REL}"><sheets><sheet name="Contacts" sheetId="1" r:id="rId1"/>'
    f'<sheet name="Other" sheetId="2" r:id="rId2"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{REL}/worksheet" Target="worksheets/sheet2.xml"/>'
    f'<Relationship Id="rId3" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId4" Type="{REL}/styles" Target="styles.xml"/></Relationships>',
    # Style 1 is a date with a time (the built-in format 22).
    "xl/styles.xml": f'{HEAD}<styleSheet {MAIN}><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    f'<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
    "xl/sharedStrings.xml": f'{HEAD}<sst {MAIN} count="{len(SHARED)}" uniqueCount="{len(SHARED)}">'
    + "".join(f"<si><t>{text}</t></si>" for text in SHARED)
    + "</sst>",
    "xl/worksheets/sheet1.xml": sheet(CONTACTS),
    "xl/worksheets/sheet2.xml": sheet(OTHER),
}

with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as workbook:
    for name, text in PARTS.items():
        # One date for all parts, so that the same bytes are written each time.
        workbook.writestr(zipfile.ZipInfo(name, (2026, 11, 23, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
