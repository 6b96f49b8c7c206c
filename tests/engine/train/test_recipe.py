import pytest

from engine.errors import RunError
from engine.train.recipe import recipe


@pytest.mark.parametrize("method", ["value", "rtuning", "dpo"])
def test_a_method_is_of_the_stage_idk(method: str) -> None:
    assert recipe("idk", "nano", method=method).method == method
    if method != "value":
        assert recipe("idk", "nano", method=method).steps <= 200
        with pytest.raises(RunError, match=rf"method = '{method}' of a sft run"):
            recipe("sft", "nano", method=method)
    with pytest.raises(RunError, match="no method 'magic'"):
        recipe("idk", "nano", method="magic")
