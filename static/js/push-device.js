// Push on this device: says in words what is the case, and asks for permission only on a tap. Holds the form that tells
// the server of the browser's subscription. Around it, forms with data-push-remove end this browser's own subscription
// too, before they are sent.

import { gettext } from "words";

const HINTS = {
  insecure: gettext("Push needs a secure address: open this site by https."),
  homescreen: gettext("On iPhone and iPad, first add this site to the Home Screen: Share, then Add to Home Screen. Open it from there and come back here."),
  unsupported: gettext("This browser cannot show notifications while no page is open."),
  denied: gettext("This browser blocks notifications of this site. Allow them in its settings for this site, then reload the page."),
  dismissed: gettext("Push stays off: the browser asked, and you have not allowed it."),
  unreachable: gettext("Your browser's push service did not answer. Try again in a few minutes."),
};

class PushDevice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", this.#turnOn);
    document.addEventListener("submit", this.#turnOff);
    this.#look();
  }

  disconnectedCallback() {
    document.removeEventListener("submit", this.#turnOff);
  }

  get #form() {
    return this.querySelector("form");
  }

  get #button() {
    return this.#form.querySelector("button");
  }

  async #look() {
    const hint = this.#obstacle();
    if (hint) return this.#say(hint);
    const subscription = await this.#subscription();
    const mine = subscription && this.#rows().find((row) => row.dataset.endpoint === subscription.endpoint);
    if (mine && this.#isCurrent(subscription)) return this.#show(mine);
    this.#form.hidden = false;
  }

  #obstacle() {
    if (!isSecureContext) return HINTS.insecure;
    if (!("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis)) {
      const apple = /iPhone|iPad/.test(navigator.userAgent) || (navigator.maxTouchPoints > 1 && /Mac/.test(navigator.userAgent));
      return apple && !navigator.standalone ? HINTS.homescreen : HINTS.unsupported;
    }
    return Notification.permission === "denied" ? HINTS.denied : "";
  }

  #rows() {
    return [...document.querySelectorAll("[data-endpoint]")];
  }

  #show(row) {
    row.querySelector("[data-here]").hidden = false;
    this.#say("");
    this.hidden = true;
  }

  #say(text) {
    const status = this.querySelector("[role=status]");
    status.textContent = text;
    status.hidden = !text;
  }

  async #subscription() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    return registration?.pushManager.getSubscription();
  }

  // One that was made for another key of the site cannot be reached any more.
  #isCurrent({ options }) {
    return !options?.applicationServerKey || encode(options.applicationServerKey) === this.dataset.key;
  }

  #turnOn = async (event) => {
    event.preventDefault();
    this.#say("");
    this.#button.setAttribute("aria-busy", "true");
    try {
      await this.#subscribe();
    } catch {
      this.#say(this.#obstacle() || HINTS.unreachable);
      this.#button.removeAttribute("aria-busy");
    }
  };

  async #subscribe() {
    const answer = await Notification.requestPermission();
    if (answer !== "granted") {
      this.#say(answer === "denied" ? HINTS.denied : HINTS.dismissed);
      this.#button.removeAttribute("aria-busy");
      return;
    }
    await navigator.serviceWorker.register(this.dataset.worker, { scope: "/" });
    const { pushManager } = await navigator.serviceWorker.ready;
    const former = await pushManager.getSubscription();
    if (former && !this.#isCurrent(former)) await former.unsubscribe();
    const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: this.dataset.key });
    const { endpoint, keys } = subscription.toJSON();
    for (const [name, value] of Object.entries({ endpoint, ...keys })) {
      const field = this.#form.elements.namedItem(name);
      if (field) field.value = value;
    }
    this.#form.submit();
  }

  #turnOff = async (event) => {
    const row = event.target.closest("[data-endpoint]");
    if (!row || !event.target.matches("[data-push-remove]")) return;
    event.preventDefault();
    try {
      const subscription = await this.#subscription();
      if (subscription?.endpoint === row.dataset.endpoint) await subscription.unsubscribe();
    } catch {
      // the server forgets it anyhow
    }
    event.target.submit();
  };
}

function encode(key) {
  const text = btoa(String.fromCharCode(...new Uint8Array(key)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

customElements.define("push-device", PushDevice);
