// @ts-check
// Menus are <details class="menu">: they open without a script. Here they also close: by Escape, by a click
// outside, when the focus leaves, and when another one opens.

/** @returns {HTMLDetailsElement[]} */
const open = () => [...document.querySelectorAll("details.menu[open]")].map((menu) => /** @type {HTMLDetailsElement} */ (menu));

/** @param {EventTarget | null} place */
function closeAllBut(place) {
  for (const menu of open()) if (!menu.contains(/** @type {Node | null} */ (place))) menu.open = false;
}

document.addEventListener("click", (event) => closeAllBut(event.target));
document.addEventListener("focusin", (event) => closeAllBut(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

// The current section is in view even when the strip of sections is wider than a phone.
const current = /** @type {HTMLElement | null} */ (document.querySelector(".nav [aria-current]"));
const strip = current?.parentElement;
if (current && strip) strip.scrollLeft = current.offsetLeft - strip.offsetLeft - 48;
