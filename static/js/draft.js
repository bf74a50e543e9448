// What is typed is kept on this device and on the server, and sent again when the
// network is back. A record is made once, however often its form is sent.
(() => {
  const user = document.body.dataset.user;
  if (!user) return;
  const prefix = `draft:${user}:`;
  const WEEK = 7 * 24 * 3600 * 1000;
  const read = (slot) => {
    try {
      return JSON.parse(localStorage.getItem(slot));
    } catch {
      return null;
    }
  };
  const write = (slot, draft) => {
    try {
      localStorage.setItem(slot, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  };

  // Photos wait in the browser's database; text alone in its store.
  const base = new Promise((resolve) => {
    const request = indexedDB.open("redleader", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("photos");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
  const store = async (mode, act) => {
    const database = await base;
    if (!database) return null;
    return new Promise((resolve) => {
      const request = act(database.transaction("photos", mode).objectStore("photos"));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    });
  };
  const keepPhotos = (slot, files) => store("readwrite", (photos) => photos.put(files, slot));
  const keptPhotos = async (slot) => (await store("readonly", (photos) => photos.get(slot))) || [];
  const forget = (slot) => {
    localStorage.removeItem(slot);
    return store("readwrite", (photos) => photos.delete(slot));
  };

  const slots = () => Object.keys(localStorage).filter((slot) => slot.startsWith(prefix));
  slots().forEach((slot) => {
    if (Date.now() - (read(slot)?.at || 0) > WEEK) forget(slot);
  });

  // The page of a saved record: what was kept for it is no longer needed.
  const record = document.querySelector("[data-record]");
  if (record) {
    slots().forEach((slot) => {
      const draft = read(slot);
      const isNewForm = slot.endsWith("/new/");
      const older = Number(draft?.version || 0) < Number(record.dataset.version);
      const waiting = draft?.photos > 0;
      if (draft?.key === record.dataset.record && (isNewForm || older) && !waiting) forget(slot);
    });
  }

  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const page = location.pathname;
  const slot = prefix + page;
  const status = form.querySelector("[data-draft-status]");
  // A form without photos has an empty field of them that is on no page.
  const photos = form.elements.photos || Object.assign(document.createElement("input"), { type: "file" });
  const field = (name) => form.elements[name]?.value || "";
  const say = (text) => (status.textContent = text);
  const clock = () => new Date().toTimeString().slice(0, 5);
  const fields = () =>
    [...new FormData(form)].filter(
      ([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken",
    );
  const kept = () => ({
    key: field("form_key"),
    version: field("version"),
    at: Date.now(),
    photos: photos.files.length,
    fields: fields(),
  });
  const blank = JSON.stringify(fields());

  const fill = (draft) => {
    const values = new Map();
    draft.fields.forEach(([name, value]) =>
      values.set(name, [...(values.get(name) || []), value]),
    );
    [...form.elements].forEach((element) => {
      if (!element.name || element.type === "file" || element.tagName === "BUTTON") return;
      if (element.name === "csrfmiddlewaretoken") return;
      const given = values.get(element.name);
      if (element.type === "radio" || element.type === "checkbox") {
        element.checked = Boolean(given?.includes(element.value));
      } else if (given) element.value = given[0];
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const showPhotos = (files) => {
    const transfer = new DataTransfer();
    files.forEach((file) => transfer.items.add(file));
    photos.files = transfer.files;
  };
  const notice = (text, actions) => {
    const box = document.createElement("p");
    box.className = "box note";
    box.setAttribute("role", "status");
    box.append(text, " ");
    actions.forEach(([label, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = label;
      button.addEventListener("click", act);
      box.append(button);
    });
    form.before(box);
  };
  const post = (address, body) =>
    fetch(address, { method: "POST", body, headers: { "X-Requested-With": "fetch" } });
  const token = () => {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken"));
    return body;
  };
  const startAgain = async () => {
    const key = field("form_key");
    dropped = true;
    await forget(slot);
    await post(`/workbench/drafts/${key}/drop/`, token()).catch(() => {});
    location.replace(page);
  };
  let dropped = false;

  const restore = async () => {
    const draft = read(slot);
    if (!draft) return;
    const at = new Date(draft.at).toTimeString().slice(0, 5);
    const asked = new URLSearchParams(location.search);
    if (!("bound" in form.dataset) && !asked.has("draft") && !asked.has("copy")) {
      fill(draft);
      notice(`已恢复 ${at} 没有保存的内容。`, [["清空重来", startAgain]]);
    }
    const files = await keptPhotos(slot);
    if (files.length && !photos.files.length && field("form_key") === draft.key) showPhotos(files);
  };

  // Keep: at once on the device, a little later on the server.
  let soon, later;
  const keepHere = () => !dropped && JSON.stringify(fields()) !== blank && write(slot, kept());
  const keepThere = async () => {
    if (dropped || sending || JSON.stringify(fields()) === blank) return;
    const body = new FormData();
    fields().forEach(([name, value]) => body.append(name, value));
    body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken"));
    const address = `/workbench/drafts/${field("form_key")}/?address=${encodeURIComponent(page)}`;
    try {
      const answer = await post(address, body);
      const told = await answer.json();
      if (told.at) say(`已暂存 ${told.at}`);
      else say(told.error || `已暂存 ${clock()}（只在本机）`);
    } catch {
      say(`没有网络，已暂存在本机 ${clock()}`);
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(soon);
    clearTimeout(later);
    soon = setTimeout(keepHere, 300);
    later = setTimeout(keepThere, 3000);
  });
  photos.addEventListener("change", () => {
    keepPhotos(slot, [...photos.files]);
    keepHere();
  });
  window.addEventListener("pagehide", keepHere);
  window.addEventListener("online", keepThere);

  // Send: the text first, then each photo, then the submission; each is repeated
  // until it has got through, and each may be repeated without harm.
  let sending = false;
  const pause = (seconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      window.addEventListener("online", () => (clearTimeout(timer), resolve()), { once: true });
    });
  const persist = async (what, send) => {
    for (let turn = 1; ; turn += 1) {
      say(turn > 1 ? `${what}：网络不通，第 ${turn} 次尝试，内容已存在本机` : `${what} …`);
      try {
        const answer = await send();
        if (![502, 503, 504].includes(answer.status)) return answer;
      } catch {
        // The network is down; what was typed is safe, so wait and try again.
      }
      await pause(Math.min(30, 2 ** turn));
    }
  };
  const refuse = (text) => {
    sending = false;
    form.removeAttribute("aria-busy");
    delete form.dataset.sent;
    say(text);
  };
  const sendByPage = (intent) => {
    // The server shows what is wrong; the photos come back from the device.
    const flag = document.createElement("input");
    flag.type = "hidden";
    flag.name = intent;
    flag.value = "1";
    form.append(flag);
    photos.disabled = true;
    HTMLFormElement.prototype.submit.call(form); // A button is named submit.
  };
  const send = async (intent) => {
    const files = [...photos.files];
    await keepPhotos(slot, files);
    write(slot, kept());
    const body = new FormData(form);
    body.delete("photos");
    body.set(files.length ? "draft" : intent, "1");
    if (files.length && intent === "submit") body.set("more", "1");
    const saved = await persist("正在保存", () => post(form.action, body));
    if (saved.status === 401) return location.assign(`/accounts/login/?next=${page}`);
    if (!saved.ok) return sendByPage(intent);
    const { address } = await saved.json();
    for (const [index, file] of files.entries()) {
      const part = token();
      part.set("photos", file);
      const what = `正在上传照片 ${index + 1}/${files.length}`;
      const answer = await persist(what, () => post(`${address}photos/`, part));
      if (!answer.ok) {
        const told = await answer.json().catch(() => ({}));
        showPhotos(files.slice(index));
        await keepPhotos(slot, files.slice(index));
        return refuse(`${told.error || "照片未保存。"}文字已存为草稿，请换一张或去掉这张后再提交。`);
      }
      await keepPhotos(slot, files.slice(index + 1));
    }
    if (files.length && intent === "submit") {
      await persist("正在提交", () => post(`${address}submit/`, token()));
    }
    await forget(slot);
    dropped = true;
    return location.assign(address);
  };
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button?.hasAttribute("formaction")) return;
    event.preventDefault();
    if (sending) return;
    sending = true;
    form.setAttribute("aria-busy", "true");
    send(button?.name === "submit" ? "submit" : "draft");
  });

  restore();
})();
