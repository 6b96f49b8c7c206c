"""Every service against a double of it: what it finds, and the right sentence when it does not."""

from __future__ import annotations

import gzip
import json
import threading
import time

import pytest

from tests.tools.search.doubles import ARTICLE, KEY, SERVICES, Double, Reply, Service, serving
from tools.search.keys import KeySource
from tools.search.provider import NotConfigured, SearchCancelled, SearchUnavailable
from tools.search.searxng import SearxngProvider
from tools.search.tavily import TavilyProvider
from tools.search.wikipedia import WikipediaProvider

each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
PATIENT_S = 60.0
"""More than the busiest machine needs for an answer that comes."""
BY_NAME = {service.name: service for service in SERVICES}

CAPTCHA_PAGES = {
    "ddg": '<form id="challenge-form" action="//duckduckgo.com/anomaly.js"><div '
    'class="anomaly-modal__title">Unfortunately, bots use DuckDuckGo too.</div></form>',
    "recaptcha": '<html><div class="g-recaptcha" data-sitekey="x"></div></html>',
    "cloudflare": '<html><div class="cf-turnstile"></div>Verify you are human</html>',
}

REFUSALS = {
    "202": (Reply("wait", 202), "{host} holds us off, as it does with programs that ask too often"),
    "401": (Reply("no", 401), "{host} asks for a key, or does not accept ours (HTTP 401)"),
    "403": (Reply("no", 403), "{host} refuses to answer us (HTTP 403)"),
    "404": (Reply("no", 404), "{host} did not search (HTTP 404)"),
    "429": (Reply("no", 429), "{host} says that we ask too often (HTTP 429)"),
    "432": (Reply("no", 432), "{host} says that the key's plan is used up (HTTP 432)"),
    "500": (Reply("ouch", 500), "{host} has a fault of its own (HTTP 500)"),
    "503": (Reply("ouch", 503), "{host} has a fault of its own (HTTP 503)"),
    "reset": (Reply(reset=True), "{host} broke the connection off"),
    "slow": (Reply(slow=True), "{host} did not answer within 0.3 s"),
    "drips": (Reply(drips=True), "{host} did not answer within 0.3 s"),
    "large": (Reply("x" * 1_000_001), "the answer of {host} is larger than 1,000 kB"),
}


def _search(service: Service, double: Double, query: str = "Orson Kovats") -> list[object]:
    provider = service.make(double.address, 0.3 if double.replies[0].slow else PATIENT_S)
    return list(provider.search(query, threading.Event()))


@each_service
def test_finds(service: Service, double: Double) -> None:
    double.replies = [Reply(service.ok)]
    provider = service.make(double.address, PATIENT_S)
    assert provider.name == service.name
    assert provider.leaves_machine
    hits = provider.search('Orson "Kovats" & co?', threading.Event())
    assert [hit.source for hit in hits] == [f"site{i}.example" for i in range(3)]
    assert [hit.title for hit in hits] == [f"Title {i}" for i in range(3)]
    assert [hit.url for hit in hits] == [f"https://site{i}.example/page?x={i}" for i in range(3)]
    assert hits[0].snippet == "Orson & Kovats was born, says page 0."
    assert [asked.query for asked in double.asked] == ['Orson "Kovats" & co?']


@each_service
def test_finds_nothing(service: Service, double: Double) -> None:
    double.replies = [Reply(service.empty)]
    assert _search(service, double) == []


@each_service
@pytest.mark.parametrize("case", REFUSALS)
def test_refused(service: Service, double: Double, case: str) -> None:
    reply, sentence = REFUSALS[case]
    double.replies = [reply]
    provider = service.make(double.address, 0.3 if reply.slow or reply.drips else PATIENT_S)
    with pytest.raises(SearchUnavailable) as caught:
        provider.search("Orson Kovats", threading.Event())
    assert str(caught.value).startswith(sentence.format(host=double.host))
    assert caught.value.retry is (case in ("500", "503", "reset"))
    assert KEY not in str(caught.value)
    assert len(double.asked) == 1


@each_service
@pytest.mark.parametrize("status", [200, 202, 403, 429])
@pytest.mark.parametrize("page", CAPTCHA_PAGES)
def test_captcha(service: Service, double: Double, status: int, page: str) -> None:
    double.replies = [Reply(CAPTCHA_PAGES[page], status)]
    with pytest.raises(
        SearchUnavailable, match="asks for a CAPTCHA, which only a person can solve"
    ):
        _search(service, double)


@each_service
def test_odd_answers(service: Service, double: Double) -> None:
    double.replies = [Reply(odd) for odd in service.odd]
    for odd in service.odd:
        with pytest.raises(SearchUnavailable, match=f"(the answer of )?{double.host}"):
            assert _search(service, double) == odd


@each_service
@pytest.mark.parametrize(
    "body", ["<html>hello", b"\xff\xfe\x00", "[" * 100_000, '{"results":', "NaN,"], ids=range(5)
)
def test_malformed(service: Service, double: Double, body: str | bytes) -> None:
    double.replies = [Reply(body)]
    with pytest.raises(SearchUnavailable, match=f"the answer of {double.host}"):
        _search(service, double)


@each_service
def test_nobody_listens(service: Service, double: Double) -> None:
    double.server.shutdown()
    double.server.server_close()
    with pytest.raises(SearchUnavailable, match="cannot be reached") as caught:
        _search(service, double)
    assert caught.value.retry


@each_service
def test_asked_to_wait(service: Service, double: Double) -> None:
    double.replies = [Reply("no", 429, {"Retry-After": "30"})]
    with pytest.raises(SearchUnavailable, match="asks to be left alone for 30 s") as caught:
        _search(service, double)
    assert caught.value.wait_s == 30


@each_service
@pytest.mark.parametrize(
    "value",
    ["1e9", "-5", "\xb2", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400],
    ids=["float", "negative", "superscript", "date", "long"],
)
def test_odd_waits(service: Service, double: Double, value: str) -> None:
    double.replies = [Reply("no", 429, {"Retry-After": value})]
    with pytest.raises(SearchUnavailable, match="too often") as caught:
        _search(service, double)
    assert caught.value.wait_s in (None, 600.0)


@each_service
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "http://[", "", "//x"]
)
def test_odd_addresses_of_results_are_not_shown(service: Service, double: Double, url: str) -> None:
    double.replies = [Reply(service.ok.replace("https://site0.example/page?x=0", url))]
    hits = service.make(double.address, PATIENT_S).search("x", threading.Event())
    assert all(hit.url == "" or hit.url.startswith("https://") for hit in hits)
    assert all(" " not in hit.source and hit.source for hit in hits)


@pytest.mark.parametrize("name", ["searxng", "wikipedia", "brave", "tavily"])
def test_cancelled_at_once(name: str, double: Double) -> None:
    double.replies = [Reply(slow=True)]
    cancelled = threading.Event()
    threading.Timer(0.1, cancelled.set).start()
    begun = time.monotonic()
    with pytest.raises(SearchCancelled):
        BY_NAME[name].make(double.address, PATIENT_S).search("x", cancelled)
    assert time.monotonic() - begun < PATIENT_S / 2


@each_service
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_to_others_are_not_followed(
    service: Service, double: Double, status: int
) -> None:
    with serving() as other:
        other.replies = [Reply(service.ok)]
        for target in (f"{other.address}/", f"http://localhost:{other.server.server_port}/"):
            double.replies = [Reply("", status, {"Location": target})]
            with pytest.raises(SearchUnavailable, match="where we do not follow"):
                _search(service, double)
        assert other.asked == []


@each_service
@pytest.mark.parametrize("target", ["", "file:///etc/passwd", "http://[", "ftp://x/", "//"])
def test_odd_redirects(service: Service, double: Double, target: str) -> None:
    double.replies = [Reply("", 302, {"Location": target})]
    with pytest.raises(SearchUnavailable):
        _search(service, double)


@each_service
def test_an_answer_that_swells(service: Service, double: Double) -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    assert len(bomb) < 50_000
    double.replies = [Reply(bomb, headers={"Content-Encoding": "gzip"})]
    with pytest.raises(SearchUnavailable, match="is larger than 1,000 kB"):
        _search(service, double)


@pytest.mark.parametrize("name", ["searxng", "wikipedia", "brave"])
def test_a_redirect_within_the_host_is_followed(name: str, double: Double) -> None:
    service = BY_NAME[name]
    double.replies = [Reply("", 301, {"Location": "/elsewhere"}), Reply(service.ok)]
    assert len(_search(service, double)) == 3
    assert [asked.path.partition("?")[0] for asked in double.asked][1] == "/elsewhere"


@pytest.mark.parametrize("name", ["searxng", "brave"])
def test_circles(name: str, double: Double) -> None:
    double.replies = [Reply("", 302, {"Location": "/again"})]
    with pytest.raises(SearchUnavailable, match="round in circles"):
        _search(BY_NAME[name], double)
    assert len(double.asked) == 4


def test_keys_go_into_headers_only(double: Double) -> None:
    for name, header in (("brave", "X-Subscription-Token"), ("tavily", "Authorization")):
        double.asked.clear()
        double.replies = [Reply(BY_NAME[name].ok)]
        _search(BY_NAME[name], double)
        asked = double.asked[0]
        headers = {key.lower(): value for key, value in asked.headers.items()}
        assert KEY in headers[header.lower()]
        assert KEY not in asked.path + asked.body


def test_searxng_whose_engines_are_silent(double: Double) -> None:
    answer = {"results": [], "unresponsive_engines": [["duckduckgo", "CAPTCHA"], ["bing", "x"], 3]}
    double.replies = [Reply(json.dumps(answer))]
    with pytest.raises(SearchUnavailable, match="do not answer: duckduckgo, bing"):
        _search(BY_NAME["searxng"], double)


def test_searxng_without_an_address() -> None:
    with pytest.raises(NotConfigured, match="LLMLAB_SEARXNG_URL"):
        SearxngProvider(None, timeout_s=1).search("x", threading.Event())


def test_a_service_without_a_key(double: Double) -> None:
    provider = TavilyProvider(double.address, KeySource(variable="LLMLAB_TAVILY_KEY"), timeout_s=1)
    with pytest.raises(NotConfigured, match="LLMLAB_TAVILY_KEY"):
        provider.search("x", threading.Event())
    assert double.asked == []


def test_wikipedia_errors_come_with_status_200(double: Double) -> None:
    double.replies = [Reply(json.dumps({"error": {"code": "ratelimited", "info": "slow down"}}))]
    with pytest.raises(SearchUnavailable, match="it says 'ratelimited'"):
        WikipediaProvider(double.address, timeout_s=PATIENT_S).search("x", threading.Event())


def test_wikipedia_articles_without_an_extract(double: Double) -> None:
    page = ARTICLE | {"title": "Orson", "index": "first"}
    double.replies = [Reply(json.dumps({"query": {"pages": [page]}}))]
    (hit,) = WikipediaProvider(double.address, timeout_s=PATIENT_S).search("x", threading.Event())
    assert (hit.title, hit.snippet, hit.source) == ("Orson", "", "wiki.example")


def test_adverts_alone_are_no_results(double: Double) -> None:
    service = BY_NAME["ddgs"]
    page = service.ok
    for i in range(5):
        page = page.replace(f"https://site{i}.example/page?x={i}", "https://duckduckgo.com/y.js?ad")
    double.replies = [Reply(page)]
    assert _search(service, double) == []
