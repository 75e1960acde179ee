// @ts-check
// «Это точно вы?» in the page: a write that is asked again waits under this window with its operation id and is sent
// the moment the second step is right. Put off, it keeps waiting: a strip at the foot of the page says so.

import { postJSON } from "../foundation/js/csrf.js";
import { say } from "../foundation/js/say.js";
import { knowsKeys, useKey } from "./key.js";

/** @type {HTMLDialogElement | null} */
let dialog = null;
/** @type {HTMLElement | null} */
let strip = null;
/** @type {{title: string, keys: boolean}} */
let wanted = { title: "", keys: false };

function show() {
  strip?.remove();
  strip = null;
  dialog = document.createElement("dialog");
  dialog.className = "dialog confirm";
  dialog.setAttribute("aria-labelledby", "confirm-title");
  dialog.innerHTML =
    '<form class="form" method="dialog"><h2 id="confirm-title">' + say("Подтвердите, что это вы") + '</h2><p class="sub"></p>' +
    '<div class="field"><label for="confirm-code">' + say("Код из приложения или код восстановления") + '</label>' +
    '<input class="input" id="confirm-code" autocomplete="one-time-code" spellcheck="false" maxlength="40" required>' +
    '<p class="err" role="alert" hidden></p></div>' +
    '<button class="btn btn--go btn--big btn--wide">' + say("Подтвердить") + '</button>' +
    '<button class="btn btn--wide" type="button" data-key hidden>' + say("Ключом доступа") + '</button>' +
    '<button class="btn btn--quiet btn--wide" type="button" data-later>' + say("Позже, запись подождёт") + '</button></form>';
  /** @type {HTMLElement} */ (dialog.querySelector(".sub")).textContent =
    `${wanted.title[0]?.toUpperCase() ?? ""}${wanted.title.slice(1)}. ${say("Написанное на месте и сохранится сразу после кода.")}`;
  dialog.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    void give({ code: /** @type {HTMLInputElement} */ (dialog?.querySelector("input")).value });
  });
  const key = /** @type {HTMLButtonElement} */ (dialog.querySelector("[data-key]"));
  key.hidden = !(wanted.keys && knowsKeys());
  key.addEventListener("click", byKey);
  dialog.querySelector("[data-later]")?.addEventListener("click", later);
  dialog.addEventListener("cancel", later);
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector("input")?.focus();
}

async function byKey() {
  const options = await postJSON("/account/second/key/", {});
  if (!options.ok) return refuse(options.data?.error);
  try {
    await give({ key: await useKey(options.data) });
  } catch {
    refuse(say("Браузер не получил ключ. Попробуйте ещё раз или введите код."));
  }
}

/** @param {string} [words] */
function refuse(words) {
  const fault = /** @type {HTMLElement | null} */ (dialog?.querySelector(".err") ?? null);
  if (!fault) return;
  fault.hidden = false;
  fault.textContent = words ?? say("Нет связи с сервером. Попробуйте ещё раз.");
  const field = /** @type {HTMLInputElement} */ (dialog?.querySelector("input"));
  field.value = "";
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

/** @param {object} answer */
async function give(answer) {
  const got = await postJSON("/confirm/", answer);
  if (got.status === 401) return location.reload();
  if (!got.ok) return refuse(got.data?.error);
  close();
  dispatchEvent(new Event("online")); // queues of waiting writes try again
}

function close() {
  dialog?.remove();
  dialog = null;
}

function later() {
  close();
  strip = document.createElement("p");
  strip.className = "strip strip--foot";
  strip.setAttribute("role", "status");
  const button = document.createElement("button");
  button.className = "btn btn--go";
  button.textContent = say("Подтвердить");
  button.addEventListener("click", show);
  strip.append(`${say("Запись ждёт подтверждения, она не потеряна.")} `, button);
  document.body.append(strip);
  button.focus();
}

document.addEventListener("parta:confirm", (event) => {
  if (dialog || strip) return;
  wanted = /** @type {CustomEvent} */ (event).detail;
  show();
});
