// Sizes and what is left, as people read them.

import { gettext, ngettext, number } from "words";

const MB = 1024 * 1024;

export function size(bytes) {
  return `${number(bytes / MB, digits(bytes < 10 * MB ? 1 : 0))} MB`;
}

export function left(seconds) {
  if (!Number.isFinite(seconds) || seconds < 1) return "";
  if (seconds < 60) return gettext("about %s seconds left", Math.ceil(seconds / 5) * 5);
  const minutes = Math.round(seconds / 60);
  return ngettext("about %s minute left", "about %s minutes left", minutes);
}

const digits = (count) => ({ minimumFractionDigits: count, maximumFractionDigits: count });
