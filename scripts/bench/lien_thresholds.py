"""Which thresholds of likeness find most of the planted matches and report fewest others.

    python scripts/bench/lien_thresholds.py [--size 2000] [--out scripts/bench/results/lien_thresholds.json]

Labelled sets of SIZE liens and as many assets from three seeds (lien_planting.py says what is planted and
what only looks alike). One threshold is varied at a time, the others stay as shipped; recall and precision
are over pairs of a lien and an asset of all three sets together. Chosen is the lowest value that leaves
precision within 0.001 of the best of its row, because a match that is missed lets a second pledge through and
a wrong one costs an examiner a look. Deterministic: the same versions give the same figures on any machine.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

from lien_corpus import NOW, Corpus
from lien_planting import make_corpus
from lien_quality import quality_of

from counterfoil.domain.external_liens.lien_evidence import DEFAULT_THRESHOLDS, Thresholds
from counterfoil.domain.external_liens.lien_matching import LienMatch
from counterfoil.usecases.external_liens.match_external_liens import find_matches

ROOT = Path(__file__).resolve().parents[2]
SEEDS = (11, 12, 13)
KEY = bytes(range(32))
TRIED = {
    "supported": (50, 55, 60, 65, 70, 80),
    "unsupported": (80, 83, 86, 89, 92, 95),
    "alone": (89, 92, 95, 97, 99),
    "goods": (60, 72, 84, 92, 100),
}
_TOLERATED = 0.001


def measure(corpora: list[Corpus], thresholds: Thresholds) -> dict[str, float | int]:
    """Recall and precision over all sets."""
    planted = found = right = 0
    for corpus in corpora:
        matches: tuple[LienMatch, ...] = find_matches(
            liens=corpus.liens, assets=corpus.assets, key=KEY, as_of=NOW, thresholds=thresholds
        )
        quality = quality_of(corpus, matches)
        planted, found, right = planted + quality.planted, found + quality.found, right + quality.right
    return {
        "recall": round(right / planted, 4),
        "precision": round(right / found, 4),
        "wrong_pairs": found - right,
    }


def chosen_of(row: dict[str, dict[str, float | int]]) -> int:
    """The lowest value whose precision is as good as any but for a thousandth."""
    best = max(figures["precision"] for figures in row.values())
    return min(int(value) for value, figures in row.items() if figures["precision"] >= best - _TOLERATED)


def main() -> None:
    """Measure, print, write the result file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=2_000)
    parser.add_argument("--out", type=Path, default=ROOT / "scripts/bench/results/lien_thresholds.json")
    arguments = parser.parse_args()
    corpora = [make_corpus(seed=seed, assets=arguments.size, liens=arguments.size) for seed in SEEDS]
    rows: dict[str, dict[str, dict[str, float | int]]] = {}
    for name, values in TRIED.items():
        rows[name] = {}
        for value in values:
            rows[name][str(value)] = measure(corpora, replace(DEFAULT_THRESHOLDS, **{name: value}))
            print(name, value, rows[name][str(value)], flush=True)
    result = {
        "measures": "thresholds of likeness for matching liens with assets",
        "command": "python scripts/bench/lien_thresholds.py",
        "method": " ".join((__doc__ or "").split("\n\n", 2)[2].split()),
        "versions": {name: version(name) for name in ("counterfoil", "rapidfuzz")},
        "seeds": list(SEEDS),
        "liens_and_assets_of_each_set": arguments.size,
        "shipped": asdict(DEFAULT_THRESHOLDS),
        "chosen_by_the_rule": {name: chosen_of(row) for name, row in rows.items()},
        "figures": rows,
    }
    arguments.out.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
