// @ts-check
// Sending JSON to our own server with the token that proves the request comes from our own page.

/** The cookie first: whoever was signed out and signs in again in another tab has a new one, and this page the old.
 * @returns {string} */
export function token() {
  const cookie = /(?:^|; )(?:__Host-)?parta_csrf=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ?? document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

/** Whose page this is: another account in another tab of the browser does not write in its name, nor it in theirs. */
function account() {
  const meta = /** @type {HTMLElement | null} */ (document.querySelector('meta[name="account"]'));
  return meta ? `${meta.getAttribute("content")}-${meta.dataset.school}` : "";
}

/** Requests that may outlive their page are small: browsers refuse more than 64 KB of them at once. */
const KEPT = 15000;

/**
 * @typedef {object} Answer
 * @property {boolean} ok the server did what was asked
 * @property {number} status HTTP status; 0: no answer came (no network, server down, aborted)
 * @property {any} data the parsed body; null when there is none or it is not JSON
 */

/**
 * @param {string} url
 * @param {unknown} body
 * @param {{signal?: AbortSignal, headers?: Record<string, string>, keepalive?: boolean}} [options]
 * @returns {Promise<Answer>} never rejects: a lost network is an answer too
 */
export async function postJSON(url, body, { signal, headers = {}, keepalive = false } = {}) {
  const text = JSON.stringify(body);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": token(),
        "X-Account": account(),
        ...headers,
      },
      body: text,
      credentials: "same-origin",
      signal,
      keepalive: keepalive && text.length < KEPT,
    });
    const data = await response.json().catch(() => null);
    if (response.status === 428) document.dispatchEvent(new CustomEvent("parta:confirm", { detail: data }));
    if (response.status === 423) document.dispatchEvent(new Event("parta:locked"));
    return { ok: response.ok, status: response.status, data };
  } catch {
    return { ok: false, status: 0, data: null };
  }
}
