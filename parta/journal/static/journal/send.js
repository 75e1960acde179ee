// @ts-check
// How the grid writes: an act with what is to happen at each answer, put into the queue of the page.

import { queue } from "./save.js";

/**
 * @typedef {object} Act
 * @property {() => object[]} changes built when the operation is first sent: versions are those of that moment
 * @property {(saved: any[]) => void} saved
 * @property {(conflicts: any[]) => void} conflict
 * @property {(refused: any[]) => void} refused also for faults of the request: one entry with a text
 * @property {(state: "wait" | "off") => void} [moved] the operation is on its way, or waits for the network
 */

/** @param {Act} act */
export async function send({ changes, saved, conflict, refused, moved }) {
  const done = await queue.push(changes, { moved });
  if (done.kind === "saved") saved(done.saved);
  else if (done.kind === "conflict") conflict(done.conflicts);
  else if (done.kind === "refused") refused(done.refused);
  else if (done.kind === "error") refused([{ index: 0, title: "Не сохранено", text: done.text, clauses: [], allowed: "", ways: [] }]);
}
