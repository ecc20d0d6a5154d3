// What pages need beside htmx: uploads with progress, copying, a report as high as it is.
(() => {
  const find = (selector, within = document) => within.querySelector(selector);

  function say(text) {
    const place = find("#upload-state");
    if (place) place.textContent = text;
  }

  function suffix(name) {
    const endings = { csv: "csv", tsv: "csv", parquet: "parquet", pq: "parquet", json: "json", jsonl: "jsonl", ndjson: "jsonl", arrow: "arrow", feather: "arrow", ipc: "arrow", txt: "txt" };
    return endings[name.toLowerCase().replace(/\.(gz|zst)$/, "").split(".").pop()];
  }

  function choose(path) {
    const form = find("#new");
    form.input_path.value = path;
    const format = suffix(path);
    if (format) form.input_format.value = format;
    if (!form.output_path.value) form.output_path.value = path.replace(/[^/]*$/, "") + "new-" + path.split("/").pop();
    form.input_path.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function upload(file) {
    const form = find("#new"), bar = find("#upload-bar");
    const bucket = form.input_bucket.value;
    if (!bucket) return say("Choose a bucket first.");
    const path = file.name.replace(/[^A-Za-z0-9._ -]/g, "_");
    const request = new XMLHttpRequest();
    request.open("PUT", `/console/uploads/${encodeURIComponent(bucket)}/${encodeURIComponent(path)}`);
    request.upload.onprogress = (event) => { bar.hidden = false; bar.max = event.total; bar.value = event.loaded; say(`${Math.round(100 * event.loaded / event.total)} % of ${file.name}`); };
    request.onerror = () => say("The connection broke. Try again.");
    request.onload = () => {
      bar.hidden = true;
      if (request.status === 201) { say(`${file.name} is in ${bucket}.`); choose(path); htmx.trigger("#objects", "refresh"); return; }
      try { say(JSON.parse(request.responseText).error.message); } catch { say(`The service answered ${request.status}.`); }
    };
    request.send(file);
  }

  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-path]");
    if (chosen) choose(chosen.dataset.path);
    const copied = event.target.closest("[data-copy]");
    if (copied) navigator.clipboard.writeText(find(copied.dataset.copy).textContent).then(() => { copied.textContent = "Copied"; });
  }, true);

  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      const zone = event.target.closest?.(".drop");
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) upload(event.dataTransfer.files[0]);
    });
  }
  document.addEventListener("change", (event) => {
    if (event.target.id === "file" && event.target.files.length) upload(event.target.files[0]);
  });

  document.addEventListener("load", (event) => {
    if (event.target.classList?.contains("report")) {
      event.target.style.height = `${event.target.contentDocument.documentElement.scrollHeight + 24}px`;
    }
  }, true);
})();
