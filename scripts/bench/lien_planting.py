"""Planting of matches and near misses: which liens a corpus has, and which assets they are truly on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from lien_corpus import NEAR_MISS, STRANGER, Company, Corpus, Maker

from counterfoil.domain.external_liens.external_lien import (
    CollateralKind,
    DocumentNumber,
    DocumentNumberKind,
    ExternalLien,
    LedgerAsset,
    NamedParty,
    kinds_overlap,
)

PLANTED_PART, NEAR_PART = 0.12, 0.28
EXACT_CATEGORIES = frozenset({"identifier and number", "name and number", "lot", "blanket"})
"""Planted as the asset has it; all others are written otherwise."""


def make_corpus(*, seed: int, assets: int, liens: int) -> Corpus:
    """So many assets of a fifth as many companies, and so many liens; the same seed gives the same corpus."""
    maker = Maker(seed)
    corpus = Corpus()
    companies = [maker.company() for _ in range(max(1, assets // 5))]
    # A few companies have very many assets, most have few.
    weights = [1 / (rank + 3) ** 0.7 for rank in range(len(companies))]
    owners = maker.draw.choices(companies, weights, k=assets)
    corpus.assets = [maker.asset(owner) for owner in owners]
    owned: defaultdict[Company, list[LedgerAsset]] = defaultdict(list)
    for owner, asset in zip(owners, corpus.assets, strict=True):
        owned[owner].append(asset)
    planter = _Planter(maker, corpus, owned)
    planted, near = int(liens * PLANTED_PART), int(liens * NEAR_PART)
    for number in range(liens):
        place = maker.draw.randrange(assets)
        if number < planted:
            planter.plant(owners[place], corpus.assets[place])
        elif number < planted + near:
            planter.near_miss(owners[place], corpus.assets[place])
        else:
            planter.stranger()
    order = list(range(len(corpus.liens)))
    maker.draw.shuffle(order)
    for name in ("liens", "truth", "category"):
        column: list[object] = getattr(corpus, name)
        setattr(corpus, name, [column[place] for place in order])
    return corpus


class _Planter:
    def __init__(self, maker: Maker, corpus: Corpus, owned: defaultdict[Company, list[LedgerAsset]]) -> None:
        self._maker = maker
        self._corpus = corpus
        self._owned = owned

    def plant(self, company: Company, asset: LedgerAsset) -> None:
        """One lien that is truly on the asset, in a category drawn from those that the asset allows."""
        by_number: list[Callable[[Company, LedgerAsset], None]] = [
            self._exact_number, self._spelled_number, self._written_name, self._typo_name, self._typo_number,
            self._typo_both, self._changed_digit,
        ]  # fmt: skip
        by_lot = [self._exact_lot, self._typo_lot, self._foreign_lot, self._written_name_lot, self._blanket]
        self._maker.draw.choice(by_number if not asset.lots else by_number + by_lot)(company, asset)

    def _numbered(self, debtor: NamedParty, asset: LedgerAsset, number: str, category: str) -> None:
        named = replace(asset.document_numbers[0], number=number)
        lien = self._maker.lien(debtor, asset.kind, document_numbers=(named,))
        self._corpus.add(lien, category, asset.asset_number)

    def _number(self, asset: LedgerAsset) -> str:
        return asset.document_numbers[0].number

    def _exact_number(self, company: Company, asset: LedgerAsset) -> None:
        category = "identifier and number" if company.party.identifiers else "name and number"
        self._numbered(company.party, asset, self._number(asset), category)

    def _spelled_number(self, company: Company, asset: LedgerAsset) -> None:
        self._numbered(company.party, asset, self._maker.spelled(self._number(asset)), "number respelled")

    def _written_name(self, company: Company, asset: LedgerAsset) -> None:
        debtor = NamedParty(name=self._maker.name_as_written(company))
        self._numbered(debtor, asset, self._number(asset), "name rewritten")

    def _typo_name(self, company: Company, asset: LedgerAsset) -> None:
        debtor = NamedParty(name=self._maker.name_with_typo(company))
        category = "Chinese name, one character wrong" if company.is_chinese else "name mistyped"
        self._numbered(debtor, asset, self._number(asset), category)

    def _typo_number(self, company: Company, asset: LedgerAsset) -> None:
        number = self._maker.dropped_or_swapped(self._number(asset))
        self._numbered(company.party, asset, number, "number mistyped")

    def _typo_both(self, company: Company, asset: LedgerAsset) -> None:
        debtor = NamedParty(name=self._maker.name_as_written(company))
        number = self._maker.dropped_or_swapped(self._number(asset))
        self._numbered(debtor, asset, number, "name rewritten, number mistyped")

    def _changed_digit(self, company: Company, asset: LedgerAsset) -> None:
        number = self._number(asset)
        other = str((int(number[-2]) + 5) % 10) if number[-2].isdigit() else "7"
        changed = number[:-2] + other + number[-1]
        goods = {"goods_code": asset.goods_code, "goods_description": asset.goods_description}
        named = replace(asset.document_numbers[0], number=changed)
        lien = self._maker.lien(company.party, asset.kind, document_numbers=(named,), **goods)
        self._corpus.add(lien, "last digits wrong", asset.asset_number)

    def _exact_lot(self, company: Company, asset: LedgerAsset) -> None:
        lien = self._maker.lien(company.party, CollateralKind.GOODS, lots=(asset.lots[0],))
        self._corpus.add(lien, "lot", asset.asset_number)

    def _typo_lot(self, company: Company, asset: LedgerAsset) -> None:
        lot = replace(asset.lots[0], batch=self._maker.dropped_or_swapped(asset.lots[0].batch))
        lien = self._maker.lien(company.party, CollateralKind.GOODS, lots=(lot,))
        self._corpus.add(lien, "lot mistyped", asset.asset_number)

    def _foreign_lot(self, _company: Company, asset: LedgerAsset) -> None:
        lot = replace(asset.lots[0], site=asset.lots[0].site.lower().replace("-", ""))
        lien = self._maker.lien(self._maker.company().party, CollateralKind.GOODS, lots=(lot,))
        self._corpus.add(lien, "lot under another debtor", asset.asset_number)

    def _written_name_lot(self, company: Company, asset: LedgerAsset) -> None:
        debtor = NamedParty(name=self._maker.name_as_written(company))
        lien = self._maker.lien(debtor, CollateralKind.GOODS, lots=(asset.lots[0],))
        self._corpus.add(lien, "name rewritten, lot", asset.asset_number)

    def _blanket(self, company: Company, asset: LedgerAsset) -> None:
        lien = self._maker.lien(
            company.party, CollateralKind.GOODS, goods_description=f"all {asset.goods_description}"
        )
        covered = [
            each.asset_number
            for each in self._owned[company]
            if kinds_overlap(each.kind, CollateralKind.GOODS)
        ]
        self._corpus.add(lien, "blanket", *covered)

    # -- what must not match --

    def near_miss(self, company: Company, asset: LedgerAsset) -> None:
        """One lien that looks like being on the asset and is not."""
        choices: list[Callable[[Company, LedgerAsset], ExternalLien]] = [
            self._next_number, self._sister_number, self._same_number_elsewhere,
        ]  # fmt: skip
        if asset.lots:
            choices += [self._other_batch, self._other_goods]
        self._corpus.add(self._maker.draw.choice(choices)(company, asset), NEAR_MISS)

    def _with_number(self, debtor: NamedParty, asset: LedgerAsset, number: str) -> ExternalLien:
        named = replace(asset.document_numbers[0], number=number)
        goods = {"goods_code": asset.goods_code, "goods_description": asset.goods_description}
        return self._maker.lien(debtor, asset.kind, document_numbers=(named,), **goods)

    def _next_number(self, company: Company, asset: LedgerAsset) -> ExternalLien:
        """A document of the same debtor and series that is not on the ledger."""
        number = self._number(asset)
        if asset.document_numbers[0].kind is DocumentNumberKind.INVOICE:
            return self._with_number(company.party, asset, self._maker.invoice_number(company))
        head = number.rstrip("0123456789")
        tail = number[len(head) :]
        return self._with_number(company.party, asset, f"{head}{self._maker.next_serial():0{len(tail)}d}")

    def _sister_number(self, company: Company, asset: LedgerAsset) -> ExternalLien:
        """Another company of the group with the next number of the series."""
        return replace(self._next_number(company, asset), debtor=self._maker.sister(company))

    def _same_number_elsewhere(self, _company: Company, asset: LedgerAsset) -> ExternalLien:
        """An invoice of the same number, of a seller that has nothing to do with this one."""
        number = self._number(asset) if asset.kind is CollateralKind.RECEIVABLE else "WR-1"
        named = DocumentNumber(kind=DocumentNumberKind.INVOICE, number=number)
        return self._maker.lien(
            self._maker.company().party, CollateralKind.RECEIVABLE, document_numbers=(named,)
        )

    def _other_batch(self, company: Company, asset: LedgerAsset) -> ExternalLien:
        """Another delivery in the same bay."""
        fresh = self._maker.lot()
        lot = replace(asset.lots[0], batch=fresh.batch, serial="")
        return self._maker.lien(company.party, CollateralKind.GOODS, lots=(lot,))

    def _other_goods(self, company: Company, _asset: LedgerAsset) -> ExternalLien:
        """All of other goods of the same debtor."""
        return self._maker.lien(
            company.party,
            CollateralKind.GOODS,
            goods_description="frozen prawns, all sizes",
            goods_code="030617",
        )

    def stranger(self) -> None:
        """A lien of a company that the ledger does not know, over an asset of its own."""
        company = self._maker.company()
        asset = self._maker.asset(company)
        lien = self._maker.lien(
            company.party,
            asset.kind,
            goods_code=asset.goods_code,
            goods_description=asset.goods_description,
            lots=asset.lots,
            document_numbers=asset.document_numbers,
        )
        self._corpus.add(lien, STRANGER)


def unplanted(corpus: Corpus) -> Sequence[int]:
    """Places of the liens that are on nothing."""
    return [place for place, truth in enumerate(corpus.truth) if not truth]
