"""`poseloom serve` that makes no clip: with `--error CODE` each fails, with `--hold N` each stays at N frames."""

import argparse
import json
from pathlib import Path

from poseloom.api.error import list_errors
from poseloom.core.error import PoseloomError
from poseloom.testing.maker import FailingMaker, HoldingMaker
from poseloom.wiring.log import set_up_logging
from poseloom.wiring.serving import Opening, open_listening, serve
from poseloom.wiring.settings import Settings


def write_error(code: str) -> PoseloomError:
    """Return the error of a code."""
    kind = next(error for error in list_errors() if error.code == code)
    return kind("the brush broke; take another")


def greet(opening: Opening) -> None:
    """Tell the first line that every server tells."""
    told = {"url": opening.url, "home": str(opening.home)}
    print(json.dumps(told if opening.key is None else {**told, "api_key": opening.key}), flush=True)


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--json", action="store_true")
    fate = parser.add_mutually_exclusive_group(required=True)
    fate.add_argument("--error")
    fate.add_argument("--hold", type=int)
    arguments = parser.parse_args()
    set_up_logging(as_json=True)
    maker = FailingMaker(write_error(arguments.error)) if arguments.error else HoldingMaker(arguments.hold)
    with open_listening("127.0.0.1", arguments.port) as listening:
        serve(Settings(home=arguments.home), listening, greet=greet, maker=maker)


if __name__ == "__main__":
    main()
