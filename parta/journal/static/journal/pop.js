// @ts-check
// The one pop-over of the page: refusal, conflict, history, keypad and keys take turns in it.

const pop = /** @type {HTMLElement} */ (document.getElementById("pop"));
/** @type {HTMLElement | null} */
let owner = null;
/** @type {(() => void) | null} */
let onClose = null;

/**
 * @param {HTMLElement | null} anchor the cell it is about; null: it stands in its corner
 * @param {{role?: string, kind?: string, title: string, body: (Node | string)[], focus?: boolean, closed?: () => void}} what
 */
export function openPop(anchor, { role = "dialog", kind = "", title, body, focus = false, closed }) {
  closePop(false);
  owner = anchor;
  onClose = closed ?? null;
  pop.className = `pop ${kind}`.trim();
  pop.setAttribute("role", role);
  pop.setAttribute("aria-labelledby", "pop-h");
  const head = document.createElement("h3");
  head.id = "pop-h";
  head.textContent = title;
  pop.replaceChildren(head, ...body);
  pop.hidden = false;
  if (anchor) put(anchor);
  else pop.removeAttribute("style");
  if (focus) (/** @type {HTMLElement | null} */ (pop.querySelector("button, textarea, input, a")) ?? pop).focus();
}

/** @param {HTMLElement} anchor */
function put(anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = pop;
  let left = box.left - width - 10;
  if (left < 8) left = Math.min(box.right + 10, innerWidth - width - 8);
  const fitsBeside = left >= 8 && (left + width <= box.left || left >= box.right);
  let top = box.top - 24;
  if (!fitsBeside) {
    left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
    top = box.bottom + 6 + height <= innerHeight ? box.bottom + 6 : box.top - height - 6;
  }
  pop.style.left = `${left}px`;
  pop.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

/** @param {boolean} [back] whether the focus returns to the cell */
export function closePop(back = true) {
  if (pop.hidden) return;
  const hadFocus = pop.contains(document.activeElement);
  pop.hidden = true;
  const done = onClose;
  onClose = null;
  if (back && hadFocus) owner?.focus({ preventScroll: true });
  owner = null;
  done?.();
}

/** @returns {boolean} */
export const popIsOpen = () => !pop.hidden;

/** Whether it is open about this cell. @param {HTMLElement} anchor */
export const popIsAbout = (anchor) => !pop.hidden && owner === anchor;

/** Move the focus into it; false when there is nothing to stand on. */
export function enterPop() {
  const first = /** @type {HTMLElement | null} */ (pop.querySelector("button, textarea, input, a[href]"));
  if (pop.hidden || !first) return false;
  first.focus();
  return true;
}

/** @param {string} label @param {() => void} act @param {string} [kind] */
export function button(label, act, kind = "btn") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

/** @param {string} tag @param {string} name class @param {...(Node | string)} inside */
export function box(tag, name, ...inside) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...inside);
  return made;
}

pop.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closePop();
  } else if (event.key === "Tab") {
    const stops = /** @type {HTMLElement[]} */ ([...pop.querySelectorAll("button, textarea, input, a[href]")]);
    const here = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = here + (event.shiftKey ? -1 : 1);
    event.preventDefault();
    if (next >= 0 && next < stops.length) stops[next].focus();
    else if (owner) owner.focus({ preventScroll: true });
    else stops[next < 0 ? stops.length - 1 : 0]?.focus();
  }
});

document.addEventListener("pointerdown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (!pop.hidden && !pop.contains(target) && !target.closest("td, .help")) closePop(false);
});
