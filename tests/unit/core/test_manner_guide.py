import re
from pathlib import Path

import pytest

from poseloom.core.manner import read_manner
from poseloom.core.vocabulary import Motion

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "manner.md"
ROWS = re.findall(r"^\| `(.+?)` \| ([a-z -]+?) \| ", GUIDE.read_text(), re.MULTILINE)


@pytest.mark.parametrize(("said", "manner"), ROWS)
def test_what_the_guide_says_is_read_so(said: str, manner: str) -> None:
    assert str(read_manner(said)) == manner


def test_the_guide_shows_every_motion() -> None:
    assert set(Motion) <= {word for _, manner in ROWS for word in manner.split()}
