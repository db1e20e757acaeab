"""Print the figures that README and docs quote: `make bench`, or `python -m benchmarks` with the names of suites."""

import argparse
import platform

from benchmarks import drawing, pipeline, plan, player, service, studio
from benchmarks.inbetween import suite as inbetween

SUITES = {
    "plan": plan.run,
    "pipeline": pipeline.run,
    "drawing": drawing.run,
    "service": service.run,
    "inbetween": inbetween.run,
    "player": player.run,
    "studio": studio.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], default=[])
    parser.add_argument("--uv", default="uv", help="the uv that runs MoviePy in an environment of its own")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    for name in options.suites or SUITES:
        SUITES[name](options.uv)


if __name__ == "__main__":
    main()
