// What scripts say, in the page's language: `gettext("Copied")`, `ngettext("%s video", "%s videos", count)`, both read by
// `make messages`. A page in another language than English brings the words along; a word that it lacks is said in English.

const { documentElement: root } = document;
const brought = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

export function gettext(text, ...values) {
  return filled(brought[text] ?? text, values);
}

export function ngettext(one, many, count, ...values) {
  const form = new Intl.PluralRules(root.lang || "en").select(count) === "one" ? 0 : 1;
  return filled(brought[one]?.[form] ?? [one, many][form], values.length ? values : [number(count)]);
}

// In full, with the language's own separators.
export function number(value, options) {
  return value.toLocaleString(root.lang, options);
}

// Each "%s" in its turn; a translation may number them to put them in another order: "%2$s".
function filled(text, values) {
  let next = 0;
  return text.replace(/%(?:(\d+)\$)?([s%])/g, (_, place, kind) => (kind === "%" ? "%" : values[place ? place - 1 : next++]));
}
