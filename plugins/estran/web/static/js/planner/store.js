// Where the project is kept: the storage of this browser, with the version before it, and what to do when it fails.

const root = document.querySelector('meta[name="estran-base"]')?.dataset.root ?? "";
const KEY = `estran.planner${root}`;
const BEFORE = `${KEY}.before`;
const DAMAGED = `${KEY}.damaged`;
const TAB = Math.random().toString(36).slice(2);

/**
 * Write a project.
 * @returns {"saved"|"full"|"off"} full: no room left in this browser; off: this browser keeps nothing.
 */
export function write(project) {
  const text = JSON.stringify({ saved: new Date().toISOString(), tab: TAB, project });
  try {
    localStorage.setItem(KEY, text);
    return "saved";
  } catch (error) {
    if (error.name === "SecurityError" || !available()) return "off";
  }
  try {
    localStorage.removeItem(BEFORE);
    localStorage.removeItem(DAMAGED);
    localStorage.setItem(KEY, text);
    return "saved";
  } catch {
    return "full";
  }
}

/**
 * Read the project of the last visit. What cannot be read is set aside, never deleted.
 * @param {(value: unknown) => object} check Returns the project, or throws.
 * @returns {{ project: object|null, state: "fresh"|"read"|"recovered"|"damaged" }}
 */
export function read(check) {
  const text = get(KEY);
  if (text === null) return { project: null, state: "fresh" };
  try {
    const project = check(JSON.parse(text).project);
    put(BEFORE, text);
    return { project, state: "read" };
  } catch {
    put(DAMAGED, text);
  }
  try {
    return { project: check(JSON.parse(get(BEFORE)).project), state: "recovered" };
  } catch {
    return { project: null, state: "damaged" };
  }
}

/** The text that could not be read, to hand it back to its author. */
export function damaged() {
  return get(DAMAGED);
}

/** Call back with the project that another tab of this browser has just written. */
export function onOtherTab(check, callback) {
  addEventListener("storage", (event) => {
    if (event.key !== KEY || !event.newValue) return;
    try {
      const record = JSON.parse(event.newValue);
      if (record.tab !== TAB) callback(check(record.project));
    } catch {
      return;
    }
  });
}

function available() {
  try {
    localStorage.setItem(`${KEY}.try`, "1");
    localStorage.removeItem(`${KEY}.try`);
    return true;
  } catch (error) {
    return error.name === "QuotaExceededError" && localStorage.length > 0;
  }
}

function get(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function put(key, text) {
  try {
    localStorage.setItem(key, text);
  } catch {
    return;
  }
}
