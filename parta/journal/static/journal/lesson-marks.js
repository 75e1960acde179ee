// @ts-check
// Step two: choose a student, tap a mark, the next one is chosen. The keypad has the symbols of the journal's scale.

/** @typedef {[string, number, string]} Cell value, version, first value */

/** @param {import("./lesson-desk.js").Desk} desk */
export function marks(desk) {
  const list = /** @type {HTMLElement | null} */ (document.querySelector("[data-marks]"));
  const pad = desk.form("marks");
  if (!list || !pad) return;
  /** @type {Record<string, [string, number | null, number, boolean, string]>} title, column, weight, must be whole, finished on */
  const works = JSON.parse(list.dataset.works ?? "{}");
  /** @type {Record<string, [boolean, number | null]>} */
  const scale = JSON.parse(list.dataset.scale ?? "{}");
  let work = list.dataset.current ?? "";
  let double = false;
  let half = "";
  const rows = [...list.querySelectorAll("li")].map((li) => ({
    li,
    student: Number(li.dataset.student),
    name: li.dataset.name ?? "",
    points: Number(li.dataset.points),
    weights: Number(li.dataset.weights),
    away: "",
    /** @type {Record<string, Cell>} */
    cells: JSON.parse(li.dataset.cells ?? "{}"),
  }));
  for (const row of rows) {
    const shown = row.li.querySelector(".mk--abs");
    row.away = shown?.textContent ?? "";
    row.li.addEventListener("absence", (event) => {
      row.away = /** @type {CustomEvent} */ (event).detail.symbol;
      row.li.classList.toggle("gone", Boolean(row.away));
      draw(row);
    });
    row.li.querySelector(".rowbtn")?.addEventListener("click", (event) => {
      event.preventDefault();
      choose(row);
    });
  }
  let chosen = rows.find((row) => row.li.classList.contains("sel")) ?? rows.find((row) => !row.away && !cell(row)[0]) ?? rows[0];
  const toggle = /** @type {HTMLElement | null} */ (pad.querySelector("[data-double]"));
  if (toggle) toggle.hidden = false;
  if (chosen) choose(chosen, false);

  /** @param {typeof rows[0]} row @returns {Cell} */
  function cell(row) {
    return (row.cells[work] ??= ["", 0, ""]);
  }

  /** @param {string} value */
  function worth(value) {
    let points = 0;
    let count = 0;
    for (const part of value.split("/")) {
      const known = scale[part]?.[1];
      if (typeof known === "number") {
        points += known;
        count += 1;
      }
    }
    return { points, count };
  }

  /** @param {typeof rows[0]} row @param {string} [shown] what is being written; left out: what stands @param {string} [kind] */
  function draw(row, shown = cell(row)[0], kind = "") {
    const place = /** @type {HTMLElement} */ (row.li.querySelector(".mk"));
    const isLow = shown.split("/").some((part) => scale[part]?.[0] === false);
    place.textContent = shown || row.away;
    place.className = ["mk", shown ? (isLow ? "mk--low" : "") : row.away ? "mk--abs" : "mk--nil", kind].filter(Boolean).join(" ");
    if (row === chosen) {
      for (const key of pad?.querySelectorAll('button[name="mark"][value]') ?? []) {
        const value = /** @type {HTMLButtonElement} */ (key).value;
        if (value !== "-" && value) key.setAttribute("aria-pressed", String(value === (half || shown)));
      }
    }
    const given = rows.filter((other) => Object.values(other.cells).some((standing) => standing[0])).length;
    desk.sum("marks", `${given} на уроке`);
  }

  /** @param {typeof rows[0]} row @param {boolean} [scroll] */
  function choose(row, scroll = true) {
    chosen?.li.classList.remove("sel");
    const before = chosen;
    chosen = row;
    half = "";
    row.li.classList.add("sel");
    if (before && before !== row) draw(before);
    draw(row);
    const name = pad?.querySelector("[data-for]");
    if (name) name.textContent = row.name;
    average(row, null);
    if (scroll) row.li.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }

  /** @param {typeof rows[0]} row @param {string | null} next */
  function average(row, next) {
    const place = pad?.querySelector("[data-average]");
    if (!place) return;
    const words = (/** @type {number} */ points, /** @type {number} */ weights) =>
      weights ? (points / weights).toFixed(2).replace(".", ",") : "";
    const now = words(row.points, row.weights);
    if (next === null) {
      place.textContent = now ? `средняя ${now}` : "";
      return;
    }
    const weight = works[work]?.[2] ?? 1;
    const old = worth(cell(row)[0]);
    const put = worth(next);
    const then = words(row.points + (put.points - old.points) * weight, row.weights + (put.count - old.count) * weight);
    place.textContent = now && then ? `средняя ${now} → ${then}` : then ? `средняя ${then}` : "";
  }

  /** @param {typeof rows[0]} row @param {string} value */
  function put(row, value) {
    const written = work;
    average(row, value);
    draw(row, value, "wait");
    const stands = cell(row)[0];
    desk.write(
      () => [
        {
          fact: "mark",
          lesson: desk.lesson,
          assessment: works[written][1],
          work: written,
          student: row.student,
          value,
          seen: row.cells[written]?.[1] ?? 0,
        },
      ],
      {
        key: `mark:${written}:${row.student}`,
        host: () => row.li,
        saved: ([result]) => {
          const weight = works[written]?.[2] ?? 1;
          const old = worth(row.cells[written]?.[0] ?? "");
          const fresh = worth(result.value ?? value);
          row.points += (fresh.points - old.points) * weight;
          row.weights += (fresh.count - old.count) * weight;
          row.cells[written] = [result.value ?? value, result.version ?? row.cells[written]?.[1] ?? 1, result.first ?? ""];
          if (result.assessment) works[written][1] = result.assessment;
          if (work === written) draw(row);
          ending();
        },
        undo: () => {
          row.cells[written] = [stands, row.cells[written]?.[1] ?? 0, ""];
          if (work === written) draw(row);
        },
        theirs: (/** @type {any} */ conflict) => {
          row.cells[written] = [conflict.theirs, conflict.version, ""];
          if (work === written) draw(row);
        },
        seen: () => row.cells[written]?.[1] ?? 0,
      },
    );
  }

  function next() {
    const at = rows.indexOf(chosen);
    const after = rows.slice(at + 1).find((row) => !row.away);
    if (after) choose(after);
    else desk.show("topic");
  }

  pad.addEventListener("submit", (event) => {
    event.preventDefault();
    const submitter = /** @type {HTMLButtonElement | null} */ (/** @type {SubmitEvent} */ (event).submitter);
    if (!submitter || !chosen) return;
    const value = submitter.value;
    if (value === "-") {
      half = "";
      if (cell(chosen)[0]) put(chosen, "");
      return;
    }
    if (double && !half) {
      half = value;
      draw(chosen, `${value}/`, "wait");
      return;
    }
    const row = chosen;
    const whole = double ? `${half}/${value}` : value;
    half = "";
    put(row, whole);
    next();
    if (chosen !== row) chosen.li.querySelector(".rowbtn");
  });

  toggle?.addEventListener("click", () => {
    double = !double;
    half = "";
    toggle.setAttribute("aria-pressed", String(double));
    if (chosen) draw(chosen);
  });
  const finish = /** @type {HTMLButtonElement | null} */ (pad.querySelector("[data-finish]"));
  finish?.addEventListener("click", async (event) => {
    event.preventDefault();
    const code = work;
    await desk.write(() => [{ fact: "column", lesson: desk.lesson, assessment: works[code][1] }], {
      host: () => pad.querySelector("[data-note]"),
      saved: () => {
        works[code][4] = "только что";
        ending();
      },
    });
  });

  /** A work that the act wants whole is finished by its teacher once it has a mark. */
  function ending() {
    if (!finish) return;
    const [, column, , asks, on] = works[work];
    finish.hidden = !asks || column === null || Boolean(on);
    const told = /** @type {HTMLElement} */ (pad?.querySelector("[data-finished]"));
    told.hidden = !on;
    const day = told.querySelector("[data-finished-on]");
    if (day) day.textContent = on;
  }
  pad.querySelector("[data-next]")?.addEventListener("click", (event) => {
    event.preventDefault();
    next();
  });

  for (const chip of document.querySelectorAll("[data-work]")) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      turn(/** @type {HTMLElement} */ (chip).dataset.work ?? work);
      chip.closest("details")?.removeAttribute("open");
    });
  }

  /** Show another kind of work. @param {string} code */
  function turn(code) {
    if (!works[code]) return;
    work = code;
    half = "";
    for (const chip of document.querySelectorAll(".lbar--works > [data-work]")) {
      chip.toggleAttribute("aria-current", false);
      if (/** @type {HTMLElement} */ (chip).dataset.work === code) chip.setAttribute("aria-current", "true");
    }
    const bar = /** @type {HTMLElement} */ (document.querySelector(".lbar--works"));
    if (![...bar.querySelectorAll(":scope > [data-work]")].some((chip) => /** @type {HTMLElement} */ (chip).dataset.work === code)) {
      const chip = document.createElement("a");
      chip.className = "chip";
      chip.href = `?tab=marks&work=${code}`;
      chip.dataset.work = code;
      chip.textContent = works[code][0];
      chip.setAttribute("aria-current", "true");
      chip.addEventListener("click", (event) => {
        event.preventDefault();
        turn(code);
      });
      bar.prepend(chip);
    }
    for (const row of rows) draw(row);
    ending();
    if (chosen) choose(chosen, false);
  }
}
