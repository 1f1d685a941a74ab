// What the pages do better with script than without. Nothing here is needed to
// work: every behaviour has a server side that holds on its own. No text lives
// here; what is shown stands in the page, hidden, in the page's language.

const minute = 60 * 1000;
const blurAfter = 2 * minute;
const warnAfter = 13 * minute;
const coverAfter = 14 * minute;
const tellAfter = 4 * minute;

const workingAfter = 1000;

const staff = document.body.dataset.kind === "staff";
const byID = (id) => document.getElementById(id);

// hide puts a plain sheet over the page before the network is asked.
function hide() {
  document.documentElement.classList.add("is-hidden");
}

// leave covers on staff pages (the draft goes along with the form) and exits
// on public ones, replacing this entry of the history.
function leave() {
  hide();
  submitting = true;
  const cover = byID("cover");
  if (cover) {
    cover.click();
    return;
  }
  const exit = byID("exit");
  if (exit) location.replace(exit.href);
}

// Shift three times within a second and a half. Escape is left alone: it stops
// the loading of a page.
let shifts = [];
document.addEventListener("keydown", (event) => {
  if (event.key !== "Shift" || event.repeat) {
    if (event.key !== "Shift") shifts = [];
    return;
  }
  const now = Date.now();
  shifts = shifts.filter((t) => now - t < 1500).concat(now);
  if (shifts.length >= 3) leave();
});

const exit = byID("exit");
if (exit) {
  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
}

// Two minutes untouched blur the page; a key or a touch brings it back.
let touched = Date.now();
let present = Date.now(); // when she last did something that the server heard of
let typedAt = 0;
let told = Date.now(); // when the server last heard of it

function wake(event) {
  touched = Date.now();
  const root = document.documentElement;
  if (!root.classList.contains("is-blurred")) return;
  root.classList.remove("is-blurred");
  byID("asleep").hidden = true;
  if (event && event.type === "pointerdown") event.preventDefault();
}

function sleep() {
  document.documentElement.classList.add("is-blurred");
  byID("asleep").hidden = false;
}

// Fifteen minutes without a request cover the session on the server. The page
// comes before it, and says so beforehand: a form that arrives while the session is
// open comes back into its place, one that arrives later is only offered as text.
function tick() {
  const now = Date.now();
  if (now - touched > blurAfter) sleep();
  if (typedAt > told && now - told > tellAfter) tellPresent(now);
  byID("cover-soon").hidden = now - present <= warnAfter;
  if (now - present > coverAfter) leave();
}

// Typing is presence: every few minutes the server hears that something was typed, and
// nothing of what. It may answer that the session is over; then the page goes on to its
// cover as it would have.
function tellPresent(now) {
  const until = typedAt;
  told = now;
  const token = document.querySelector("form[data-guard] input[name=token]");
  if (!token) return;
  fetch("/presente", { method: "POST", body: new URLSearchParams({ token: token.value }), redirect: "manual" })
    .then((answer) => {
      if (answer.status === 204) present = until;
    })
    .catch(() => {});
}

if (staff && byID("asleep")) {
  for (const kind of ["keydown", "pointerdown", "wheel"]) {
    document.addEventListener(kind, wake, { capture: true, passive: false });
  }
  setInterval(tick, 5000);
}

// What takes the server longer than a moment says so, until the next page comes. A page
// that shows nothing has no place for it.
const working = byID("working") || {};

// What was typed and not sent is not lost without a question.
let dirty = false;
let submitting = false;
document.addEventListener("input", (event) => {
  if (event.target.closest("form[data-guard]")) {
    dirty = true;
    typedAt = Date.now();
  }
});
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  // Another form of the page, "Esci" among them, does not take along what was typed.
  submitting = submitting || !dirty || event.target.matches("form[data-guard]") || event.submitter?.id === "cover";
  event.target.dataset.sent = "yes";
  const slow = setTimeout(() => { working.hidden = false; }, workingAfter);
  setTimeout(() => {
    clearTimeout(slow);
    delete event.target.dataset.sent;
    working.hidden = true;
  }, 8000);
});
window.addEventListener("beforeunload", (event) => {
  if (dirty && !submitting) event.preventDefault();
});

// A page out of the back-forward store may be of a session that ended.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && staff) location.reload();
  working.hidden = true;
});

// pageOf is the page that answers a form, or null. The browser parses it while it comes:
// no text is made into markup here, which the policy of the pages forbids.
function pageOf(address, body) {
  return new Promise((done) => {
    const ask = new XMLHttpRequest();
    ask.open("POST", address);
    ask.responseType = "document";
    ask.onload = () => done(ask.status === 200 ? ask.response : null);
    ask.onerror = () => done(null);
    ask.send(body);
  });
}

// What stands beside a form follows what is typed: the server shows it, with the same
// page as without script, and only its part is taken over. What does not answer as
// expected leaves the button there that asks for it.
for (const form of document.querySelectorAll("form[data-live]")) {
  const place = byID(form.dataset.live);
  const button = form.querySelector("[data-live-go]");
  let asked = 0;
  let soon;
  const ask = async () => {
    const mine = ++asked;
    const body = new URLSearchParams(new FormData(form));
    body.set("go", button.value);
    place.setAttribute("aria-busy", "true");
    const answer = await pageOf(form.action, body);
    if (mine !== asked) return;
    const fresh = answer?.getElementById(place.id);
    button.hidden = !!fresh;
    if (!fresh) return;
    place.replaceChildren(...fresh.childNodes);
    place.removeAttribute("aria-busy");
  };
  button.hidden = true;
  form.addEventListener("change", () => {
    clearTimeout(soon);
    soon = setTimeout(ask, 300);
  });
}

// A button that is named by an answer says which one is chosen.
for (const button of document.querySelectorAll("[data-named-by]")) {
  button.form.addEventListener("change", () => {
    const chosen = button.form.querySelector(`input[name="${button.dataset.namedBy}"]:checked`);
    const label = chosen && chosen.labels[0].firstElementChild;
    button.textContent = label ? `${button.dataset.name}: ${label.textContent}` : button.dataset.name;
  });
}

// Buttons that only work with script appear with it.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The first error takes the eye and the cursor.
const summary = byID("errors");
if (summary) summary.focus();
