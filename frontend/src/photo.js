// The photo step: the camera where there is one, and smaller uploads on slow lines.
// Without this script the page is a plain form with a file field.

const LONGEST = 1600;
const form = document.getElementById("photo-form");
if (form) start();

function start() {
  const file = form.elements.photo;
  const said = document.getElementById("photo-status");
  file.addEventListener("change", () => {
    const chosen = file.files[0];
    said.textContent = chosen ? chosen.name : "";
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "without" || !file.files[0]) return;
    event.preventDefault();
    send(file.files[0], said);
  });
  if (navigator.mediaDevices?.getUserMedia) prepareCamera(file, said);
}

async function send(chosen, said) {
  const body = new FormData(form);
  body.set("photo", await smaller(chosen), "photo.jpg");
  const bar = document.getElementById("photo-progress");
  bar.hidden = false;
  said.textContent = form.dataset.sending;
  const request = new XMLHttpRequest();
  request.open("POST", form.action || location.href);
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  };
  request.onload = () => {
    if (request.responseURL && request.responseURL !== location.href) {
      location.assign(request.responseURL);
      return;
    }
    // The same page came back, with an error on it: show it as it is.
    document.open();
    document.write(request.responseText);
    document.close();
  };
  request.onerror = () => {
    bar.hidden = true;
    said.textContent = form.dataset.failed;
  };
  request.send(body);
}

// A JPEG of at most 1,600 pixels; what the browser cannot decode (HEIC) goes as it is.
async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < 700_000) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
    return blob && blob.size < file.size ? blob : file;
  } catch {
    return file;
  }
}

function prepareCamera(file, said) {
  const box = document.getElementById("camera");
  const video = box.querySelector("video");
  const [open, shoot] = box.querySelectorAll("button");
  box.hidden = false;
  let stream;
  open.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
      });
    } catch {
      said.textContent = form.dataset.nocamera;
      file.focus();
      return;
    }
    video.srcObject = stream;
    await video.play();
    box.querySelector("[data-live]").hidden = false;
    open.hidden = true;
    shoot.hidden = false;
    shoot.focus();
  });
  shoot.addEventListener("click", async () => {
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.95));
    stream.getTracks().forEach((track) => track.stop());
    send(new File([blob], "camera.jpg", { type: "image/jpeg" }), said);
  });
  window.addEventListener("pagehide", () => stream?.getTracks().forEach((track) => track.stop()));
}
