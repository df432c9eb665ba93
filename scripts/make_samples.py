#!/usr/bin/env python3
"""Write the sample set, or many UBL invoices for benchmarks.

    scripts/make_samples.py [DIR]             the sample set, by default into samples/invoices/
    scripts/make_samples.py --many N DIR      N valid, different UBL invoices into DIR

Both are deterministic: the same version of this program and of its libraries writes the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sample_set import documents
from sample_set.documents import Document
from sample_set.render_cn import make_einvoice, make_mof, make_ofd_attached, make_ofd_fields
from sample_set.render_en16931 import make_cii, make_sbdh_ubl, make_ubl
from sample_set.render_pdf import make_factur_x

__all__ = ["many_ubl", "sample_files", "write_samples"]

_DEFAULT = Path(__file__).resolve().parent.parent / "samples" / "invoices"
# Full-width forms stand at a fixed distance behind the ASCII characters that they widen.
_FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789rj"}


def sample_files() -> dict[str, bytes]:
    """Every sample document by file name."""
    return {
        "01-jiangling-lanchuan.xml": make_einvoice(documents.JIANGLING_TO_LANCHUAN),
        "02-jiangling-lanchuan-red-letter.xml": make_einvoice(documents.JIANGLING_CREDIT),
        "03-qichen-lanchuan.ofd": make_ofd_attached(documents.QICHEN_TO_LANCHUAN),
        "04-boyue-jiangling.xml": make_mof(documents.BOYUE_TO_JIANGLING),
        "05-rongjin-jiangling.ubl.xml": make_ubl(documents.RONGJIN_TO_JIANGLING),
        "06-rongjin-qichen.ofd": make_ofd_fields(documents.RONGJIN_TO_QICHEN),
        "07-hengxi-boyue.cii.xml": make_cii(documents.HENGXI_TO_BOYUE),
        "08-shengyuan-rongjin.xml": make_einvoice(documents.SHENGYUAN_TO_RONGJIN),
        "09-qinghe-hengxi.xml": make_mof(documents.QINGHE_TO_HENGXI),
        "10-nordwerk-lanchuan.pdf": make_factur_x(documents.NORDWERK_TO_LANCHUAN),
        "11-nordwerk-lanchuan.ubl.xml": make_ubl(documents.NORDWERK_SPARES),
        "12-valtenna-nordwerk.sbdh.xml": make_sbdh_ubl(documents.VALTENNA_TO_NORDWERK),
        "13-harzfeld-nordwerk.cii.xml": make_cii(documents.HARZFELD_TO_NORDWERK),
        "14-van-der-linde-valtenna.ubl.xml": make_ubl(documents.VAN_DER_LINDE_TO_VALTENNA),
        "15-rongjin-jiangling-again.cii.xml": make_cii(_respelled(documents.RONGJIN_TO_JIANGLING)),
        "16-download-cut-short.xml": _cut(make_einvoice(documents.SHENGYUAN_TO_RONGJIN)),
    }


def _respelled(document: Document) -> Document:
    """The same invoice as somebody's other system writes it: zeros in front, lower case, full width."""
    seller = replace(document.seller, uscc=document.seller.identifier.lower())
    return replace(document, number=f"00{document.number}".lower().translate(_FULL_WIDTH), seller=seller)


def _cut(content: bytes) -> bytes:
    """The first part of a file, as an interrupted download leaves it; cut between two elements."""
    return content[: content.index(b"<IssuItemInformation>")]


def write_samples(directory: Path) -> None:
    """Write every sample document into the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in sample_files().items():
        (directory / name).write_bytes(content)


def many_ubl(count: int) -> Iterator[tuple[str, bytes]]:
    """File names and contents of valid UBL invoices, all different, as many as asked for."""
    template = documents.HARZFELD_TO_NORDWERK
    for index in range(count):
        first, *others = template.lines
        line = replace(first, quantity=Decimal(index % 997 + 1), price=Decimal(1000 + index % 8999) / 100)
        issued = template.issued + timedelta(days=index % 45)
        yield (
            f"invoice-{index:06d}.xml",
            make_ubl(
                replace(
                    template,
                    number=f"B26-{index:06d}",
                    issued=issued,
                    due=issued + timedelta(days=90),
                    lines=(line, *others),
                )
            ),
        )


def main() -> None:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description="Write the sample invoices.")
    parser.add_argument("directory", nargs="?", type=Path, default=_DEFAULT)
    parser.add_argument("--many", type=int, metavar="N", help="write N UBL invoices instead of the samples")
    arguments = parser.parse_args()
    if arguments.many is None:
        write_samples(arguments.directory)
        return
    arguments.directory.mkdir(parents=True, exist_ok=True)
    for name, content in many_ubl(arguments.many):
        (arguments.directory / name).write_bytes(content)


if __name__ == "__main__":
    main()
