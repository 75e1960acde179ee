// @ts-check
// What outlives its page: operations without an answer, laid down in the session storage of the tab as the page goes
// and taken up by the next one. They hold numbers for names, belong to one account and one school, and end with the
// tab, with sign-out, or with another account in the same tab, which neither sees nor sends them.

/**
 * @typedef {object} Kept
 * @property {string} id of the operation: sent again, it counts once
 * @property {string} url the address it goes to
 * @property {Record<string, any>[]} changes
 * @property {number} since when it was made, milliseconds
 * @property {boolean} tried whether it has been sent; one that has not takes the versions of those before it
 * @property {string} school
 */

const KEY = "parta-unsent";
const meta = /** @type {HTMLElement | null} */ (document.querySelector('meta[name="account"]'));
const account = meta?.getAttribute("content") ?? "";
const school = meta?.dataset.school ?? "";
let isSigningOut = false;

/** @returns {Kept[]} everything this account has in the tab, of any school */
function read() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    if (!account || !found) return [];
    if (found.account === account && Array.isArray(found.operations)) return found.operations;
    sessionStorage.removeItem(KEY);
  } catch {
    // Storage is switched off: only what leaves with the page itself is sent.
  }
  return [];
}

/** @param {Kept[]} operations @returns {boolean} whether they lie there; storage may be off or full */
function store(operations) {
  try {
    if (operations.length) sessionStorage.setItem(KEY, JSON.stringify({ account, operations }));
    else sessionStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}

/** @returns {Kept[]} what earlier pages of this account left unanswered in this school, in order */
export const kept = () => read().filter((operation) => operation.school === school);

/** Lay operations down for the next page; those known by their id are renewed.
 * @param {Omit<Kept, "school">[]} operations @returns {boolean} whether the next page will find them */
export function keep(operations) {
  if (!account || isSigningOut || !operations.length) return false;
  const ids = new Set(operations.map((operation) => operation.id));
  return store([...read().filter((operation) => !ids.has(operation.id)), ...operations.map((operation) => ({ ...operation, school }))]);
}

/** An operation has its answer. @param {string} id */
export function drop(id) {
  const all = read();
  if (all.some((operation) => operation.id === id)) store(all.filter((operation) => operation.id !== id));
}

/** Sign-out leaves nothing; whoever stays on the page after all is heard again at the next key or touch. */
export function forgetOnSignOut() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (!form.action.endsWith("/logout/")) return;
    isSigningOut = true;
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // Storage is switched off.
    }
    for (const sign of ["keydown", "pointerdown"]) addEventListener(sign, () => (isSigningOut = false), { once: true, capture: true });
  });
}
