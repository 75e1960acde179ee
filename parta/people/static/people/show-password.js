// @ts-check
// The eye beside a password: shows what is typed, hides it again, and always hides it before sending.

/** @param {HTMLButtonElement} button @param {boolean} shown */
function set(button, shown) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.show ?? ""));
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

for (const element of document.querySelectorAll("[data-show]")) {
  const button = /** @type {HTMLButtonElement} */ (element);
  button.hidden = false;
  button.addEventListener("click", () => set(button, button.getAttribute("aria-pressed") !== "true"));
  button.form?.addEventListener("submit", () => set(button, false));
}
