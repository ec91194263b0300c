// What a person chose on a page, kept in their browser.

/** What was kept under `name`, or `otherwise`. */
export function kept(name, otherwise) {
  try {
    const value = JSON.parse(localStorage.getItem(`rappel.${name}`));
    if (value === null) return otherwise;
    return typeof otherwise === "object" && otherwise !== null ? { ...otherwise, ...value } : value;
  } catch {
    return otherwise;
  }
}

/** Keeps it. A browser that keeps nothing forgets it with the page. */
export function keep(name, value) {
  try {
    localStorage.setItem(`rappel.${name}`, JSON.stringify(value));
  } catch {
    // Full, or forbidden by the person.
  }
}
