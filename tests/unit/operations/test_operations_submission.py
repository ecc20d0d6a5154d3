"""Submissions made canonical, without any service around."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from lookalike.errors import ValidationError
from lookalike.operations.submission import Rules, Submission, check, configuration, with_model_of

ASKED = Submission("tabular", 10, "csv", "csv", "b", "b", "in.csv", "out.csv", "p")
JOB = "0f8fad5b-d9cb-469f-a165-70867728950e"
RULES = Rules(("csv", "parquet"), lambda name: name == "b", 1000, 100, 60_000, 1_000_000, lambda bits: bits)


def test_a_seed_is_drawn_only_if_none_is_given() -> None:
    """63 random bits are asked for when there is no seed; a given seed, 0 among them, stays."""
    assert 63 == check(ASKED, RULES).seed
    assert 0 == check(replace(ASKED, parameters={"seed": 0}), RULES).seed


@pytest.mark.parametrize("spelling", ["time_series", "Time Series", "TIMESERIES", "time-series", "Tabular", "TEXT"])
def test_data_types_are_spelled_in_any_way(spelling: str) -> None:
    """Whatever the case, a blank, a hyphen or nothing between the words: it is the same type."""
    assert check(replace(ASKED, data_type=spelling), RULES).data_type in ("time_series", "tabular", "text")


def test_more_sequences_than_rows_are_refused() -> None:
    """Each sequence has a row at least, so data_size bounds their number."""
    asked = replace(ASKED, data_type="time_series", parameters={"n_sequences": ASKED.data_size + 1})
    with pytest.raises(ValidationError, match="n_sequences is more than data_size"):
        check(asked, RULES)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"rebalance": {}}, "parameters.rebalance is unknown; allowed: .*sequence_key"),
        ({"frequency": "often"}, "parameters.frequency"),
        (
            {"release_gate": {"fidelity.c2st": {"max": 0.6}}},
            "release_gate.fidelity.c2st is no figure; known: .*c2st_seq",
        ),
        ({"conditions": {"bucket": "c", "path": "a.csv"}}, "parameters.conditions.bucket is not a bucket"),
        ({"conditions": {"bucket": "b", "path": "../a.csv"}}, "parameters.conditions.path"),
        (
            {"model_from_job": JOB, "sequence_key": ["who"]},
            "parameters.sequence_key has no effect beside model_from_job",
        ),
        ({"model_from_job": JOB, "layout": "wide"}, "parameters.layout has no effect beside model_from_job"),
    ],
)
def test_wrong_parameters_of_sequences_are_named(told: dict[str, Any], wrong: str) -> None:
    """As those of tables: unknown keys with what is allowed, figures that sequences do not have, places, idle ones."""
    with pytest.raises(ValidationError, match=wrong):
        check(replace(ASKED, data_type="time_series", parameters=told), RULES)


def test_a_gate_may_name_figures_of_sequences() -> None:
    """And tables know none of them."""
    asked = replace(ASKED, parameters={"release_gate": {"fidelity.c2st_seq": {"max": 0.8}}})
    check(replace(asked, data_type="time_series"), RULES)
    with pytest.raises(ValidationError, match="is no figure"):
        check(asked, RULES)


@pytest.mark.parametrize("name", ["input_format", "output_format"])
def test_lines_are_for_texts(name: str) -> None:
    """Text may come and go as lines, in any case; of all else they are refused with what there is."""
    rules = replace(RULES, formats=("csv", "txt"))
    asked = replace(ASKED, **{name: "TXT"})  # type: ignore[arg-type]
    for data_type in ("tabular", "time series"):
        with pytest.raises(ValidationError, match=rf"{name} is for data_type text; must be one of csv\."):
            check(replace(asked, data_type=data_type), rules)

    assert "txt" == getattr(check(replace(asked, data_type="Text"), rules), name)


def test_a_gate_may_name_figures_of_texts() -> None:
    """Also for a table, which may have texts, but not for time series."""
    asked = replace(ASKED, data_type="text", parameters={"release_gate": {"privacy.shingles": {"max": 0.1}}})
    check(asked, RULES)
    with pytest.raises(ValidationError, match="is no figure"):
        check(replace(asked, data_type="time_series"), RULES)


def test_what_texts_are_told_is_that_of_their_lender() -> None:
    """A job that uses a model has the backend, columns and attributes of the job that learnt it."""
    job_id = "3f0e6a52-3c1c-4f2c-9a56-1f3f5a1d3d11"
    request = check(replace(ASKED, data_type="text", parameters={"model_from_job": job_id}), RULES)
    lent = {"backend": "endpoint", "endpoint": {"name": "e", "model": "m"}, "text_columns": ["t"], "attributes": None}
    told = with_model_of(request, {**lent, "seed": 3, "budget_s": 5}).parameters

    assert {**lent, "budget_s": 5, "seed": request.seed} == {name: told[name] for name in (*lent, "budget_s", "seed")}
    with pytest.raises(ValidationError, match="backend has no effect beside model_from_job"):
        check(replace(ASKED, data_type="text", parameters={"model_from_job": job_id, "backend": "ngram"}), RULES)


@pytest.mark.parametrize("spelling", ["", "tab", " tabular", "tabular ", "time  series", "timeſeries"])
def test_other_data_types_are_unknown(spelling: str) -> None:
    """Anything else is not known, with the list."""
    with pytest.raises(ValidationError, match=r"is not known; available: tabular"):
        check(replace(ASKED, data_type=spelling), RULES)


def test_parameters_and_configuration_hold_all_defaults() -> None:
    """What the worker gets and what the status shows are the same parameters, defaults included."""
    request = check(replace(ASKED, parameters={"csv": {"delimiter": ";"}}), RULES)

    assert {"delimiter": ";", "null": None, "safe": False} == request.parameters["csv"]
    assert request.parameters == configuration(ASKED, request)["parameters"]


def test_limits_are_those_of_the_rules() -> None:
    """One more than a limit is refused, the limit itself is not."""
    check(replace(ASKED, data_size=100, timeout=60_000), RULES)
    check(replace(ASKED, data_size=1000, output_path="o/"), RULES)
    for wrong in ({"data_size": 101}, {"data_size": 1001, "output_path": "o/"}, {"timeout": 60_001}):
        with pytest.raises(ValidationError):
            check(replace(ASKED, **wrong), RULES)  # type: ignore[arg-type]


def test_nothing_is_drawn_for_a_refused_submission() -> None:
    """Randomness is not spent before the parameters are good."""
    drawn = count()
    with pytest.raises(ValidationError):
        check(replace(ASKED, parameters={"x": 1}), replace(RULES, draw=lambda bits: next(drawn)))

    assert 0 == next(drawn)


def test_a_model_of_a_folder_is_one_that_the_operator_has_named() -> None:
    """No job makes the service read a folder of its machine; from scratch needs none."""

    def asked(folder: str) -> Submission:
        told = {"backend": "transformer", "transformer": {"model_dir": folder}}
        return replace(ASKED, data_type="text", parameters=told)

    rules = replace(RULES, knows_model=lambda folder: folder == "/models/tiny")
    with pytest.raises(ValidationError, match="no model of this service") as error:
        check(asked("/etc"), rules)

    assert "parameters.transformer.model_dir" == error.value.fields[0][0]
    with pytest.raises(ValidationError):
        check(asked("/models/tiny"), RULES)
    assert "/models/tiny" == check(asked("/models/tiny"), rules).parameters["transformer"]["model_dir"]
    assert "scratch" == check(asked("scratch"), RULES).parameters["transformer"]["model_dir"]
