// Selecting in the Following Manager: how many are chosen, ranges with Shift, everything that matches, and on phones a
// long press or the Select button. Without it the same checkboxes and buttons are a plain form.

import { ngettext } from "words";

const LONG_PRESS = 500; // ms
const SLACK = 10; // px that a finger may tremble
const FEW = 500; // checkboxes that go as fields of their own: a form may have a thousand

class FollowManager extends HTMLElement {
  #last; // the checkbox clicked last: where a range begins
  #press;
  #swallow = false; // the click that ends a long press

  connectedCallback() {
    this.addEventListener("click", this.#click, { capture: true });
    this.addEventListener("change", this.#changed);
    this.addEventListener("formdata", this.#pack, { capture: true });
    this.addEventListener("htmx:load", this.#loaded);
    this.addEventListener("pointerdown", this.#down);
    this.addEventListener("pointermove", this.#move);
    for (const type of ["pointerup", "pointercancel"]) this.addEventListener(type, this.#release);
    this.addEventListener("contextmenu", this.#menu);
    this.addEventListener("keydown", this.#key);
    this.#show();
  }

  get #boxes() {
    return [...this.querySelectorAll('input[name="account"]')];
  }

  get #everything() {
    return this.querySelector('input[name="everything"]');
  }

  #click = (event) => {
    const { target } = event;
    if (this.#swallow) {
      this.#swallow = false;
      return stop(event);
    }
    if (target.closest("[data-select]")) return this.#begin();
    if (target.closest("[data-close]")) return this.#end();
    const row = target.closest(".followed");
    if (!row) return;
    const box = row.querySelector('input[name="account"]');
    if (target === box) return this.#clicked(box, event.shiftKey);
    if (!("touch" in this.dataset) || target.closest("label")) return;
    stop(event); // while selecting on a phone the whole row is the checkbox
    this.#check(box, !box.checked);
  };

  #clicked(box, isRange) {
    const boxes = this.#boxes;
    const from = boxes.indexOf(this.#last);
    this.#last = box;
    if (!isRange || from < 0) return;
    const to = boxes.indexOf(box);
    for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
  }

  #check(box, checked) {
    box.checked = checked;
    this.#last = box;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #changed = ({ target }) => {
    if (target.matches("[data-all], [name='everything']")) this.#boxes.forEach((box) => (box.checked = target.checked));
    if (target.matches("[data-all]") && this.#everything) this.#everything.checked = false;
    if (target.name === "account" && !target.checked) this.#everything.checked = false;
    this.#show();
  };

  // More rows, or a new list.
  #loaded = () => {
    if (this.#everything?.checked) this.#boxes.forEach((box) => (box.checked = true));
    if (!this.#boxes.some((box) => box.checked)) delete this.dataset.touch;
    this.#tell();
    this.#show();
  };

  // What a search or an order left, for those who do not see the list change.
  #tell() {
    const [line, found] = [this.querySelector("[data-found]"), this.querySelector("#matching, .empty h2")];
    const words = found?.textContent.trim().replace(/\s+/g, " ") ?? "";
    if (line.textContent !== words) line.textContent = words;
  }

  #begin() {
    this.dataset.touch = "";
    this.#show();
  }

  #end() {
    delete this.dataset.touch;
    this.#boxes.forEach((box) => (box.checked = false));
    if (this.#everything) this.#everything.checked = false;
    const loses = document.activeElement?.closest(".manager__actions");
    this.#show();
    if (loses) [...this.querySelectorAll("[data-select], [data-all]")].find((one) => one.checkVisibility())?.focus();
  }

  #show() {
    const boxes = this.#boxes;
    const chosen = boxes.filter((box) => box.checked).length;
    this.toggleAttribute("data-selecting", "touch" in this.dataset || chosen > 0);
    const all = this.querySelector("[data-all]");
    if (!all) return;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    const total = this.#everything.checked ? Number(this.querySelector("#matching").dataset.total) : chosen;
    this.querySelector("[data-count]").textContent = ngettext("%s selected", "%s selected", total);
    for (const button of this.querySelectorAll('[name="act"]')) button.disabled = total === 0;
  }

  // Everything needs no list of them; thousands go as one field.
  #pack = ({ target, formData }) => {
    if (target.id !== "selection") return;
    const chosen = formData.getAll("account");
    if (formData.has("everything")) formData.delete("account");
    else if (chosen.length > FEW) formData.set("account", chosen.join(","));
  };

  #down = (event) => {
    const row = event.target.closest(".followed");
    if (event.pointerType !== "touch" || !row || this.hasAttribute("data-selecting")) return;
    const pressed = () => {
      this.#swallow = true;
      this.#begin();
      this.#check(row.querySelector('input[name="account"]'), true);
    };
    this.#press = { x: event.clientX, y: event.clientY, timer: setTimeout(pressed, LONG_PRESS) };
  };

  #move = (event) => {
    if (this.#press && Math.hypot(event.clientX - this.#press.x, event.clientY - this.#press.y) > SLACK) this.#release();
  };

  #release = () => {
    clearTimeout(this.#press?.timer);
    this.#press = undefined;
    setTimeout(() => (this.#swallow = false)); // a press may end without a click
  };

  #menu = (event) => {
    if (this.#press) event.preventDefault();
  };

  #key = (event) => {
    if (event.key === "Escape" && this.hasAttribute("data-selecting") && !event.target.closest("dialog, details[open]")) this.#end();
  };
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

customElements.define("follow-manager", FollowManager);
