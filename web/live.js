// Keeps an open page true: follows the server's events, fetches the page's live regions anew when something changed,
// and writes the latest measurements of running work into their cells. Without it every page can be read all the same.
"use strict";

(() => {
  const status = document.getElementById("connection");
  const regions = () => document.querySelectorAll("[data-live]");
  const address = document.body.dataset.events;
  let source = null;
  let lastID = null;
  let timer = null;
  let isFetching = false;
  let isStale = false;
  let isGone = false;

  // Makes `old` equal to `fresh`, keeping what did not change, so that focus, selections and scrolling stay.
  function morph(old, fresh) {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      old.replaceWith(fresh.cloneNode(true));
      return;
    }
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    if (old.nodeType !== Node.ELEMENT_NODE || old.isEqualNode(fresh)) return;
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) {
      if (name === "value" && old === document.activeElement) continue;
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    const known = new Map();
    for (const child of old.children) if (child.id) known.set(child.id, child);
    let place = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      const kept = wanted.id ? known.get(wanted.id) : null;
      if (kept) {
        known.delete(wanted.id);
        if (kept !== place) old.insertBefore(kept, place);
        else place = place.nextSibling;
        morph(kept, wanted);
      } else if (place && !place.id && !wanted.id && place.nodeName === wanted.nodeName) {
        const next = place.nextSibling;
        morph(place, wanted);
        place = next;
      } else {
        old.insertBefore(document.importNode(wanted, true), place);
      }
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
    for (const gone of known.values()) gone.remove();
  }

  async function refresh() {
    if (isGone) return;
    if (isFetching) {
      isStale = true;
      return;
    }
    isFetching = true;
    isStale = false;
    try {
      const answer = await fetch(location.href, { headers: { "Podium-Fragment": "1" }, credentials: "same-origin" });
      if (answer.status === 401) {
        // Signed out meanwhile: the page itself leads to the door.
        location.reload();
      } else if (answer.status === 404) {
        leave();
      } else if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        for (const region of regions()) {
          const log = region.querySelector(".logbox");
          const isAtEnd = log && log.scrollTop + log.clientHeight > log.scrollHeight - 8;
          const fresh = page.getElementById(region.id);
          if (fresh) morph(region, document.importNode(fresh, true));
          if (isAtEnd) log.scrollTop = log.scrollHeight;
        }
        document.body.dataset.refreshes = String(Number(document.body.dataset.refreshes || 0) + 1);
      }
    } catch {
      // The stream says when the server is back; the next event fetches again.
    }
    isFetching = false;
    if (isStale) soon(500);
  }

  // What the page shows was deleted: it says so, and offers nothing more to do with it.
  function leave() {
    isGone = true;
    close();
    const note = document.createElement("p");
    note.className = "notice";
    note.setAttribute("role", "alert");
    note.textContent = "What this page shows was deleted. Below it is as it was last.";
    document.querySelector("h1").after(note);
    for (const button of document.querySelectorAll("#actions button")) button.disabled = true;
  }

  // Pages that look on at the same time do not ask at the same time.
  function soon(delay) {
    if (timer === null) timer = setTimeout(() => { timer = null; refresh(); }, delay + Math.random() * delay);
  }

  function clock(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    const two = (n) => String(n).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }

  function show(progress) {
    for (const row of document.querySelectorAll(`[data-run="${progress.run}"]`)) {
      const fields = {
        steps: `${progress.step}/${progress.totalSteps}`,
        loss: progress.loss == null ? "–" : progress.loss.toFixed(4),
        left: progress.remainingSeconds == null ? "" : clock(progress.remainingSeconds),
        share: `${Math.floor((100 * progress.step) / Math.max(1, progress.totalSteps))}%`,
      };
      for (const cell of row.querySelectorAll("[data-field]")) {
        const text = fields[cell.dataset.field];
        if (text !== undefined && cell.textContent !== text) cell.textContent = text;
      }
    }
  }

  let grown = 0;
  function open() {
    if (!address || source || isGone) return;
    const url = new URL(address, location.href);
    if (lastID) url.searchParams.set("after", lastID);
    source = new EventSource(url);
    source.addEventListener("open", () => { status.textContent = "Live"; status.className = "on"; });
    source.addEventListener("error", () => {
      status.textContent = "Reconnecting";
      status.className = "";
      // Browsers come back by themselves after a broken connection, but never after a refusal.
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(() => { if (!document.hidden) { open(); refresh(); } }, 3000 + Math.random() * 3000);
      }
    });
    source.addEventListener("place", (event) => { lastID = event.lastEventId; });
    source.addEventListener("change", (event) => {
      lastID = event.lastEventId;
      document.body.dataset.changes = String(Number(document.body.dataset.changes || 0) + 1);
      soon(150);
    });
    source.addEventListener("progress", (event) => {
      const progress = JSON.parse(event.data);
      show(progress);
      // Curves and the log of a run's own page grow with it, every few seconds.
      if (document.getElementById("run") && Date.now() - grown > 2000) {
        grown = Date.now();
        soon(50);
      }
    });
  }

  function close() {
    if (source) source.close();
    source = null;
    status.textContent = "";
  }

  // A tab that nobody sees costs nothing; when it is seen again it asks for what it missed.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) close();
    else { open(); refresh(); }
  });
  addEventListener("pagehide", close);

  for (const button of document.querySelectorAll("[data-confirm]")) {
    button.addEventListener("click", (event) => { if (!confirm(button.dataset.confirm)) event.preventDefault(); });
  }
  for (const link of document.querySelectorAll("[data-line]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const area = document.getElementById("yaml");
      const lines = area.value.split("\n");
      const line = Number(link.dataset.line) - 1;
      const start = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
      area.focus();
      area.setSelectionRange(start, start + (lines[line] || "").length);
    });
  }
  for (const log of document.querySelectorAll(".logbox")) log.scrollTop = log.scrollHeight;
  if (regions().length && !document.hidden) open();
})();
