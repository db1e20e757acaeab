"""`python -m benchmarks.inbetween`: the benchmark of in-betweens, or a part of it."""

import argparse
from pathlib import Path

from benchmarks.inbetween.method import METHODS
from benchmarks.inbetween.pair import SIZE_PX, SIZES_PX
from benchmarks.inbetween.suite import run_suite


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(prog="benchmarks.inbetween", description="Score in-betweens beside the truth.")
    parser.add_argument("--only", nargs="+", default=["*"], metavar="GLOB", help="ids of pairs, for example 'rig_arm*'")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=[*METHODS], help="all by default")
    size = "side of the pictures, %(default)s unless another is asked for"
    parser.add_argument("--size", type=int, default=SIZE_PX, choices=SIZES_PX, help=size)
    parser.add_argument("--sheets", action="store_true", help="write contact sheets, moving pictures and index.html")
    parser.add_argument("--worst", type=Path, help="with --sheets: write one picture of the rig's worst pairs there")
    options = parser.parse_args()
    run_suite(options.only, options.methods, size_px=options.size, sheets=options.sheets, worst=options.worst)


if __name__ == "__main__":
    main()
