"""Staged versions in the reader's words and numbers."""

from flask import Flask
from flask_babel import force_locale

from studio.console import stage_words
from studio.runtime.models import VersionStage
from studio.runtime.stages.policy import Figures


def test_shares_and_numbers_are_those_of_the_readers_language(app: Flask) -> None:
    stage = VersionStage(min_runs=1000, points=10, before_number=3)
    with app.test_request_context():
        assert stage_words.failing(Figures(9, 7, 1)) == "12.5 %"
        assert stage_words.failing(Figures(1, 0, 0)) == "-"
        with force_locale("de"):
            assert stage_words.failing(Figures(9, 7, 1)) == "12,5 %"
            assert "1.000" in stage_words.rule(stage)
