// @ts-check
// Theme and density: buttons [data-set="theme:dark"] choose, [data-theme-toggle] turns day to night and back.
// Both are hidden in the HTML and shown here: without a script the page follows the system.

const root = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** @param {string} name @param {string} value empty: back to the default */
function choose(name, value) {
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  try {
    if (value) localStorage.setItem(`parta-${name}`, value);
    else localStorage.removeItem(`parta-${name}`);
  } catch {
    // Storage is switched off: the choice lasts until the page is left.
  }
  show();
}

function show() {
  for (const button of document.querySelectorAll("[data-set]")) {
    const [name, value] = /** @type {HTMLElement} */ (button).dataset.set?.split(":") ?? [];
    button.setAttribute("aria-pressed", String((root.dataset[name] ?? "") === value));
  }
}

document.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const button = /** @type {HTMLElement | null} */ (target.closest("[data-set]"));
  if (button) {
    const [name, value] = button.dataset.set?.split(":") ?? [];
    choose(name, value);
  } else if (target.closest("[data-theme-toggle]")) {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches;
    choose("theme", dark ? "light" : "dark");
  }
});

for (const control of document.querySelectorAll("[data-theme-toggle], [data-settings]")) {
  control.removeAttribute("hidden");
}
show();
