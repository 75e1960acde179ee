// @ts-check
// Forms that a passkey may answer instead of a code (data-key-form), and the one that makes a passkey (data-new-key).

import { postJSON } from "../foundation/js/csrf.js";
import { say } from "../foundation/js/say.js";
import { knowsKeys, makeKey, useKey } from "./key.js";

/** @param {HTMLFormElement} form @param {string} words */
function fault(form, words) {
  const place = /** @type {HTMLElement | null} */ (form.querySelector("[data-key-error]"));
  if (!place) return;
  place.hidden = !words;
  place.textContent = words;
}

/** @param {HTMLFormElement} form @param {string} url @param {object} body */
async function options(form, url, body) {
  const answer = await postJSON(url, body, { headers: { "X-CSRFToken": /** @type {any} */ (form.elements).csrfmiddlewaretoken.value } });
  if (!answer.ok) throw new Error(answer.data?.error ?? say("Нет связи с сервером. Попробуйте ещё раз."));
  return answer.data;
}

/** @param {unknown} error */
const words = (error) => (error instanceof DOMException ? say("Браузер не получил ключ. Попробуйте ещё раз или введите код.") : String(/** @type {any} */ (error)?.message ?? error));

for (const found of document.querySelectorAll("form[data-key-form]")) {
  const form = /** @type {HTMLFormElement} */ (found);
  const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("[data-use-key]"));
  if (!button || !knowsKeys()) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    fault(form, "");
    try {
      /** @type {any} */ (form.elements).confirm_key.value = await useKey(await options(form, form.dataset.keyForm ?? "", {}));
      form.submit();
    } catch (error) {
      fault(form, words(error));
    }
  });
}

for (const found of document.querySelectorAll("form[data-new-key]")) {
  const form = /** @type {HTMLFormElement} */ (found);
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[data-make-key]"));
  if (!knowsKeys()) continue;
  button.disabled = false;
  form.querySelector("[data-no-key]")?.remove();
  form.addEventListener("submit", async (event) => {
    const field = /** @type {any} */ (form.elements).key;
    if (field.value) return;
    event.preventDefault();
    fault(form, "");
    try {
      field.value = await makeKey(await options(form, form.dataset.newKey ?? "", { new: true }));
      form.submit();
    } catch (error) {
      fault(form, words(error));
    }
  });
}
