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
