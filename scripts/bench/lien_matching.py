"""How long it takes to match 100,000 liens with 100,000 assets on one core, and what is found.

    python scripts/bench/lien_matching.py [--size 100000] [--out scripts/bench/results/lien_matching.json]

Made-up liens and assets from a seed that chose no threshold (lien_planting.py says what is planted and what
only looks alike). In a process of its own, corpus made: indexes are built and every lien is matched through
`find_matches`, the function behind `counterfoil external-lien match`. Seconds are processor time of the one
thread, wall time beside them; peak memory is that of the whole process, corpus included. Recall and precision
are over pairs of a lien and an asset; a wrong digit at the end of a number, which cannot be told from the
next number of its series, is planted too and counted, and told apart. The peer in the same run: plain
rapidfuzz, every lien against every asset without an index: `process.extractOne` over one text a record
(debtor, numbers, lots, goods) with token_set_ratio, on a sample of liens in which planted ones are as
frequent as in the whole, with the cut-off of 70 to 95 that makes the best of it by F1. Its seconds are
extrapolated to all liens, in proportion to their number, which is what a comparison of all with all costs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from lien_corpus import NOW, Corpus
from lien_planting import make_corpus
from lien_quality import SERIES_ERROR, quality_of
from rapidfuzz import fuzz, process, utils

from counterfoil.domain.external_liens.external_lien import ExternalLien, LedgerAsset
from counterfoil.usecases.external_liens.match_external_liens import find_matches

ROOT = Path(__file__).resolve().parents[2]
SEED = 2026
KEY = bytes(range(32))
PEER_SAMPLE = 200
PEER_CUTOFFS = (70, 75, 80, 85, 90, 95)
MOST_SECONDS, MOST_MIB = 60, 2048


def ours(size: int) -> dict[str, object]:
    """Time, memory, recall and precision of one comparison."""
    corpus = make_corpus(seed=SEED, assets=size, liens=size)
    corpus_mib = peak_mib()
    wall, processor = time.perf_counter(), time.process_time()
    matches = find_matches(liens=corpus.liens, assets=corpus.assets, key=KEY, as_of=NOW)
    processor, wall = time.process_time() - processor, time.perf_counter() - wall
    peak = peak_mib()
    quality = quality_of(corpus, matches)
    series = quality.by_category[SERIES_ERROR]
    series_planted = int(series["planted_pairs"])
    series_right = round(series_planted * series["recall"])
    return {
        "liens": size,
        "assets": size,
        "processor_seconds": round(processor, 1),
        "wall_seconds": round(wall, 1),
        "liens_per_processor_second": round(size / processor),
        "peak_mib": peak,
        "peak_mib_before_matching": corpus_mib,
        "recall_without_wrong_last_digits": round(
            (quality.right - series_right) / (quality.planted - series_planted), 4
        ),
        **quality.report(),
    }


def peak_mib() -> int:
    """Highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def text_of(record: ExternalLien | LedgerAsset) -> str:
    """What the peer compares: everything that both sides state, as one text."""
    name = record.debtor.name if isinstance(record, ExternalLien) else record.pledgors[0].name
    lots = (part for lot in record.lots for part in (lot.site, lot.bay, lot.batch, lot.serial))
    numbers = (each.number for each in record.document_numbers)
    return " ".join(part for part in (name, *numbers, *lots, record.goods_description) if part)


def peer(size: int) -> dict[str, object]:
    """The same liens and assets, a sample of the liens, everything compared with everything."""
    corpus = make_corpus(seed=SEED, assets=size, liens=size)
    texts = [utils.default_process(text_of(asset)) for asset in corpus.assets]
    sample = range(min(PEER_SAMPLE, size))
    started = time.process_time()
    best = [
        process.extractOne(
            utils.default_process(text_of(corpus.liens[place])),
            texts,
            scorer=fuzz.token_set_ratio,
            score_cutoff=PEER_CUTOFFS[0],
        )
        for place in sample
    ]
    seconds = time.process_time() - started
    figures = {cutoff: _peer_quality(corpus, list(sample), best, cutoff) for cutoff in PEER_CUTOFFS}
    cutoff = max(figures, key=lambda each: figures[each]["f1"])
    return {
        "method": "rapidfuzz.process.extractOne, token_set_ratio, no index",
        "liens_compared": len(sample),
        "assets": size,
        "processor_seconds_of_the_sample": round(seconds, 1),
        "processor_seconds_extrapolated_to_all": round(seconds * size / len(sample)),
        "cutoff": cutoff,
        **figures[cutoff],
    }


def _peer_quality(
    corpus: Corpus, sample: list[int], best: list[tuple[str, float, int] | None], cutoff: int
) -> dict[str, float]:
    """Over liens: the right asset named, or rightly none."""
    planted = sum(bool(corpus.truth[place]) for place in sample)
    named = right = 0
    for place, found in zip(sample, best, strict=True):
        if found is not None and found[1] >= cutoff:
            named += 1
            right += corpus.assets[found[2]].asset_number in corpus.truth[place]
    recall, precision = right / planted if planted else 0.0, right / named if named else 0.0
    f1 = 2 * recall * precision / (recall + precision) if right else 0.0
    return {"recall": round(recall, 4), "precision": round(precision, 4), "f1": round(f1, 4)}


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    model = next(
        (
            row.partition(":")[2].strip()
            for row in Path("/proc/cpuinfo").read_text().splitlines()
            if row.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "cpu": model,
        "cores": str(os.cpu_count()),
        "load_1_min": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "system": platform.system(),
    }


def in_own_process(part: str, size: int) -> dict[str, object]:
    """One of the two, in a process of its own, so that memory is its own."""
    command = [sys.executable, __file__, "--part", part, "--size", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, print, write the result file; exit code 1 if a required figure is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=100_000)
    parser.add_argument("--part", choices=("ours", "peer"), help="one part only, to standard output")
    parser.add_argument("--out", type=Path, default=ROOT / "scripts/bench/results/lien_matching.json")
    arguments = parser.parse_args()
    if arguments.part is not None:
        print(json.dumps((ours if arguments.part == "ours" else peer)(arguments.size)))
        return
    before = machine()
    matching, compared = in_own_process("ours", arguments.size), in_own_process("peer", arguments.size)
    seconds, all_pairs = matching["processor_seconds"], compared["processor_seconds_extrapolated_to_all"]
    result = {
        "measures": "matching liens registered elsewhere with assets of the ledger, on one core",
        "command": "python scripts/bench/lien_matching.py",
        "method": " ".join((__doc__ or "").split("\n\n", 2)[2].split()),
        "machine": before,
        "versions": {name: version(name) for name in ("counterfoil", "rapidfuzz", "python-stdnum")},
        "required": {"seconds": MOST_SECONDS, "peak_mib": MOST_MIB, "liens": 100_000, "assets": 100_000},
        "seed": SEED,
        "matching": matching,
        "peer": compared,
        "times_faster_than_the_peer": round(float(str(all_pairs)) / float(str(seconds))),
    }
    text = json.dumps(result, indent=2, ensure_ascii=False)
    arguments.out.write_text(text + "\n", encoding="utf-8")
    print(text)
    kept = float(str(seconds)) <= MOST_SECONDS and int(str(matching["peak_mib"])) <= MOST_MIB
    sys.exit(0 if kept else 1)


if __name__ == "__main__":
    main()
