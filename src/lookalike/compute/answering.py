"""What those who do an item say to those who asked for it: a result, or an error of ours in its parts."""

from lookalike.compute import Json, Run
from lookalike.errors import LookalikeError


def answer(run: Run, question: Json) -> Json:
    """What a worker answers to one question: the result, or the error as its code, message, hint and verdict."""
    try:
        return {"result": run(question["task"], question["item"])}
    except LookalikeError as error:
        return refusal(error)


def refusal(error: LookalikeError) -> Json:
    """The answer of a worker whose item ended with this error."""
    told = {"code": error.code, "message": error.message, "hint": error.hint, "retryable": error.retryable}
    return {"error": told}


def result(answered: Json) -> Json:
    """
    The result in an answer.

    Raises:
        LookalikeError: the answer is an error; it has the code, message, hint and verdict of the worker's.
    """
    if "error" not in answered:
        return answered["result"]
    told = answered["error"]
    error = LookalikeError(told["message"], hint=told["hint"])
    error.code, error.retryable = told["code"], told["retryable"]
    raise error
