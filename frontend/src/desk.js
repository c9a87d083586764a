// The officer's side of an opening. The one-time key is made here and never leaves; the
// picture is decrypted here, shown for a minute under a watermark, and forgotten.

import { oneTimeKey, openPhoto, toBase64 } from "./formats.js";

const form = document.getElementById("open-form");
if (form) form.addEventListener("submit", ask);

const said = document.getElementById("open-status");
const problem = document.getElementById("open-problem");
const view = document.getElementById("open-view");

async function ask(event) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  problem.hidden = true;
  said.textContent = form.dataset.waiting;
  try {
    const key = await oneTimeKey();
    const fields = new FormData(form);
    const response = await fetch(form.action, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json",
        "X-CSRFToken": fields.get("csrfmiddlewaretoken"),
      },
      body: JSON.stringify({
        purpose: fields.get("purpose"),
        reason: fields.get("reason"),
        password: fields.get("password"),
        one_time_key: toBase64(key.publicKey),
      }),
    });
    const answer = await response.json();
    form.elements.password.value = "";
    if (!response.ok) {
      refuse(answer);
      return;
    }
    const { photo, bad } = await openPhoto(answer, key.privateKey);
    await show(photo, answer, bad);
  } catch (error) {
    refuse({ cause: form.dataset.failed, remedy: error.message });
  } finally {
    button.disabled = false;
    said.textContent = "";
  }
}

function refuse(answer) {
  problem.querySelector("[data-cause]").textContent = answer.cause;
  problem.querySelector("[data-remedy]").textContent = answer.remedy ?? "";
  const where = problem.querySelector("[data-index]");
  where.hidden = answer.index === undefined;
  if (answer.index !== undefined) {
    const link = where.querySelector("a");
    link.href = `${form.dataset.register}${answer.index}/`;
    link.textContent = `#${answer.index}`;
  }
  problem.hidden = false;
  problem.focus();
}

async function show(photo, answer, bad) {
  const canvas = view.querySelector("canvas");
  const picture = await createImageBitmap(new Blob([photo], { type: "image/jpeg" }));
  photo.fill(0);
  // A small picture is drawn larger, so that its watermark can be read.
  const scale = Math.max(1, Math.min(4, 560 / picture.width));
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const time = new Date().toISOString().slice(0, 16).replace("T", " ");
  watermark(context, canvas, `${form.dataset.office} · ${time} UTC · #${answer.index}`);
  const link = view.querySelector("[data-index] a");
  link.href = `${form.dataset.register}${answer.index}/`;
  link.textContent = `#${answer.index}`;
  view.querySelector("[data-bad]").textContent = bad
    .map((each) => `${each.trustee}: ${each.cause}`)
    .join("\n");
  form.hidden = true;
  view.hidden = false;
  view.focus();
  forgetAfter(60, context, canvas);
}

function watermark(context, canvas, text) {
  const size = Math.max(12, Math.round(canvas.width / 28));
  context.font = `bold ${size}px sans-serif`;
  context.textBaseline = "middle";
  context.save();
  context.rotate(-Math.PI / 8);
  const step = size * 5;
  const width = context.measureText(text).width + size * 2;
  for (let y = 0; y < canvas.height * 2; y += step) {
    for (let x = -canvas.height; x < canvas.width; x += width) {
      context.strokeStyle = "rgba(0, 0, 0, 0.45)";
      context.fillStyle = "rgba(255, 255, 255, 0.5)";
      context.lineWidth = 1;
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }
  context.restore();
}

function forgetAfter(seconds, context, canvas) {
  const left = view.querySelector("[data-left]");
  const end = Date.now() + seconds * 1000;
  const close = () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", hide);
    context.clearRect(0, 0, canvas.width, canvas.height);
    canvas.width = canvas.height = 1;
    view.hidden = true;
    document.getElementById("open-over").hidden = false;
    document.getElementById("open-over").focus();
  };
  const hide = () => document.hidden && close();
  const tick = () => {
    const rest = Math.ceil((end - Date.now()) / 1000);
    left.textContent = Math.max(0, rest);
    if (rest <= 0) close();
  };
  const timer = setInterval(tick, 250);
  tick();
  document.addEventListener("visibilitychange", hide);
  view.querySelector("button").addEventListener("click", close, { once: true });
  canvas.addEventListener("contextmenu", (event) => event.preventDefault());
}
