"""CSV files in all their forms are read as rows of text."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from glue_jobs.ingest.landing import find_new
from glue_jobs.ingest.reading import as_uri, one_file_per_task, read_table, source_path
from glue_jobs.ledger.ledger import LedgerView
from glue_jobs.runtime.rows import LINE, RAW
from lake.model.discovery import load_domain
from tests.fakes import FolderStore

Text = tuple[str | None, ...]


class Reader:
    """Reads files of the toy domain's table `makers`: maker_id, name, country."""

    def __init__(self, spark: SparkSession, root: Path, domain: str) -> None:
        self.spark = spark
        self.store = FolderStore(root)
        self.domain = load_domain(domain)

    def rows(self, content: str | bytes | Mapping[str, str | bytes]) -> list[Row]:
        files = content if isinstance(content, Mapping) else {"makers.csv": content}
        for path, body in files.items():
            self.store.write("raw", f"toy/{path}", body.encode() if isinstance(body, str) else body)
        makers = self.domain.table("makers")
        landing = find_new(self.store, "raw", self.domain, LedgerView((), frozenset()))
        assert not landing.rejected, landing.rejected
        frame = read_table(self.spark, self.store, "raw", makers, landing.of(makers))
        with one_file_per_task(self.spark):
            return sorted(frame.collect(), key=lambda row: (row["source_file"], row["source_row"]))


@pytest.fixture
def reader(spark: SparkSession, tmp_path: Path, toy: str) -> Reader:
    return Reader(spark, tmp_path, toy)


@pytest.fixture(scope="module")
def read(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, toy: str) -> dict[str, list[Row]]:
    """Return case → rows of its file. All files are read together, like those of a batch."""
    cases = {**FORMS, **VALUES, **MALFORMED}
    files = {f"{number}/makers.csv": content for number, content in enumerate(cases.values())}
    rows: dict[str, list[Row]] = {case: [] for case in cases}
    for row in Reader(spark, tmp_path_factory.mktemp("forms"), toy).rows(files):
        rows[list(cases)[int(row["source_file"].split("/")[1])]].append(row)
    return rows


def texts(rows: list[Row]) -> list[Text]:
    """Return the declared columns of rows; assert that all rows are good."""
    assert [row[RAW] for row in rows if row[RAW] is not None] == []
    return [(row["maker_id"], row["name"], row["country"]) for row in rows]


HEADER = "maker_id,name,country\n"

FORMS: dict[str, str | bytes] = {
    "as declared": HEADER + "1,Ann,SE\n2,Bo,NO\n",
    "another order": "country,maker_id,name\nSE,1,Ann\nNO,2,Bo\n",
    "header in other case, padded": " Maker_ID , NAME,Country \n1,Ann,SE\n2,Bo,NO\n",
    "quoted header": '"maker_id","name","country"\n1,Ann,SE\n2,Bo,NO\n',
    "byte order mark": b"\xef\xbb\xbf" + (HEADER + "1,Ann,SE\n2,Bo,NO\n").encode(),
    "byte order mark, quoted header": b"\xef\xbb\xbf" + b'"maker_id",name,country\n1,Ann,SE\n2,Bo,NO\n',
    "CRLF": (HEADER + "1,Ann,SE\n2,Bo,NO\n").replace("\n", "\r\n"),
    "CRLF, last field quoted": (HEADER + '1,Ann,"SE"\n2,Bo,"NO"\n').replace("\n", "\r\n"),
    "mixed line ends": "maker_id,name,country\r\n1,Ann,SE\n2,Bo,NO\r\n",
    "no line end at the end": HEADER + "1,Ann,SE\n2,Bo,NO",
    "quoted fields": HEADER + '"1","Ann","SE"\n"2","Bo","NO"\n',
    "blank lines": HEADER + "\n1,Ann,SE\n\n\n2,Bo,NO\n\n",
    "blank lines with CRLF": (HEADER + "\n1,Ann,SE\n\n2,Bo,NO\n\n").replace("\n", "\r\n"),
    "CR": (HEADER + "1,Ann,SE\n2,Bo,NO\n").replace("\n", "\r"),
    "CR, no line end at the end": (HEADER + "1,Ann,SE\n2,Bo,NO").replace("\n", "\r"),
    "header CR, rows LF": "maker_id,name,country\r1,Ann,SE\n2,Bo,NO\n",
    "header CR, rows CRLF": "maker_id,name,country\r1,Ann,SE\r\n2,Bo,NO\r\n",
    "header LF, rows CR": "maker_id,name,country\n1,Ann,SE\r2,Bo,NO\r",
    "double byte order mark": b"\xef\xbb\xbf" * 2 + (HEADER + "1,Ann,SE\n2,Bo,NO\n").encode(),
    "zero-width characters in the header": "\u200bmaker_id,na\u200dme,country\u2060\n1,Ann,SE\n2,Bo,NO\n",
    "separator line": "sep=,\n" + HEADER + "1,Ann,SE\n2,Bo,NO\n",
    "blank lines before the header": "\n \n" + HEADER + "1,Ann,SE\n2,Bo,NO\n",
    "header with a line end in quotes": '"maker_id","na\u200bme","country","a\nb"\n1,Ann,SE,\n2,Bo,NO,\n',
    "white space around quotes": HEADER + ' "1", "Ann",\t"SE" \n"2" ,"Bo"\u00a0, "NO"\n',
    "white space around quotes, CRLF": HEADER + ' "1", "Ann", "SE" \r\n"2" ,"Bo" , "NO" \r\n',
    "spaces around": HEADER + "1 ,  Ann,SE \n 2,Bo\t,\u00a0NO\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(read: dict[str, list[Row]], form: str) -> None:
    assert texts(read[form]) == [("1", "Ann", "SE"), ("2", "Bo", "NO")]


LINES = {
    "doubled quotes": ('1,"Al ""Ace"" B",SE\n', ("1", 'Al "Ace" B', "SE")),
    "comma in quotes": ('1,"Ann, the first",SE\n', ("1", "Ann, the first", "SE")),
    "newline in quotes": ('1,"Ann\nAb",SE\n', ("1", "Ann\nAb", "SE")),
    "blank line in quotes": ('1,"Ann\n\nAb",SE\n', ("1", "Ann\n\nAb", "SE")),
    "a whole record in quotes": ('1,"x\n2,Bo,NO\n",SE\n', ("1", "x\n2,Bo,NO", "SE")),
    "quote in the middle": ('1,Ann 6" tall,SE\n', ("1", 'Ann 6" tall', "SE")),
    "backslash": ("1,Ann\\,SE\n", ("1", "Ann\\", "SE")),
    "backslash before the quote": ('1,"Ann\\",SE\n', ("1", "Ann\\", "SE")),
    "comment sign": ("1,#Ann,SE\n", ("1", "#Ann", "SE")),
    "replacement character": ("1,Zo\ufffd,SE\n", ("1", "Zo\ufffd", "SE")),
    "quoted replacement character": ('1,"Zo\ufffd",SE\n', ("1", "Zo\ufffd", "SE")),
    "space before the quote": ('1, "Ann, the first" ,SE\n', ("1", "Ann, the first", "SE")),
    "backslash before a comma in quotes": ('1,"Ann\\,",SE\n', ("1", "Ann\\,", "SE")),
    "three quotes": ('1,"""Ann""",SE\n', ("1", '"Ann"', "SE")),
    "accents": ("1,Zoë Ñandú,SE\n", ("1", "Zoë Ñandú", "SE")),
    "beyond the basic plane": ("1,🐧,SE\n", ("1", "🐧", "SE")),
    "the word null": ("1,null,NULL\n", ("1", "null", "NULL")),
    "empty is null": ('1,,""\n', ("1", None, None)),
    "white space is null": ("1,  ,\t\n", ("1", None, None)),
    "all empty": (",,\n", (None, None, None)),
}

VALUES: dict[str, str | bytes] = {case: HEADER + line for case, (line, _) in LINES.items()}


@pytest.mark.parametrize("case", VALUES)
def test_fields_are_read_by_the_rules_of_rfc_4180(read: dict[str, list[Row]], case: str) -> None:
    assert texts(read[case]) == [LINES[case][1]]


def test_carriage_return_inside_quotes_is_kept_as_a_line_break(reader: Reader) -> None:
    [(_, name, _)] = texts(reader.rows((HEADER + '1,"Ann\nAb",SE\n').replace("\n", "\r\n")))
    assert name is not None
    assert name.split() == ["Ann", "Ab"]


def test_undeclared_column_is_kept_as_extra(reader: Reader) -> None:
    [row] = reader.rows("maker_id,shoe size,name,,country\n1,43,Ann,x,SE\n")
    assert (row["maker_id"], row["name"], row["country"]) == ("1", "Ann", "SE")
    assert row["extra"] == {"shoe size": "43", "column_4": "x"}


def test_missing_column_is_null(reader: Reader) -> None:
    assert texts(reader.rows("name,maker_id\nAnn,1\n")) == [("1", "Ann", None)]


def test_files_with_different_headers_are_read_together(reader: Reader) -> None:
    rows = reader.rows({"makers_a.csv": "maker_id,name\n1,Ann\n", "makers_b.csv": "country,maker_id\nNO,2\n"})
    assert [(row["maker_id"], row["name"], row["country"]) for row in rows] == [
        ("1", "Ann", None),
        ("2", None, "NO"),
    ]


def test_file_with_only_a_header_has_no_rows(reader: Reader) -> None:
    assert reader.rows(HEADER) == []


def test_file_with_only_a_header_and_no_line_end_has_no_rows(reader: Reader) -> None:
    assert reader.rows(HEADER.strip()) == []


BAD_LINES = {
    "too few fields": b"1,Ann",
    "too many fields": b"1,Ann,SE,x",
    "Latin-1 bytes": "1,Zoë,SE".encode("latin-1"),
    "one field": b"hello",
    "very many fields": b"," * 200_000,
    "half a wide space": b"\xa0",
    "half a wide space between others": " \u00a0".encode() + b"\xa0\t",
    "end of a byte order mark": b"\xbb\xbf",
}

MALFORMED: dict[str, str | bytes] = {
    case: HEADER.encode() + line + b"\n2,Bo,NO\n" for case, line in BAD_LINES.items()
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_line_is_kept_as_written_and_the_next_line_is_read(
    read: dict[str, list[Row]], case: str
) -> None:
    bad, good = read[case]
    assert bad[RAW] == BAD_LINES[case].decode(errors="replace")
    assert (bad["maker_id"], bad["name"], bad["country"]) == (None, None, None)
    assert (bad["source_row"], good["source_row"]) == (1, 2)
    assert texts([good]) == [("2", "Bo", "NO")]


def test_carriage_returns_end_records_around_a_quoted_line_feed(reader: Reader) -> None:
    rows = reader.rows((HEADER + "1,*,SE\n2,Bo,NO\n").replace("\n", "\r").replace("*", '"Ann\nAb"'))
    assert texts(rows) == [("1", "Ann\nAb", "SE"), ("2", "Bo", "NO")]


def test_field_of_ten_megabytes_is_read(reader: Reader) -> None:
    huge = "x" * 10_000_000
    first, second = texts(reader.rows(HEADER + f'1,"{huge}",SE\n2,Bo,NO\n'))
    assert first == ("1", huge, "SE")
    assert second == ("2", "Bo", "NO")


def test_rows_are_numbered_from_one_in_file_order(reader: Reader) -> None:
    body = "".join(f"{number},M{number},SE\n" for number in range(1, 501))
    rows = reader.rows({"makers_a.csv": HEADER + body, "makers_b.csv": HEADER + "\n" + body})
    assert [(row["source_row"], row["maker_id"]) for row in rows] == 2 * [
        (number, str(number)) for number in range(1, 501)
    ]
    assert {row["source_file"] for row in rows} == {"toy/makers_a.csv", "toy/makers_b.csv"}


NAMES = [
    "makers november 2025.csv", "makers[1].csv", "makers{a,b}.csv", "makers*.csv", "makers?.csv",
    "makers_ñandú_日本.csv", "makers%20.csv", "makers+1.csv", "year=2025/month=11/makers.csv",
    "makers#2.csv", "makers&co;1.csv", "makers'\".csv", "_hidden/makers.csv", ".dot/makers.csv",
    "makers\\x.csv", "makers@~!$(),.csv", "makers e\u0301.csv",
]  # fmt: skip


def test_files_with_unusual_names_are_read(reader: Reader) -> None:
    rows = reader.rows({name: f"{HEADER}{number},Ann,SE\n" for number, name in enumerate(NAMES)})
    assert sorted((row["source_file"], row["maker_id"]) for row in rows) == sorted(
        (f"toy/{name}", str(number)) for number, name in enumerate(NAMES)
    )


def test_file_named_gz_is_decompressed(reader: Reader) -> None:
    [row] = reader.rows({"makers.csv.gz": gzip.compress((HEADER + "1,Ann,SE\n").encode())})
    assert texts([row]) == [("1", "Ann", "SE")]


MEMBERS = {
    "two members": [HEADER + "1,Ann,SE\n", "2,Bo,NO\n"],
    "cut inside a record": [HEADER + "1,A", "nn,SE\n2,Bo,NO\n"],
    "an empty first member": ["", HEADER + "1,Ann,SE\n", "2,Bo,NO\n"],
    "empty members between": [HEADER, "", "1,Ann,SE\n", "", "2,Bo,NO\n", ""],
    "header in two members": ["maker_id,na", "me,country\n1,Ann,SE\n2,Bo,NO\n"],
}


@pytest.mark.parametrize("case", MEMBERS)
def test_members_of_a_gzip_file_are_one_text(reader: Reader, case: str) -> None:
    body = b"".join(gzip.compress(member.encode()) for member in MEMBERS[case])
    assert texts(reader.rows({"makers.csv.gz": body})) == [("1", "Ann", "SE"), ("2", "Bo", "NO")]


def test_record_is_kept_as_it_is_written(reader: Reader) -> None:
    [row] = reader.rows('country,extra,maker_id\n SE ,"a ""b""", 1\r\n')
    assert row[LINE] == ' SE ,"a ""b""", 1'


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("s3://bucket/a b[1].csv", "s3://bucket/a%20b%5B1%5D.csv"),
        ("/data/100%.csv", "file:/data/100%25.csv"),
        ("s3://bucket/ñ.csv", "s3://bucket/ñ.csv"),
    ],
)
def test_urls_are_quoted_as_hadoop_does(url: str, uri: str) -> None:
    assert as_uri(url) in (uri, uri.replace("file:/", "file:///"))


@pytest.mark.parametrize("scheme", ["s3", "s3a", "s3n"])
def test_path_of_a_row_has_the_scheme_of_the_jobs_urls(spark: SparkSession, scheme: str) -> None:
    path = f"{scheme}://raw/shop/orders/s3a:x.csv"
    rows = spark.sql(f"SELECT named_struct('file_path', '{path}') AS _metadata").select(source_path())

    assert rows.collect() == [(as_uri("s3://raw/shop/orders/s3a:x.csv"),)]
