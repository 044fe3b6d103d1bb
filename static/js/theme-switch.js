// Light, dark, or as the system says. The cookie tells the server, so that the next page starts in the right one;
// localStorage tells the other tabs.

const YEAR = 365 * 24 * 3600;

class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this.#choose);
    addEventListener("storage", this.#heard);
    this.#show();
  }

  disconnectedCallback() {
    removeEventListener("storage", this.#heard);
  }

  #choose = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const theme = button.value;
    document.cookie = `theme=${theme}; path=/; max-age=${theme ? YEAR : 0}; samesite=lax`;
    localStorage.setItem("theme", theme);
    this.#apply(theme);
  };

  #heard = ({ key, newValue }) => {
    if (key === "theme") this.#apply(newValue ?? "");
  };

  #apply(theme) {
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    this.#show();
  }

  #show() {
    const theme = document.documentElement.dataset.theme ?? "";
    for (const button of this.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === theme));
      button.title = button.textContent.trim();
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);
