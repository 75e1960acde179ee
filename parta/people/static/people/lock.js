// @ts-check
// The closed screen. After so many idle seconds (data-lock of this script's tag) the page hides itself and asks the
// password; what was typed stays beneath, and unsent cells are sent when the screen opens. Tabs tell each other of
// signs of life. A page shown again by Back asks the server anew: after sign-out there is nothing to see.

import { say } from "../foundation/js/say.js";
import { postJSON, token } from "../foundation/js/csrf.js";

const tag = /** @type {HTMLScriptElement | null} */ (document.querySelector("script[data-lock]"));
const idle = Number(tag?.dataset.lock ?? 0) * 1000;
const KEY = "parta-alive";
const PING = Math.max(5000, Math.min(idle / 4, 120000));
let alive = Date.now();
let told = Date.now();
/** @type {HTMLDialogElement | null} */
let dialog = null;

addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

/** The latest sign of life in any tab. */
function latest() {
  try {
    return Math.max(alive, Number(localStorage.getItem(KEY) ?? 0));
  } catch {
    return alive;
  }
}

function live() {
  if (dialog) return;
  const now = Date.now();
  if (now - alive < 1000) return;
  if (now - latest() > idle) return close();
  alive = now;
  try {
    localStorage.setItem(KEY, String(now));
  } catch {
    // Storage is switched off: each tab counts for itself.
  }
  if (now - told < PING) return;
  told = now;
  fetch("/seen/", { method: "POST", headers: { "X-CSRFToken": token() }, credentials: "same-origin" }).catch(() => {});
}

/** @param {boolean} [known] the server has said so itself */
function close(known = false) {
  if (dialog) return;
  if (!known) void postJSON("/lock/", {}, { keepalive: true });
  document.documentElement.classList.add("is-closed");
  dialog = document.createElement("dialog");
  dialog.className = "dialog lock";
  dialog.setAttribute("aria-labelledby", "lock-title");
  dialog.innerHTML =
    '<form class="form" method="dialog"><h2 id="lock-title">' + say("Экран закрыт") + '</h2><p class="sub"></p>' +
    '<div class="field"><label for="lock-password">' + say("Пароль") + '</label>' +
    '<input class="input" id="lock-password" type="password" autocomplete="current-password" maxlength="200" required>' +
    '<p class="err" role="alert" hidden></p></div>' +
    '<button class="btn btn--go btn--big btn--wide">' + say("Открыть") + '</button></form>';
  const words = /** @type {HTMLElement} */ (dialog.querySelector(".sub"));
  words.textContent = `${tag?.dataset.who ?? ""}: ${say("долго не было действий. Написанное осталось на странице.")}`;
  const out = document.querySelector('.menu form[action="/logout/"]')?.cloneNode(true);
  if (out) dialog.append(out);
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.querySelector("form")?.addEventListener("submit", open);
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("input")?.focus();
}

/** @param {Event} event */
async function open(event) {
  event.preventDefault();
  if (!dialog) return;
  const field = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
  const fault = /** @type {HTMLElement} */ (dialog.querySelector(".err"));
  const answer = await postJSON("/unlock/", { password: field.value });
  if (answer.status === 401) return location.reload();
  fault.hidden = answer.ok;
  fault.textContent = answer.data?.error ?? say("Нет связи с сервером. Попробуйте ещё раз.");
  field.value = "";
  field.setAttribute("aria-invalid", String(!answer.ok));
  if (!answer.ok) return field.focus();
  dialog.remove();
  dialog = null;
  document.documentElement.classList.remove("is-closed");
  alive = told = Date.now();
  try {
    localStorage.setItem(KEY, String(alive));
  } catch {
    // Storage is switched off.
  }
  dispatchEvent(new Event("online")); // queues of unsent cells try again
}

document.addEventListener("parta:locked", () => close(true));
if (idle) {
  for (const name of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(name, live, { passive: true, capture: true });
  }
  setInterval(() => {
    if (!dialog && Date.now() - latest() > idle) close();
  }, Math.min(5000, idle / 3));
}
