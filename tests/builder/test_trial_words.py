"""One event, one wait: sentences of backtests and shadows that count."""

from flask import Flask
from flask_babel import force_locale

from studio.builder.backtest import words
from studio.builder.backtest.tally import Tally
from studio.builder.models import Backtest, BacktestEvent
from studio.runtime import document as documents
from studio.runtime.checks.outline import Outline
from tests.factories.workflows import refunds


def test_one_is_said_as_one(app: Flask) -> None:
    row, document = Backtest(wanted={"last": 1}), documents.load(refunds())
    with app.test_request_context():
        assert words.stretch(row) == "The last event"
        said = words.assumptions(row, Tally(events=1, gone=1, waits=1), document)
        assert "A wait was skipped: the clock moved on." in said
        assert "Of 1 event the data are no longer kept: not tried." in said
        more = words.assumptions(row, Tally(events=2_000, gone=1_500, waits=2), document)
        assert "Of 1,500 events the data are no longer kept: not tried." in more


def test_how_a_run_ends_is_said_in_the_readers_language(app: Flask) -> None:
    one = BacktestEvent(kind="differs", what="state", was="succeeded", becomes="failed")
    with app.test_request_context(), force_locale("de"):
        said = words.difference(one, words.Names(Outline(documents.load(refunds())), None))
    assert not {"succeeded", "failed"} & set(said.replace("„", " ").replace("“", " ").split())
