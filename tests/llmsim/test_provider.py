"""One setting switches to a real provider; keys stay out of sight."""

from typing import Any

import pytest
from langchain_openai import ChatOpenAI

from llmsim import Latency, SimulatedChatModel, Simulator, chat_model
from llmsim.providers import ProviderError, provider
from llmsim.server import background

SECRET = "sk-very-secret"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "OPENAI_MODEL"):
        monkeypatch.delenv(name, raising=False)


def test_without_settings_it_is_the_simulator() -> None:
    sim = Simulator()
    model = chat_model("sim-fast", simulator=sim, temperature=0.3)
    assert isinstance(model, SimulatedChatModel)
    assert (model.model, model.simulator, model.temperature) == ("sim-fast", sim, 0.3)
    assert isinstance(chat_model(), SimulatedChatModel)


def test_a_key_alone_changes_nothing() -> None:
    assert provider({"OPENAI_API_KEY": SECRET}).simulated


def test_a_model_with_a_key_is_openai_and_with_a_url_anybody() -> None:
    openai = provider({"OPENAI_MODEL": "some-model", "OPENAI_API_KEY": SECRET})
    assert (openai.simulated, openai.model, openai.base_url) == (False, "some-model", None)
    local = provider({"OPENAI_MODEL": "llama3.1", "OPENAI_BASE_URL": "http://127.0.0.1:11434/v1"})
    assert (local.simulated, local.key) == (False, None)


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({"OPENAI_BASE_URL": "http://x/v1"}, "OPENAI_MODEL"),
        ({"OPENAI_MODEL": "some-model"}, "OPENAI_API_KEY"),
    ],
)
def test_half_a_setting_is_refused_in_both_languages(environ: dict[str, str], missing: str) -> None:
    with pytest.raises(ProviderError) as caught:
        provider(environ)
    chinese, english = str(caught.value).splitlines()
    assert missing in chinese
    assert missing in english


def test_keys_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_MODEL", "some-model")
    for shown in (provider(), chat_model(), SimulatedChatModel(api_key=SECRET)):  # type: ignore[arg-type]
        assert SECRET not in repr(shown)
        assert SECRET not in str(shown)


def test_the_same_code_runs_against_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def lesson() -> tuple[str, Any]:
        model = chat_model("sim-large", simulator=Simulator(latency=Latency.fixed(0.0)))
        answer = model.invoke("Translate to Chinese: Worth the price.")
        return answer.text, answer.usage_metadata

    simulated = lesson()
    with background(Simulator(latency=Latency.fixed(0.0))) as url:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        monkeypatch.setenv("OPENAI_MODEL", "sim-large")
        assert isinstance(chat_model("sim-fast"), ChatOpenAI)
        text, usage = lesson()
    assert text == simulated[0] == "值得这个价格。"
    assert usage["total_tokens"] == simulated[1]["total_tokens"]
