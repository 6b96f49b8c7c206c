"""Settings and keys from the environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.search.doubles import KEY
from tools.search import open_search, search_tool
from tools.search.keys import KeySource
from tools.search.pocket import PocketProvider
from tools.search.provider import NotConfigured
from tools.search.settings import PROVIDERS, SearchSettings


def test_the_usual_ones() -> None:
    assert SearchSettings.from_env({}) == SearchSettings()
    assert SearchSettings().provider == "pocket"


def test_everything_set() -> None:
    settings = SearchSettings.from_env(
        {
            "LLMLAB_SEARCH_PROVIDER": "searxng",
            "LLMLAB_SEARXNG_URL": "http://search.local:8080",
            "LLMLAB_DDGS_URL": "http://ddg.local/html/",
            "LLMLAB_WIKIPEDIA_URL": "https://de.wikipedia.org",
            "LLMLAB_BRAVE_URL": "http://127.0.0.1:1",
            "LLMLAB_TAVILY_URL": "http://localhost:2/tavily",
            "LLMLAB_BRAVE_KEY": KEY,
            "LLMLAB_TAVILY_KEY_FILE": "/run/keys/tavily",
            "LLMLAB_SEARCH_TIMEOUT_S": "3.5",
            "LLMLAB_SEARCH_SPACING_S": "0",
            "LLMLAB_SEARCH_PATIENCE_S": "9",
        }
    )
    assert (settings.provider, settings.timeout_s, settings.spacing_s) == ("searxng", 3.5, 0)
    assert settings.brave_key.read() == KEY
    assert settings.tavily_key.file == Path("/run/keys/tavily")
    assert KEY not in repr(settings)


def test_the_process_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMLAB_SEARCH_PROVIDER", "wikipedia")
    assert SearchSettings.from_env().provider == "wikipedia"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("LLMLAB_SEARCH_PROVIDER", "bing", f"'bing'. There are: {', '.join(PROVIDERS)}."),
        ("LLMLAB_SEARXNG_URL", "search.local", "LLMLAB_SEARXNG_URL is 'search.local'"),
        ("LLMLAB_SEARXNG_URL", "ftp://host/", "LLMLAB_SEARXNG_URL"),
        ("LLMLAB_SEARXNG_URL", "file:///etc/passwd", "LLMLAB_SEARXNG_URL"),
        ("LLMLAB_SEARXNG_URL", "http://", "LLMLAB_SEARXNG_URL"),
        ("LLMLAB_SEARXNG_URL", "http://[", "LLMLAB_SEARXNG_URL"),
        ("LLMLAB_SEARXNG_URL", "http://host:99999/", "LLMLAB_SEARXNG_URL"),
        ("LLMLAB_SEARXNG_URL", "http://host/\r\nX: y", "LLMLAB_SEARXNG_URL"),
        ("LLMLAB_DDGS_URL", "http://me:pass@host/", "holds a user name or password"),
        ("LLMLAB_BRAVE_URL", "http://api.example", "use https"),
        ("LLMLAB_TAVILY_URL", "http://10.0.0.1", "use https"),
        ("LLMLAB_SEARCH_TIMEOUT_S", "soon", "'soon', which is no number"),
        ("LLMLAB_SEARCH_TIMEOUT_S", "0", "from 0.01 to 600"),
        ("LLMLAB_SEARCH_TIMEOUT_S", "nan", "LLMLAB_SEARCH_TIMEOUT_S"),
        ("LLMLAB_SEARCH_SPACING_S", "-1", "LLMLAB_SEARCH_SPACING_S"),
        ("LLMLAB_SEARCH_PATIENCE_S", "inf", "LLMLAB_SEARCH_PATIENCE_S"),
    ],
)
def test_refused(variable: str, value: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"[.]$") as caught:
        SearchSettings.from_env({variable: value})
    assert says in str(caught.value)
    assert "pass@" not in str(caught.value)


def test_a_key_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"  {KEY}\n")
    source = KeySource.from_env("LLMLAB_BRAVE_KEY", {"LLMLAB_BRAVE_KEY_FILE": str(file)})
    assert source.read() == KEY


@pytest.mark.parametrize("content", [b"", b"hush hush", b"a\nb", "schlüssel".encode(), b"\xff\xfe"])
def test_a_bad_key(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(NotConfigured, match=str(file)) as caught:
        KeySource(variable="V", file=file).read()
    assert "hush hush" not in str(caught.value)


def test_no_key(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="set V, or V_FILE"):
        KeySource(variable="V").read()
    with pytest.raises(NotConfigured, match="set V, or V_FILE"):
        KeySource.from_env("V", {"V": "", "V_FILE": ""}).read()
    with pytest.raises(NotConfigured, match="cannot be read"):
        KeySource(variable="V", file=tmp_path / "none").read()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_opened_from_settings(tmp_path: Path, provider: str) -> None:
    search = open_search(
        SearchSettings(provider=provider),
        pocket=PocketProvider(tmp_path / "pocket.sqlite"),
        cache_path=tmp_path / "cache.sqlite",
    )
    assert search.names == PROVIDERS
    assert search_tool(search).trust == ("pure" if provider == "pocket" else "network")
    assert list(tmp_path.iterdir()) == [], "nothing is opened yet"


def test_the_tool(tmp_path: Path) -> None:
    pocket = PocketProvider(tmp_path / "none")
    search = open_search(SearchSettings(), pocket=pocket, cache_path=None)
    tool = search_tool(search)
    assert (tool.name, tool.start, tool.end) == ("search", "<|search_start|>", "<|search_end|>")
    result = tool("Orson Kovats")
    assert result.kind == "unavailable"
    assert "search unavailable: there is no index of the pocket web at" in result.text
    assert tool("x" * 401).kind == "limit"


def test_it_loads_nothing_slow() -> None:
    code = (
        "import sys, tools.search;"
        "print([m for m in ('asyncio', 'ddgs', 'httpx', 'lxml', 'primp', 'torch')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
