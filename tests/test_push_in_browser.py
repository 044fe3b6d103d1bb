"""Push on a device, in a real browser. Its push service is out of reach of a test, so what stands for it answers at once;
the service worker and its notifications are real."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from feeds.models import PushSubscription
from feeds.tests.push_service import PushService, running
from tests.waiting import until

pytestmark = [pytest.mark.browser, pytest.mark.service_worker, pytest.mark.django_db(transaction=True)]

SETTINGS = "/settings/notifications/"
# A push service in the page: one subscription, kept as a browser keeps it.
STUB = """
    const made = ({ endpoint, keys }) => ({
      endpoint, options: {}, toJSON: () => ({ endpoint, keys }),
      unsubscribe: async () => { localStorage.removeItem("stub"); return true; },
    });
    const kept = () => localStorage.getItem("stub") && made(JSON.parse(localStorage.getItem("stub")));
    PushManager.prototype.getSubscription = async () => kept();
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      localStorage.setItem("key", applicationServerKey);
      localStorage.setItem("stub", JSON.stringify(%s));
      return kept();
    };
    Notification.requestPermission = async () => { localStorage.setItem("asked", "yes"); return "%s"; };
    Object.defineProperty(Notification, "permission", { get: () => "%s" });
"""


@pytest.fixture
def service(settings: Any) -> Iterator[PushService]:
    with running() as service:
        settings.PUSH_SERVICES = [service.url]
        yield service


@pytest.fixture
def enter(page: Any, sign_in: Callable[..., None], alice: User, service: PushService) -> Callable[..., Any]:
    """Alice opens the settings in a browser whose owner answers so."""

    def open_as_alice(answer: str = "granted", permission: str = "default") -> Any:
        import json

        browser = service.browser()
        page.add_init_script(
            STUB % (json.dumps({"endpoint": browser.endpoint, "keys": browser.keys}), answer, permission)
        )
        sign_in(page, alice)
        page.goto(SETTINGS)
        until(page, "customElements.get('push-device') !== undefined")
        return page

    return open_as_alice


def test_on_tried_and_off(enter: Callable[..., Any], service: PushService, alice: User) -> None:
    page = enter()
    page.get_by_role("button", name="Turn on for this device").wait_for()
    assert page.evaluate("localStorage.getItem('asked')") is None  # nobody is asked before they tap
    page.get_by_role("button", name="Turn on for this device").click()
    page.get_by_text("This device.", exact=True).wait_for()
    subscription = PushSubscription.objects.get()
    assert (subscription.account, subscription.endpoint) == (alice, service.browser().endpoint)
    assert page.evaluate("localStorage.getItem('key')") == page.evaluate(
        "document.querySelector('push-device').dataset.key"
    )
    assert not page.get_by_role("button", name="Turn on for this device").is_visible()

    page.get_by_role("button", name="Turn off").click()
    page.get_by_text("Push is off on all your devices.").wait_for()
    page.get_by_role("button", name="Turn on for this device").wait_for()
    assert not PushSubscription.objects.exists()
    assert page.evaluate("localStorage.getItem('stub')") is None


@pytest.mark.parametrize(("answer", "words"), [("denied", "blocks notifications"), ("default", "Push stays off")])
def test_who_does_not_allow_it_reads_what_is_the_case(enter: Callable[..., Any], answer: str, words: str) -> None:
    page = enter(answer)
    page.get_by_role("button", name="Turn on for this device").click()
    page.get_by_text(words).wait_for()
    assert page.locator("push-device button").get_attribute("aria-busy") is None
    assert not PushSubscription.objects.exists()


def test_who_has_blocked_it_is_not_asked(enter: Callable[..., Any]) -> None:
    page = enter(permission="denied")
    page.get_by_text("blocks notifications").wait_for()
    assert not page.get_by_role("button", name="Turn on for this device").is_visible()


def test_a_push_service_that_is_away(enter: Callable[..., Any]) -> None:
    page = enter()
    page.evaluate("void (PushManager.prototype.subscribe = async () => { throw new DOMException('', 'AbortError'); })")
    page.get_by_role("button", name="Turn on for this device").click()
    page.get_by_text("did not answer").wait_for()


def test_without_what_push_needs(page: Any, sign_in: Callable[..., None], alice: User) -> None:
    page.add_init_script("delete globalThis.PushManager")
    sign_in(page, alice)
    page.goto(SETTINGS)
    page.get_by_text("This browser cannot show notifications").wait_for()


def test_without_javascript(new_page: Callable[..., Any], sign_in: Callable[..., None], alice: User) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, alice)
    page.goto(SETTINGS)
    page.locator("push-device noscript p").wait_for()
    assert not page.get_by_role("button", name="Turn on for this device").is_visible()
    page.get_by_label("Every week").check()
    page.locator("#digest").get_by_role("button", name="Save").click()
    page.get_by_text("The next one").wait_for()


def test_the_worker_shows_a_message_once_under_its_tag(page: Any, live_server: Any) -> None:
    page.context.grant_permissions(["notifications"], origin=live_server.url)
    page.goto("/status/")
    page.evaluate(
        "navigator.serviceWorker.register('/sw.js', { scope: '/' }).then(() => navigator.serviceWorker.ready)"
    )
    protocol = page.context.new_cdp_session(page)
    registrations: list[dict[str, Any]] = []
    protocol.on("ServiceWorker.workerRegistrationUpdated", lambda found: registrations.extend(found["registrations"]))
    protocol.send("ServiceWorker.enable")
    until(page, "navigator.serviceWorker.controller !== null")
    while not (own := [each for each in registrations if each["scopeURL"].startswith(live_server.url)]):
        page.wait_for_timeout(50)
    worker = own[-1]["registrationId"]
    message = '{"title": "Mira posted a video", "body": "%s", "url": "/status/", "tag": "video:7", "icon": ""}'
    shown = "navigator.serviceWorker.ready.then((worker) => worker.getNotifications())"
    for body in ("One", "Two"):
        push = {"origin": live_server.url, "registrationId": worker, "data": message % body}
        for _ in range(20):  # the debugger's message to a worker that sleeps may be lost; one that comes twice is one
            protocol.send("ServiceWorker.deliverPushMessage", push)
            page.wait_for_timeout(1500)
            bodies = page.evaluate(f"{shown}.then((all) => all.map((each) => each.body))")
            if bodies == [body]:
                break
        assert bodies == [body]
    assert page.evaluate(f"{shown}.then(([each]) => [each.title, each.tag])") == ["Mira posted a video", "video:7"]
