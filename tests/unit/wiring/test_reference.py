from pathlib import Path

from poseloom.wiring.reference import SETTINGS_NAME, write_settings

PAGE = Path(__file__).parents[3] / "docs" / "reference" / SETTINGS_NAME


def test_the_page_of_settings_is_up_to_date() -> None:
    assert PAGE.read_text() == write_settings(), "run `python -m poseloom.wiring.reference docs/reference`"
